//! Lists the deliveries of a webhook endpoint.

use frontdesk_model::{Cursor, Page, WebhookId, page::Key, query::DeliveriesQuery, webhook::DeliverySummary};
use uuid::Uuid;

use super::sql;
use crate::{
    Domain,
    actor::Actor,
    webhooks::{Error, endpoints},
};

/// A page of what one webhook was told, newest first.
///
/// # Errors
/// [`Error::Denied`] without `webhooks:read`; [`Error::NoSuchWebhook`]; [`Error::ForeignCursor`].
#[tracing::instrument(name = "webhooks.deliveries", skip_all)]
pub async fn deliveries(
    domain: &Domain,
    actor: &Actor,
    webhook: WebhookId,
    query: &DeliveriesQuery,
) -> Result<Page<DeliverySummary>, Error> {
    endpoints::get(domain, actor, webhook).await?;
    let list = list_name(webhook, query);
    let cursor = query.cursor.as_deref().map(|text| Cursor::decode(text, &list)).transpose()?;
    let backwards = cursor.as_ref().is_some_and(|cursor| cursor.backwards);
    let from = cursor.as_ref().map_or(Uuid::max(), |cursor| cursor.id);
    let limit = query.limit.unwrap_or_default();
    let range = sql::Range { webhook, state: query.state, from, limit: limit.probe(), backwards };
    let rows = sql::deliveries(&domain.db, range).await?;
    Ok(Page::of_probe(rows, limit, &list, cursor.as_ref(), |one| (Key::Number(0), one.id.0)))
}

/// Names the list by its filters, so that a cursor leads on only where it came from.
fn list_name(webhook: WebhookId, query: &DeliveriesQuery) -> String {
    format!("deliveries:{webhook}:{}", query.state.map_or("", |state| state.as_str()))
}
