//! Sending events to a webhook again, in bulk.

use std::collections::BTreeSet;

use frontdesk_domain::{
    Domain, audit, events,
    jobs::Handler,
    webhooks::{self, Created, Deliver, OutgoingWebhook},
};
use frontdesk_model::{
    EventId, Permission, Timestamp, WebhookId,
    audit::{Action, AuditQuery},
    events::EventsQuery,
    webhooks::{DeliveriesQuery, DeliveryState, PayloadVersion, ReplayEvents, UpdateWebhook},
};
use serde_json::Value;

use super::{deliveries, form, header, send, suspend};
use crate::support::{By as _, TestDomain, bearer, create, service_token, work};

both! {
    failed_deliveries_are_sent_again_and_no_others,
    the_events_of_a_time_range_are_sent_also_those_from_before_the_webhook,
    the_events_after_a_number_are_sent_once_however_many_they_are,
    deliveries_in_progress_are_left_alone,
    a_webhook_of_version_1_receives_its_bodies,
    a_webhook_that_is_disabled_meanwhile_is_sent_nothing,
    a_second_request_waits_until_the_first_has_begun,
    past_events_need_the_permission_to_read_them,
    deliveries_of_all_webhooks_are_listed_by_state,
}

const REPLAY: [Handler<Domain>; 2] = [Handler::of::<events::Replay>(), Handler::of::<Deliver>()];

fn nothing(id: WebhookId) -> ReplayEvents {
    ReplayEvents { id, failed_only: None, since: None, until: None, after: None }
}

fn failed(id: WebhookId) -> ReplayEvents {
    ReplayEvents { failed_only: Some(true), ..nothing(id) }
}

fn since(id: WebhookId, since: Timestamp) -> ReplayEvents {
    ReplayEvents { since: Some(since), ..nothing(id) }
}

async fn webhook(domain: &TestDomain, events: &str, version: PayloadVersion) -> Created {
    let form = webhooks_form(events, version);
    webhooks::create(&domain.system(), form).await.unwrap()
}

fn webhooks_form(events: &str, version: PayloadVersion) -> frontdesk_model::webhooks::CreateWebhook {
    frontdesk_model::webhooks::CreateWebhook { payload_version: Some(version), ..form(events) }
}

/// Replays, and returns what was sent.
async fn replay(domain: &TestDomain, form: ReplayEvents) -> Vec<OutgoingWebhook> {
    events::replay(&domain.system(), form).await.unwrap();
    work(domain, &REPLAY).await;
    domain.webhook_sender.posted()
}

fn ids(sent: &[OutgoingWebhook]) -> Vec<&str> {
    sent.iter().map(|one| header(one, "webhook-id")).collect()
}

fn names(sent: &[OutgoingWebhook]) -> Vec<String> {
    let name = |one: &OutgoingWebhook| {
        let body: Value = serde_json::from_str(&one.body).unwrap();
        body["data"]["object"]["name"].as_str().unwrap().to_owned()
    };
    sent.iter().map(name).collect()
}

async fn give_up_all(domain: &TestDomain) {
    domain.meddle("UPDATE webhook_deliveries SET state = 'failed', next_at = NULL", vec![]).await.unwrap();
}

async fn failed_deliveries_are_sent_again_and_no_others(domain: TestDomain) {
    let one = webhook(&domain, "user.created", PayloadVersion::V2).await.webhook.id;
    let other = webhook(&domain, "user.created", PayloadVersion::V2).await.webhook.id;
    for name in ["Ann", "Bo", "Cy"] {
        create(&domain, name).await;
        domain.clock.advance(60);
    }
    let first = send(&domain).await;
    assert_eq!(first.len(), 6);
    give_up_all(&domain).await;
    let arrived = deliveries(&domain, one).await[1].id;
    let state = "UPDATE webhook_deliveries SET state = 'succeeded' WHERE id = $1";
    domain.meddle(state, vec![arrived.0.into()]).await.unwrap();

    let again = replay(&domain, failed(one)).await;
    assert_eq!(names(&again), ["Ann", "Cy"], "oldest first");
    let bodies =
        |sent: &[OutgoingWebhook]| -> BTreeSet<String> { sent.iter().map(|it| it.body.clone()).collect() };
    assert!(bodies(&again).is_subset(&bodies(&first)) && ids(&first).contains(&ids(&again)[0]));
    assert!(deliveries(&domain, one).await.iter().all(|it| it.state == DeliveryState::Succeeded));
    assert!(deliveries(&domain, other).await.iter().all(|it| it.state == DeliveryState::Failed));

    // Of a time range.
    let cy = deliveries(&domain, other).await[0].created_at;
    let form = ReplayEvents { since: Some(cy), ..failed(other) };
    assert_eq!(names(&replay(&domain, form).await), ["Cy"]);
    let form = ReplayEvents { until: Some(cy), ..failed(other) };
    assert_eq!(names(&replay(&domain, form).await), ["Ann", "Bo"]);
    assert_eq!(names(&replay(&domain, failed(other)).await), [""; 0]);
    // After a number.
    give_up_all(&domain).await;
    let feed = events::feed(&domain.system(), &EventsQuery::default()).await.unwrap();
    let form = ReplayEvents { after: Some(feed.items[1].number), ..failed(other) };
    assert_eq!(names(&replay(&domain, form).await), ["Cy"]);
}

