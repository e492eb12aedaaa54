//! `POST /api/v1/webhooks/{id}/test`.

use frontdesk_domain::webhooks;
use frontdesk_model::{
    Code, DeliveryId, Permission, Problem, WebhookId, audit::Action, webhooks::OneWebhook,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{answer::Created, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::post("webhooks.test", "/webhooks/{id}/test", test)
        .about(
            "Send a test event",
            "Sends an event of the type `webhook.test`, whatever the webhook asked for. It goes the way of all \
             events: read its delivery to see how that went.",
        )
        .needs(Permission::WEBHOOKS_MANAGE)
        .versioned()
        .audits(&[Action::WEBHOOK_TEST])
        .refuses(&[Code::WrongState])
}

/// A test event on its way.
#[derive(Serialize, ToSchema)]
struct TestEvent {
    webhook_id: WebhookId,
    delivery_id: DeliveryId,
}

async fn test(call: Call, form: OneWebhook) -> Result<Created<TestEvent>, Problem> {
    let webhook_id = form.id;
    let delivery_id = webhooks::send_test(&call, form).await?;
    Ok(Created {
        path: format!("/webhook-deliveries/{delivery_id}"),
        body: TestEvent { webhook_id, delivery_id },
    })
}
