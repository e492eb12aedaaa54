//! Webhooks: subscriptions, signatures, and unreachable receivers.

mod deliver;
mod manage;
mod plans;
mod publish;
mod replay;

use frontdesk_domain::{
    Domain,
    jobs::Handler,
    users,
    webhooks::{self, ClearDeliveries, Created, Deliver, OutgoingWebhook},
};
use frontdesk_model::{
    DeliveryId, UserId, WebhookId,
    webhooks::{
        CreateWebhook, DeliveriesQuery, Delivery, DeliverySummary, EventTypes, OneWebhook, PayloadVersion,
    },
};

use crate::support::{TestDomain, suspension, work};

/// Kinds of jobs that the workers know.
const KINDS: [Handler<Domain>; 2] = [Handler::of::<Deliver>(), Handler::of::<ClearDeliveries>()];

const ALL: &str = "user.signed_up user.created user.updated user.suspended user.reinstated user.removed user.restored \
                   role.granted role.revoked session.ended";

fn form(events: &str) -> CreateWebhook {
    CreateWebhook {
        url: "https://shop.example/hooks?key=1".to_owned(),
        description: "The shop".to_owned(),
        events: EventTypes::parse(events),
        payload_version: Some(PayloadVersion::V1),
    }
}

/// A webhook subscribed to these types of events.
async fn webhook(domain: &TestDomain, events: &str) -> Created {
    webhooks::create(&domain.system(), form(events)).await.unwrap()
}

fn this(id: WebhookId) -> OneWebhook {
    OneWebhook { id }
}

/// Causes an event.
async fn suspend(domain: &TestDomain, id: UserId) {
    users::suspend(&domain.system(), suspension(id)).await.unwrap();
}

/// Runs due jobs, and returns the sent requests.
async fn send(domain: &TestDomain) -> Vec<OutgoingWebhook> {
    work(domain, &KINDS).await;
    domain.webhook_sender.posted()
}

/// The deliveries of a webhook, newest first.
async fn deliveries(domain: &TestDomain, id: WebhookId) -> Vec<DeliverySummary> {
    webhooks::deliveries(&domain.system(), id, &DeliveriesQuery::default()).await.unwrap().items
}

async fn delivery(domain: &TestDomain, id: DeliveryId) -> Delivery {
    webhooks::delivery(&domain.system(), id).await.unwrap()
}

fn header<'a>(parcel: &'a OutgoingWebhook, name: &str) -> &'a str {
    parcel.headers.iter().find(|(there, _)| *there == name).map(|(_, value)| value.as_str()).unwrap()
}
