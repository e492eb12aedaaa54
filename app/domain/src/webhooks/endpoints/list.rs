//! Lists webhook endpoints.

use frontdesk_model::{Page, Permission, Webhook, page::Key, webhooks::WebhooksQuery};

use super::sql::{self, LIST, WebhookRow};
use crate::{
    Context, Domain, db,
    list::{By, Walk},
    params,
    webhooks::Error,
};

/// Number of webhooks that need attention: their deliveries fail, or Frontdesk has disabled them for that.
///
/// # Errors
/// Those of the database.
pub async fn count_failing(domain: &Domain) -> Result<i64, db::Error> {
    sql::count_failing(&domain.db).await
}

/// A page of webhooks, newest first.
///
/// # Errors
/// [`Error::Denied`] without `webhooks:read`; [`Error::ForeignCursor`].
#[tracing::instrument(name = "webhooks.list", skip_all)]
pub async fn list(ctx: &Context, query: &WebhooksQuery) -> Result<Page<Webhook>, Error> {
    ctx.actor.require(Permission::WEBHOOKS_READ)?;
    let list = list_name(query);
    let cursor = LIST.cursor(query.cursor.as_deref(), &list, "created")?;
    let limit = query.limit.unwrap_or_default();
    let walk = Walk::of("all", params![]).sorted("created", true).within(&query.created, By::Id);
    let walk = walk.from(cursor.as_ref()).limit(limit);
    let rows: Vec<WebhookRow> = LIST.read(&ctx.db, walk).await?;
    let now = ctx.clock.now();
    let webhooks = rows.into_iter().map(|row| row.webhook(now)).collect();
    Ok(Page::of_probe(webhooks, limit, &list, cursor.as_ref(), |one: &Webhook| (Key::Number(0), one.id.0)))
}

/// Name of the list with its filters, so that a cursor is valid only in the list that it came from.
fn list_name(query: &WebhooksQuery) -> String {
    let filters = WebhooksQuery { limit: None, cursor: None, ..query.clone() };
    format!("webhooks:{}", serde_json::to_string(&filters).unwrap_or_default())
}
