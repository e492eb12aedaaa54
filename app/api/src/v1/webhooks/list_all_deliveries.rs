//! `GET /api/v1/webhook-deliveries`.

use frontdesk_domain::webhooks;
use frontdesk_model::{
    Page, Permission, Problem,
    webhooks::{DeliveriesQuery, DeliverySummary},
};

use crate::{call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::get("webhooks.list_all_deliveries", "/webhook-deliveries", list_all_deliveries)
        .about(
            "List the deliveries of all webhooks",
            "A page of the deliveries of the last 30 days, newest first. With `state=failed`, those that failed at \
             every attempt.",
        )
        .needs(Permission::WEBHOOKS_READ)
}

async fn list_all_deliveries(call: Call, query: DeliveriesQuery) -> Result<Page<DeliverySummary>, Problem> {
    Ok(webhooks::deliveries(&call, None, &query).await?)
}
