//! `PATCH /api/v1/webhooks/{id}`.

use frontdesk_domain::webhooks;
use frontdesk_model::{Permission, Problem, Webhook, audit::Action, webhooks::UpdateWebhook};
use http::Method;

use super::TOLD_OF_USERS;
use crate::{answer::Item, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::new(Method::PATCH, "webhooks.update", "/webhooks/{id}", update)
        .about(
            "Change a webhook",
            "Changes what is sent and leaves the rest as it is. With `enabled` it is turned off and on: what happens \
             while it is off is not told later. What is on its way already goes to the new address.",
        )
        .needs(Permission::WEBHOOKS_MANAGE)
        .conditional()
        .audits(&[Action::WEBHOOK_UPDATED])
        .notes(&[TOLD_OF_USERS])
}

async fn update(call: Call, form: UpdateWebhook) -> Result<Item<Webhook>, Problem> {
    Ok(Item(webhooks::update(&call, form).await?.webhook))
}
