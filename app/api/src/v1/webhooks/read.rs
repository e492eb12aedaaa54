//! `GET /api/v1/webhooks/{id}`.

use frontdesk_domain::webhooks;
use frontdesk_model::{Permission, Problem, Webhook, webhooks::OneWebhook};

use crate::{answer::Item, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::get("webhooks.read", "/webhooks/{id}", read)
        .about(
            "Read a webhook",
            "One webhook: what it is told, whether it is on, since when nothing has arrived.",
        )
        .needs(Permission::WEBHOOKS_READ)
        .or_maker(Permission::WEBHOOKS_MANAGE)
        .notes(&["With some receivers the address itself is as good as a password: do not log it."])
}

async fn read(call: Call, of: OneWebhook) -> Result<Item<Webhook>, Problem> {
    Ok(Item(webhooks::get(&call, of.id).await?))
}
