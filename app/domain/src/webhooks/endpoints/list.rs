//! Lists webhook endpoints.

use frontdesk_model::{Cursor, Page, Permission, Webhook, page::Key, query::WebhooksQuery};
use uuid::Uuid;

use super::sql;
use crate::{Domain, actor::Actor, webhooks::Error};

/// A page of webhooks, newest first.
///
/// # Errors
/// [`Error::Denied`] without `webhooks:read`; [`Error::ForeignCursor`].
#[tracing::instrument(name = "webhooks.list", skip_all)]
pub async fn list(domain: &Domain, actor: &Actor, query: &WebhooksQuery) -> Result<Page<Webhook>, Error> {
    const LIST: &str = "webhooks";
    actor.require(Permission::WebhooksRead)?;
    let cursor = query.cursor.as_deref().map(|text| Cursor::decode(text, LIST)).transpose()?;
    let backwards = cursor.as_ref().is_some_and(|cursor| cursor.backwards);
    let from = cursor.as_ref().map_or(Uuid::max(), |cursor| cursor.id);
    let limit = query.limit.unwrap_or_default();
    let webhooks = sql::page(&domain.db, from, limit.probe(), backwards, domain.clock.now()).await?;
    Ok(Page::of_probe(webhooks, limit, LIST, cursor.as_ref(), |webhook| (Key::Number(0), webhook.id.0)))
}
