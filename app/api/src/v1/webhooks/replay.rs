//! `POST /api/v1/webhooks/{id}/replay`.

use frontdesk_domain::events;
use frontdesk_model::{
    Code, Permission, Problem,
    audit::Action,
    webhooks::{ReplayEvents, ReplayStarted},
};

use crate::{answer::Accepted, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::post("webhooks.replay", "/webhooks/{id}/replay", replay)
        .about(
            "Send events again",
            "Sends a webhook its failed deliveries again (`failed_only`), or every event that it subscribes to, also \
             those from before it existed: of a time range (`since`, `until`) or after a number in the feed \
             (`after`). An event has to fit all fields that are given. A job enqueues the deliveries, oldest first. \
             An event that was sent before keeps its `webhook-id` and body.",
        )
        .needs(Permission::WEBHOOKS_MANAGE)
        .versioned()
        .audits(&[Action::WEBHOOK_REPLAYED])
        .refuses(&[Code::WrongState, Code::EventsExpired])
        .notes(&[
            "Without `failed_only` it also needs the permission `events:read`.",
            "Events are kept for 30 days, or longer if the operator configures it.",
        ])
}

async fn replay(call: Call, form: ReplayEvents) -> Result<Accepted<ReplayStarted>, Problem> {
    let webhook_id = form.id;
    let job_id = events::replay(&call, form).await?;
    Ok(Accepted(ReplayStarted { webhook_id, job_id }))
}
