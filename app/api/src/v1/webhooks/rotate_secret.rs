//! `POST /api/v1/webhooks/{id}/secret`.

use frontdesk_domain::webhooks;
use frontdesk_model::{Permission, Problem, audit::Action, schema::EXAMPLE_TIME, webhooks::OneWebhook};
use serde_json::json;

use super::{SECRET_KEPT, WebhookWithSecret};
use crate::{answer::Item, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::post("webhooks.rotate_secret", "/webhooks/{id}/secret", rotate_secret)
        .about(
            "Replace a webhook's secret",
            "Answers with a new secret. For 24 hours both sign, so that the receiver can change over without losing \
             anything. A second replacement within that time ends the first secret.",
        )
        .shows(json!({"old_secret_until": EXAMPLE_TIME}))
        .needs(Permission::WEBHOOKS_MANAGE)
        .versioned()
        .audits(&[Action::WEBHOOK_SECRET_ROTATED])
        .notes(&[SECRET_KEPT])
}

async fn rotate_secret(call: Call, form: OneWebhook) -> Result<Item<WebhookWithSecret>, Problem> {
    Ok(Item(webhooks::rotate_secret(&call, form).await?.into()))
}
