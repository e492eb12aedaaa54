//! The bodies of events: the object as its endpoint shows it, and its fields before.

use frontdesk_domain::{jobs::Handler, orders, payments, roles, users, webhooks};
use frontdesk_model::{
    Role,
    events::EventsQuery,
    orders::CancelOrder,
    roles::ChangeRole,
    webhooks::{CreateWebhook, EventType, EventTypes, OneWebhook, PayloadVersion, UpdateWebhook},
};
use serde_json::{Value, json, to_value};

use super::{feed, last};
use crate::support::{
    KINDS, TestDomain, create, order_now, pay, pay_form, payment_now, place, refund_form, refund_now,
    register, suspension, user, work,
};

both! {
    an_event_has_the_object_as_it_is_and_the_changed_fields_as_they_were,
    payments_and_refunds_are_shown_at_each_step,
    a_webhook_receives_what_the_feed_has,
    a_webhook_of_before_keeps_its_bodies_until_it_is_switched,
    a_test_event_has_the_webhook,
}

async fn an_event_has_the_object_as_it_is_and_the_changed_fields_as_they_were(domain: TestDomain) {
    let (ann, _) = create(&domain, "Ann").await;
    let created = last(&domain).await.body;
    assert_eq!((&*created.kind, created.version, created.data.previous), ("user.created", 2, None));
    assert_eq!(created.data.object, to_value(user(&domain, ann).await).unwrap());

    let before = to_value(user(&domain, ann).await).unwrap();
    domain.clock.advance(1);
    users::suspend(&domain.system(), suspension(ann)).await.unwrap();
    let suspended = last(&domain).await.body;
    assert_eq!(suspended.data.object, to_value(user(&domain, ann).await).unwrap());
    let expected = json!({
        "status": "active", "suspended_reason": "", "updated_at": before["updated_at"], "version": before["version"],
    });
    assert_eq!(json!(suspended.data.previous), expected);
    assert_eq!(suspended.data.reason, suspension(ann).reason);

    let form = ChangeRole { id: ann, role: Role::Support };
    users::reinstate(&domain.system(), crate::support::one(ann)).await.unwrap();
    roles::grant(&domain.system(), form).await.unwrap();
    let granted = last(&domain).await.body;
    assert_eq!(granted.data.object["roles"], json!(["support"]));
    assert_eq!(granted.data.previous.unwrap()["roles"], json!([]));

    let order = place(&domain, ann, 1_000).await;
    assert_eq!(last(&domain).await.body.data.object, to_value(&order).unwrap());
    let form = CancelOrder { id: order.summary.id, reason: "Changed their mind".to_owned() };
    orders::cancel(&domain.system(), form).await.unwrap();
    let cancelled = last(&domain).await.body.data;
    assert_eq!(cancelled.object, to_value(order_now(&domain, order.summary.id).await).unwrap());
    assert_eq!(cancelled.previous.unwrap()["state"], "placed");
}

async fn payments_and_refunds_are_shown_at_each_step(domain: TestDomain) {
    let ann = register(&domain, "Ann").await;
    let order = place(&domain, ann, 1_000).await;
    let payment = pay(&domain, order.summary.id, "pm_card_ok").await;
    let paid = last(&domain).await.body;
    assert_eq!(paid.kind, "payment.succeeded");
    assert_eq!(paid.data.object, to_value(payment_now(&domain, payment.summary.id).await).unwrap());
    assert_eq!(paid.data.object["amount"], json!({"minor": 1_000, "currency": "EUR"}));
    assert_eq!(paid.data.previous.unwrap()["state"], "pending");

    let form = refund_form(payment.summary.id, Some(400));
    let refund = frontdesk_domain::refunds::request(&domain.system(), form).await.unwrap();
    let requested = last(&domain).await.body;
    assert_eq!((&*requested.kind, &requested.data.previous), ("refund.requested", &None));
    assert_eq!(requested.data.object, to_value(&refund).unwrap());
    work(&domain, &KINDS).await;
    let succeeded = last(&domain).await.body;
    assert_eq!(succeeded.kind, "refund.succeeded");
    assert_eq!(succeeded.data.object, to_value(refund_now(&domain, refund.id).await).unwrap());
    assert_eq!(succeeded.data.previous.unwrap()["state"], "pending");
}

async fn a_webhook(domain: &TestDomain, version: PayloadVersion) -> frontdesk_model::Webhook {
    let form = CreateWebhook {
        url: "https://shop.example/hooks".to_owned(),
        description: "The shop".to_owned(),
        events: EventTypes::parse("*"),
        payload_version: Some(version),
    };
    webhooks::create(&domain.system(), form).await.unwrap().webhook
}

/// Bodies that were sent since the last time.
async fn sent(domain: &TestDomain) -> Vec<Value> {
    work(domain, &[&KINDS[..], &[Handler::of::<webhooks::Deliver>()]].concat()).await;
    let parcels = domain.webhook_sender.posted();
    parcels.iter().map(|parcel| serde_json::from_str(&parcel.body).unwrap()).collect()
}

async fn a_webhook_receives_what_the_feed_has(domain: TestDomain) {
    a_webhook(&domain, PayloadVersion::V2).await;
    let ann = register(&domain, "Ann").await;
    let order = place(&domain, ann, 1_000).await;
    payments::start(&domain.system(), pay_form(order.summary.id, "pm_card_ok")).await.unwrap();
    let mut sent = sent(&domain).await;
    let events = feed(&domain, &EventsQuery::default()).await.items;
    let mut bodies: Vec<Value> = events.iter().map(|event| to_value(&event.body).unwrap()).collect();
    let by_id = |body: &Value| body["id"].as_str().unwrap().to_owned();
    sent.sort_by_key(by_id);
    bodies.sort_by_key(by_id);
    assert_eq!(bodies.len(), 4, "signed up, placed, started, succeeded");
    assert_eq!(sent, bodies);
}

async fn a_webhook_of_before_keeps_its_bodies_until_it_is_switched(domain: TestDomain) {
    let old = a_webhook(&domain, PayloadVersion::V1).await;
    create(&domain, "Ann").await;
    let body = sent(&domain).await.remove(0);
    assert_eq!((&body["version"], &body["data"]["target"]["label"]), (&json!(1), &json!("Ann")));
    let form = UpdateWebhook {
        id: old.id,
        version: old.version.into(),
        url: None,
        description: None,
        events: None,
        payload_version: Some(PayloadVersion::V2),
        enabled: None,
    };
    let switched = webhooks::update(&domain.system(), form).await.unwrap();
    assert!(switched.changed && switched.webhook.payload_version == PayloadVersion::V2);
    create(&domain, "Bo").await;
    let body = sent(&domain).await.remove(0);
    assert_eq!((&body["version"], &body["data"]["object"]["name"]), (&json!(2), &json!("Bo")));
}

async fn a_test_event_has_the_webhook(domain: TestDomain) {
    let webhook = a_webhook(&domain, PayloadVersion::V2).await;
    webhooks::send_test(&domain.system(), OneWebhook { id: webhook.id }).await.unwrap();
    let body = sent(&domain).await.remove(0);
    assert_eq!(body["type"], EventType::TEST.as_str());
    assert_eq!(body["data"]["object"], to_value(&webhook).unwrap());
    assert_eq!(feed(&domain, &EventsQuery::default()).await.items, [], "nothing happened");
}
