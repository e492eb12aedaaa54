//! `POST /api/v1/webhooks/{id}/secret`.

use frontdesk_domain::webhooks;
use frontdesk_model::{Permission, Problem, audit::Action, webhooks::OneWebhook};

use super::{SECRET_KEPT, WebhookSecret};
use crate::{answer::Item, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::post("webhooks.rotate_secret", "/webhooks/{id}/secret", rotate_secret)
        .about(
            "Replace a webhook's secret",
            "Answers with a new secret. For 24 hours both sign, so that the receiver can change over without losing \
             anything. A second replacement within that time ends the first secret.",
        )
        .needs(Permission::WEBHOOKS_MANAGE)
        .versioned()
        .audits(&[Action::WEBHOOK_SECRET_ROTATED])
        .notes(&[SECRET_KEPT])
}

async fn rotate_secret(call: Call, form: OneWebhook) -> Result<Item<WebhookSecret>, Problem> {
    Ok(Item(webhooks::rotate_secret(&call, form).await?.into()))
}
