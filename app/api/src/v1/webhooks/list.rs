//! `GET /api/v1/webhooks`.

use frontdesk_domain::webhooks;
use frontdesk_model::{Page, Permission, Problem, Webhook, webhooks::WebhooksQuery};

use crate::{call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::get("webhooks.list", "/webhooks", list)
        .about("List webhooks", "A page of webhooks, the newest first. No answer has a secret.")
        .needs(Permission::WEBHOOKS_READ)
}

async fn list(call: Call, query: WebhooksQuery) -> Result<Page<Webhook>, Problem> {
    Ok(webhooks::list(&call, &query).await?)
}