async fn the_events_of_a_time_range_are_sent_also_those_from_before_the_webhook(domain: TestDomain) {
    let mut times = Vec::new();
    for name in ["Ann", "Bo"] {
        times.push(domain.clock.now());
        let (id, _) = create(&domain, name).await;
        suspend(&domain, id).await;
        domain.clock.advance(60);
    }
    let hook = webhook(&domain, "user.created", PayloadVersion::V2).await.webhook.id;
    create(&domain, "Cy").await;
    let live = send(&domain).await;
    assert_eq!(names(&live), ["Cy"]);
    domain.clock.advance(60);

    let again = replay(&domain, since(hook, times[1])).await;
    assert_eq!(names(&again), ["Bo", "Cy"], "of the subscribed type, from the time on");
    assert_eq!(ids(&again)[1], ids(&live)[0]);
    assert_eq!(again[1].body, live[0].body);
    let query = AuditQuery { action: Some(Action::WEBHOOK_REPLAYED).into(), ..AuditQuery::default() };
    let entry = audit::list(&domain.system(), &query).await.unwrap().items.remove(0);
    assert_eq!(entry.changes[0].after, Some(format!("all since {}", times[1].rfc3339())));
    let form = ReplayEvents { until: Some(times[1]), ..since(hook, times[0]) };
    assert_eq!(names(&replay(&domain, form).await), ["Ann"], "before the end");
    // The delivery of an event is one, however often it is sent.
    assert_eq!(deliveries(&domain, hook).await.len(), 3);
}

async fn the_events_after_a_number_are_sent_once_however_many_they_are(domain: TestDomain) {
    const MANY: usize = 230;
    for n in 0..MANY {
        create(&domain, &format!("User {n}")).await;
    }
    let hook = webhook(&domain, "user.created", PayloadVersion::V2).await.webhook.id;
    let feed = events::feed(&domain.system(), &EventsQuery::default()).await.unwrap();
    let after = feed.items[4].number;
    domain.clock.advance(1);
    let sent = replay(&domain, ReplayEvents { after: Some(after), ..nothing(hook) }).await;
    let distinct: BTreeSet<&str> = ids(&sent).into_iter().collect();
    assert_eq!((sent.len(), distinct.len()), (MANY - 5, MANY - 5));

    let ahead = ReplayEvents { after: Some(100_000), ..nothing(hook) };
    let error = events::replay(&domain.system(), ahead).await.unwrap_err();
    assert!(matches!(error, events::Error::Ahead(_)), "{error}");
    domain.meddle("DELETE FROM events WHERE number < 10", vec![]).await.unwrap();
    let swept = ReplayEvents { after: Some(3), ..nothing(hook) };
    let error = events::replay(&domain.system(), swept).await.unwrap_err();
    assert!(matches!(error, events::Error::Expired(3)), "{error}");
}

async fn deliveries_in_progress_are_left_alone(domain: TestDomain) {
    let at = domain.clock.now();
    let hook = webhook(&domain, "user.created", PayloadVersion::V2).await.webhook.id;
    create(&domain, "Ann").await;
    // As if a worker were about to send it: a second job would send it twice.
    domain.meddle("DELETE FROM jobs WHERE kind = 'webhooks.deliver'", vec![]).await.unwrap();
    domain.clock.advance(1);
    assert_eq!(names(&replay(&domain, since(hook, at)).await), [""; 0]);
    let there = deliveries(&domain, hook).await;
    assert_eq!((there.len(), there[0].state), (1, DeliveryState::Pending));
}

