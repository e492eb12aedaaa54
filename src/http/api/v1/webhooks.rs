//! `/api/v1/webhooks`: who is told what happens, and `/api/v1/webhook-deliveries`: how that went.

use frontdesk_domain::webhooks;
use frontdesk_model::{
    Code, DeliveryId, Limit, Page, Permission, Problem, Webhook, WebhookId,
    audit::Action,
    forms::{CreateWebhook, OneDelivery, OneWebhook, UpdateWebhook},
    query::{DeliveriesQuery, WebhooksQuery},
    webhook::{Delivery, DeliveryState, DeliverySummary},
};
use http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::api::{
    answer::{Created, Item, Nothing},
    call::Call,
    operation::Route,
};

const TOLD_OF_USERS: &str = "Whoever is told of users has their names and e-mail addresses: personal data.";
const SECRET_KEPT: &str = "With an idempotency key the answer can be had again for 24 hours, by the same token only; it \
                           is kept encrypted with the text of that token.";

pub(super) fn routes() -> Vec<Route> {
    use Permission::{WebhooksManage, WebhooksRead};
    vec![
        Route::get("webhooks.list", "/webhooks", list)
            .about("List webhooks", "A page of webhooks, the newest first. No answer has a secret.")
            .needs(WebhooksRead),
        Route::post("webhooks.create", "/webhooks", create)
            .about(
                "Create a webhook",
                "An address that is told what happens from now on, of the types of events that it asks for. Its secret, \
                 with which it can check that an event is from here, is in this answer and nowhere else. What arrives \
                 is described under `webhooks` in the OpenAPI document.",
            )
            .needs(WebhooksManage)
            .audits(&[Action::WebhookCreated])
            .refuses(&[Code::WrongState])
            .notes(&[
                TOLD_OF_USERS,
                "An address that leads into a private network is refused, now and with each event.",
                SECRET_KEPT,
            ]),
        Route::get("webhooks.read", "/webhooks/{id}", read)
            .about("Read a webhook", "One webhook: what it is told, whether it is on, since when nothing has arrived.")
            .needs(WebhooksRead)
            .notes(&["With some receivers the address itself is as good as a password: do not log it."]),
        Route::new(Method::PATCH, "webhooks.update", "/webhooks/{id}", update)
            .about(
                "Change a webhook",
                "Changes what is sent and leaves the rest as it is. With `enabled` it is turned off and on: what happens \
                 while it is off is not told later. What is on its way already goes to the new address.",
            )
            .needs(WebhooksManage)
            .conditional()
            .audits(&[Action::WebhookUpdated])
            .notes(&[TOLD_OF_USERS]),
        Route::post("webhooks.rotate_secret", "/webhooks/{id}/secret", rotate_secret)
            .about(
                "Replace a webhook's secret",
                "Answers with a new secret. For 24 hours both sign, so that the receiver can change over without losing \
                 anything. A second replacement within that time ends the first secret.",
            )
            .needs(WebhooksManage)
            .audits(&[Action::WebhookSecretRotated])
            .notes(&[SECRET_KEPT]),
        Route::new(Method::DELETE, "webhooks.remove", "/webhooks/{id}", remove)
            .about("Remove a webhook", "For good, with its secret and its deliveries. What is on its way stops.")
            .needs(WebhooksManage)
            .audits(&[Action::WebhookRemoved]),
        Route::post("webhooks.test", "/webhooks/{id}/test", test)
            .about(
                "Send a test event",
                "Sends an event of the type `webhook.test`, whatever the webhook asked for. It goes the way of all \
                 events: read its delivery to see how that went.",
            )
            .needs(WebhooksManage)
            .audits(&[Action::WebhookTest])
            .refuses(&[Code::WrongState]),
        Route::get("webhooks.list_deliveries", "/webhooks/{id}/deliveries", list_deliveries)
            .about(
                "List a webhook's deliveries",
                "A page of what one webhook was told in the last 30 days, and is to be told, the newest first.",
            )
            .needs(WebhooksRead),
        Route::get("webhooks.read_delivery", "/webhook-deliveries/{id}", read_delivery)
            .about(
                "Read a delivery",
                "One event on its way to one webhook: what is sent, to the letter, and what came of the latest attempts.",
            )
            .needs(WebhooksRead)
            .notes(&["What was sent may hold names and e-mail addresses: personal data."]),
        Route::post("webhooks.resend", "/webhook-deliveries/{id}/resend", resend)
            .about(
                "Send an event again",
                "At once, and by the whole schedule if that fails: an event that was given up, one that waits for its \
                 next attempt, or one that has arrived and was lost there. Its `webhook-id` is the same.",
            )
            .needs(WebhooksManage)
            .audits(&[Action::WebhookResent])
            .refuses(&[Code::WrongState]),
    ]
}

