//! Lists deliveries.

use frontdesk_model::{
    Page, Permission, WebhookId,
    page::Key,
    webhooks::{DeliveriesQuery, DeliveryState, DeliverySummary},
};

use super::sql::{DeliveryRow, LIST};
use crate::{
    Context,
    list::{By, Walk},
    params,
    webhooks::{Error, endpoints},
};

/// A page of the deliveries of one webhook or of all, newest first.
///
/// # Errors
/// [`Error::Denied`] without `webhooks:read`; [`Error::NoSuchWebhook`]; [`Error::ForeignCursor`].
#[tracing::instrument(name = "webhooks.deliveries", skip_all)]
pub async fn deliveries(
    ctx: &Context,
    webhook: impl Into<Option<WebhookId>>,
    query: &DeliveriesQuery,
) -> Result<Page<DeliverySummary>, Error> {
    let webhook = webhook.into();
    match webhook {
        Some(webhook) => drop(endpoints::get(ctx, webhook).await?),
        None => ctx.actor.require(Permission::WEBHOOKS_READ)?,
    }
    let list = list_name(webhook, query);
    let cursor = LIST.cursor(query.cursor.as_deref(), &list, "created")?;
    let limit = query.limit.unwrap_or_default();
    let walk = match (webhook, query.state.values()) {
        (None, []) => Walk::of("all", params![]),
        (None, [state]) => Walk::of("state", params![state.as_str()]),
        (None, _) => Walk::of_any(&query.state, DeliveryState::as_str, |state| ("states", params![state])),
        (Some(webhook), []) => Walk::of("webhook", params![webhook]),
        (Some(webhook), [state]) => Walk::of("webhook.state", params![webhook, state.as_str()]),
        (Some(webhook), _) => Walk::of_any(&query.state, DeliveryState::as_str, |state| {
            ("webhook.states", params![webhook, state])
        }),
    };
    let walk = walk.sorted("created", true).within(&query.created, By::Id).from(cursor.as_ref()).limit(limit);
    let rows: Vec<DeliveryRow> = LIST.read(&ctx.db, walk).await?;
    let rows = rows.into_iter().map(DeliveryRow::summary).collect();
    Ok(Page::of_probe(rows, limit, &list, cursor.as_ref(), |one: &DeliverySummary| {
        (Key::Number(0), one.id.0)
    }))
}

/// Name of the list with its filters, so that a cursor is valid only in the list that it came from.
fn list_name(webhook: Option<WebhookId>, query: &DeliveriesQuery) -> String {
    let webhook = webhook.map(|id| id.to_string()).unwrap_or_default();
    let filters = DeliveriesQuery { limit: None, cursor: None, ..query.clone() };
    format!("deliveries:{webhook}:{}", serde_json::to_string(&filters).unwrap_or_default())
}