async fn a_webhook_of_version_1_receives_its_bodies(domain: TestDomain) {
    let at = domain.clock.now();
    create(&domain, "Ann").await;
    let hook = webhook(&domain, "user.created", PayloadVersion::V1).await.webhook.id;
    domain.clock.advance(1);
    let sent = replay(&domain, since(hook, at)).await;
    let body: Value = serde_json::from_str(&sent[0].body).unwrap();
    assert_eq!((&body["type"], &body["version"]), (&"user.created".into(), &1.into()));
    let id: EventId = header(&sent[0], "webhook-id").parse().unwrap();
    assert_eq!(events::get(&domain.system(), id).await.unwrap().body.kind, "user.created");
}

async fn a_webhook_that_is_disabled_meanwhile_is_sent_nothing(domain: TestDomain) {
    let at = domain.clock.now();
    create(&domain, "Ann").await;
    let created = webhook(&domain, "user.created", PayloadVersion::V2).await.webhook;
    domain.clock.advance(1);
    events::replay(&domain.system(), since(created.id, at)).await.unwrap();
    let off = UpdateWebhook {
        id: created.id,
        version: created.version.into(),
        url: None,
        description: None,
        events: None,
        payload_version: None,
        enabled: Some(false),
    };
    webhooks::update(&domain.system(), off).await.unwrap();
    work(&domain, &REPLAY).await;
    assert!(domain.webhook_sender.posted().is_empty());
    let error = events::replay(&domain.system(), failed(created.id)).await.unwrap_err();
    assert!(matches!(error, events::Error::Webhook(webhooks::Error::WrongState(_))), "{error}");
    let unknown = failed(WebhookId(uuid::Uuid::nil()));
    let error = events::replay(&domain.system(), unknown).await.unwrap_err();
    assert!(matches!(error, events::Error::Webhook(webhooks::Error::NoSuchWebhook)), "{error}");
}

async fn a_second_request_waits_until_the_first_has_begun(domain: TestDomain) {
    let hook = webhook(&domain, "user.created", PayloadVersion::V2).await.webhook.id;
    events::replay(&domain.system(), failed(hook)).await.unwrap();
    let error = events::replay(&domain.system(), failed(hook)).await.unwrap_err();
    assert!(matches!(error, events::Error::InProgress), "{error}");
    work(&domain, &REPLAY).await;
    events::replay(&domain.system(), failed(hook)).await.unwrap();
}

async fn past_events_need_the_permission_to_read_them(domain: TestDomain) {
    let at = domain.clock.now();
    let hook = webhook(&domain, "user.created", PayloadVersion::V2).await.webhook.id;
    let token = service_token(&domain, &[Permission::WEBHOOKS_MANAGE]).await;
    let manager = domain.by(&bearer(&domain, &token).await.unwrap());
    events::replay(&manager, failed(hook)).await.unwrap();
    for form in [since(hook, at), ReplayEvents { after: Some(0), ..nothing(hook) }] {
        let error = events::replay(&manager, form).await.unwrap_err();
        assert!(matches!(error, events::Error::Denied(_)), "{error}");
    }
}

async fn deliveries_of_all_webhooks_are_listed_by_state(domain: TestDomain) {
    let one = webhook(&domain, "user.created", PayloadVersion::V2).await.webhook.id;
    let other = webhook(&domain, "user.created", PayloadVersion::V2).await.webhook.id;
    create(&domain, "Ann").await;
    send(&domain).await;
    create(&domain, "Bo").await;
    let listed = async |states: &[DeliveryState]| {
        let query = DeliveriesQuery { state: states.iter().copied().collect(), ..DeliveriesQuery::default() };
        webhooks::deliveries(&domain.system(), None, &query).await.unwrap().items
    };
    assert_eq!(listed(&[]).await.len(), 4);
    let succeeded = listed(&[DeliveryState::Succeeded]).await;
    let of: BTreeSet<WebhookId> = succeeded.iter().map(|it| it.webhook).collect();
    assert_eq!((succeeded.len(), of), (2, [one, other].into()));
    assert_eq!(listed(&[DeliveryState::Pending]).await.len(), 2);
    assert_eq!(listed(&[DeliveryState::Failed]).await.len(), 0);
    assert_eq!(
        listed(&[DeliveryState::Failed, DeliveryState::Pending, DeliveryState::Succeeded]).await.len(),
        4
    );
}
