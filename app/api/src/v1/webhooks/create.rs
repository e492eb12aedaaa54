//! `POST /api/v1/webhooks`.

use frontdesk_domain::webhooks;
use frontdesk_model::{Code, Permission, Problem, audit::Action, webhooks::CreateWebhook};

use super::{SECRET_KEPT, TOLD_OF_USERS, WebhookWithSecret};
use crate::{answer::Created, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::post("webhooks.create", "/webhooks", create)
        .about(
            "Create a webhook",
            "An address that is told what happens from now on, of the types of events that it asks for. Its secret, \
             with which it can check that an event is from here, is in this answer and nowhere else. What arrives \
             is described under `webhooks` in the OpenAPI document.",
        )
        .needs(Permission::WEBHOOKS_MANAGE)
        .audits(&[Action::WEBHOOK_CREATED])
        .refuses(&[Code::WrongState])
        .notes(&[
            TOLD_OF_USERS,
            "An address that leads into a private network is refused, now and with each event.",
            SECRET_KEPT,
        ])
}

async fn create(call: Call, form: CreateWebhook) -> Result<Created<WebhookWithSecret>, Problem> {
    let made = webhooks::create(&call, form).await?;
    Ok(Created { path: format!("/webhooks/{}", made.webhook.id), body: made.into() })
}
