//! `POST /api/v1/webhook-deliveries/{id}/resend`.

use frontdesk_domain::webhooks;
use frontdesk_model::{Code, Permission, Problem, audit::Action, webhooks::OneDelivery};

use crate::{answer::Nothing, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::post("webhooks.resend", "/webhook-deliveries/{id}/resend", resend)
        .about(
            "Send an event again",
            "At once, and by the whole schedule if that fails: an event that was given up, one that waits for its \
             next attempt, or one that has arrived and was lost there. Its `webhook-id` is the same.",
        )
        .needs(Permission::WEBHOOKS_MANAGE)
        .audits(&[Action::WEBHOOK_RESENT])
        .refuses(&[Code::WrongState])
}

async fn resend(call: Call, form: OneDelivery) -> Result<Nothing, Problem> {
    webhooks::resend(&call, form).await?;
    Ok(Nothing)
}
