//! `DELETE /api/v1/webhooks/{id}`.

use frontdesk_domain::webhooks;
use frontdesk_model::{Permission, Problem, audit::Action, webhooks::OneWebhook};
use http::Method;

use crate::{answer::Nothing, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::new(Method::DELETE, "webhooks.remove", "/webhooks/{id}", remove)
        .about("Remove a webhook", "For good, with its secret and its deliveries. What is on its way stops.")
        .needs(Permission::WEBHOOKS_MANAGE)
        .versioned()
        .audits(&[Action::WEBHOOK_REMOVED])
}

async fn remove(call: Call, form: OneWebhook) -> Result<Nothing, Problem> {
    webhooks::remove(&call, form).await?;
    Ok(Nothing)
}
