//! Lists the deliveries of a webhook endpoint.

use frontdesk_model::{
    Page, WebhookId,
    page::Key,
    webhooks::{DeliveriesQuery, DeliverySummary},
};

use super::sql::{DeliveryRow, LIST};
use crate::{
    Context,
    list::Walk,
    params,
    webhooks::{Error, endpoints},
};

/// A page of one webhook's deliveries, newest first.
///
/// # Errors
/// [`Error::Denied`] without `webhooks:read`; [`Error::NoSuchWebhook`]; [`Error::ForeignCursor`].
#[tracing::instrument(name = "webhooks.deliveries", skip_all)]
pub async fn deliveries(
    ctx: &Context,
    webhook: WebhookId,
    query: &DeliveriesQuery,
) -> Result<Page<DeliverySummary>, Error> {
    endpoints::get(ctx, webhook).await?;
    let list = list_name(webhook, query);
    let cursor = LIST.cursor(query.cursor.as_deref(), &list, "created")?;
    let limit = query.limit.unwrap_or_default();
    let walk = match query.state {
        None => Walk::of("webhook", params![webhook]),
        Some(state) => Walk::of("webhook.state", params![webhook, state.as_str()]),
    };
    let walk = walk.sorted("created", true).from(cursor.as_ref()).limit(limit);
    let rows: Vec<DeliveryRow> = LIST.read(&ctx.db, walk).await?;
    let rows = rows.into_iter().map(DeliveryRow::summary).collect();
    Ok(Page::of_probe(rows, limit, &list, cursor.as_ref(), |one: &DeliverySummary| {
        (Key::Number(0), one.id.0)
    }))
}

/// Name of the list with its filters, so that a cursor is valid only in the list that it came from.
fn list_name(webhook: WebhookId, query: &DeliveriesQuery) -> String {
    format!("deliveries:{webhook}:{}", query.state.map_or("", |state| state.as_str()))
}
