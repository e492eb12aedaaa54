//! `GET /api/v1/webhooks/{id}/deliveries`.

use frontdesk_domain::webhooks;
use frontdesk_model::{
    Limit, Page, Permission, Problem, WebhookId,
    filter::{AnyOf, TimeRange},
    webhooks::{DeliveriesQuery, DeliveryState, DeliverySummary},
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::get("webhooks.list_deliveries", "/webhooks/{id}/deliveries", list_deliveries)
        .about(
            "List a webhook's deliveries",
            "A page of what one webhook was told in the last 30 days, and is to be told, the newest first.",
        )
        .needs(Permission::WEBHOOKS_READ)
}

/// Which deliveries, of which webhook.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OfWebhook {
    id: WebhookId,
    /// Only these; all of them if it is not given.
    #[serde(default)]
    state: AnyOf<DeliveryState>,
    /// Only those created in this range of time.
    #[serde(default)]
    created: TimeRange,
    #[serde(default)]
    limit: Option<Limit>,
    /// Where to go on: `next` or `prev` of the page before.
    #[serde(default)]
    #[schema(max_length = 2048)]
    cursor: Option<String>,
}

async fn list_deliveries(call: Call, of: OfWebhook) -> Result<Page<DeliverySummary>, Problem> {
    let query = DeliveriesQuery { state: of.state, created: of.created, limit: of.limit, cursor: of.cursor };
    Ok(webhooks::deliveries(&call, of.id, &query).await?)
}