/// A webhook, and its secret. They are one object, so that its `ETag` is good for the first change.
#[derive(Serialize, ToSchema)]
struct WebhookSecret {
    #[serde(flatten)]
    webhook: Webhook,
    /// What the signatures are checked with. It is in this answer and nowhere else.
    #[schema(example = "whsec_…")]
    secret: String,
}

impl From<webhooks::Created> for WebhookSecret {
    fn from(made: webhooks::Created) -> Self {
        Self { webhook: made.webhook, secret: made.secret.expose().to_owned() }
    }
}

async fn list(call: Call, query: WebhooksQuery) -> Result<Page<Webhook>, Problem> {
    Ok(webhooks::list(&call.domain, &call.actor, &query).await?)
}

async fn create(call: Call, form: CreateWebhook) -> Result<Created<WebhookSecret>, Problem> {
    let made = webhooks::create(&call.domain, &call.actor, form).await?;
    Ok(Created { path: format!("/webhooks/{}", made.webhook.id), body: made.into() })
}

async fn read(call: Call, of: OneWebhook) -> Result<Item<Webhook>, Problem> {
    Ok(Item(webhooks::get(&call.domain, &call.actor, of.id).await?))
}

async fn update(call: Call, form: UpdateWebhook) -> Result<Item<Webhook>, Problem> {
    Ok(Item(webhooks::update(&call.domain, &call.actor, form).await?.webhook))
}

async fn rotate_secret(call: Call, form: OneWebhook) -> Result<Item<WebhookSecret>, Problem> {
    Ok(Item(webhooks::rotate_secret(&call.domain, &call.actor, form).await?.into()))
}

async fn remove(call: Call, form: OneWebhook) -> Result<Nothing, Problem> {
    webhooks::remove(&call.domain, &call.actor, form).await?;
    Ok(Nothing)
}

/// A test event on its way.
#[derive(Serialize, ToSchema)]
struct TestEvent {
    webhook_id: WebhookId,
    delivery_id: DeliveryId,
}

async fn test(call: Call, form: OneWebhook) -> Result<Created<TestEvent>, Problem> {
    let webhook_id = form.id;
    let delivery_id = webhooks::send_test(&call.domain, &call.actor, form).await?;
    Ok(Created {
        path: format!("/webhook-deliveries/{delivery_id}"),
        body: TestEvent { webhook_id, delivery_id },
    })
}

/// Which deliveries, of which webhook.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OfWebhook {
    id: WebhookId,
    /// Only these; all of them if it is not given.
    #[serde(default)]
    state: Option<DeliveryState>,
    #[serde(default)]
    limit: Option<Limit>,
    /// Where to go on: `next` or `prev` of the page before.
    #[serde(default)]
    #[schema(max_length = 2048)]
    cursor: Option<String>,
}

async fn list_deliveries(call: Call, of: OfWebhook) -> Result<Page<DeliverySummary>, Problem> {
    let query = DeliveriesQuery { state: of.state, limit: of.limit, cursor: of.cursor };
    Ok(webhooks::deliveries(&call.domain, &call.actor, of.id, &query).await?)
}

async fn read_delivery(call: Call, of: OneDelivery) -> Result<Item<Delivery>, Problem> {
    Ok(Item(webhooks::delivery(&call.domain, &call.actor, of.id).await?))
}

async fn resend(call: Call, form: OneDelivery) -> Result<Nothing, Problem> {
    webhooks::resend(&call.domain, &call.actor, form).await?;
    Ok(Nothing)
}
