//! Delivering an event.

use std::time::Duration;

use frontdesk_domain::{
    audit, jobs,
    webhooks::{self, Deliver, RetryAfter, SendError},
};
use frontdesk_model::{
    DeliveryId, Timestamp, WebhookId,
    audit::{Action, AuditQuery},
    jobs::{JobState, JobsQuery, OneJob},
    webhooks::{DeliveryState, OneDelivery},
};

use super::{ALL, KINDS, deliveries, delivery, header, send, this, webhook};
use crate::support::{TestDomain, answer, come_back, create};

both! {
    an_event_that_arrives_is_done_with,
    an_event_that_does_not_arrive_is_sent_again_by_the_schedule_under_the_same_id,
    whoever_asks_to_wait_is_waited_for,
    no_answer_and_a_redirect_are_failures,
    gone_turns_the_webhook_off,
    a_webhook_where_nothing_arrives_for_five_days_is_turned_off,
    what_arrives_ends_the_count_of_days,
    what_was_given_up_and_what_waits_can_be_sent_again,
    a_worker_that_dies_behind_sending_sends_the_same_again,
    a_slow_webhook_keeps_only_itself_waiting,
    what_is_removed_while_it_is_sent_is_not_written_down,
    deliveries_are_kept_for_thirty_days,
    a_failed_attempt_looks_failed_among_the_jobs,
    a_dead_delivery_can_be_run_again_as_a_job,
    endpoints_that_fail_are_counted_until_something_arrives,
}

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// A webhook subscribed to everything, and one pending delivery.
async fn on_its_way(domain: &TestDomain) -> (WebhookId, DeliveryId) {
    let hook = webhook(domain, ALL).await.webhook.id;
    create(domain, "Ann").await;
    (hook, deliveries(domain, hook).await[0].id)
}

fn slots(at_most: usize) -> jobs::FreeSlots {
    jobs::FreeSlots::new(jobs::Queue::Webhooks, &["webhooks.deliver"], at_most)
}

/// Advances the clock to the next attempt, and returns the delay.
async fn until_next(domain: &TestDomain, id: DeliveryId) -> i64 {
    let next = delivery(domain, id).await.summary.next_attempt_at.unwrap();
    let wait = (next.micros() - domain.clock.now().micros()).div_euclid(1_000_000) + 1;
    domain.clock.advance(wait);
    wait
}

async fn is_on(domain: &TestDomain, id: WebhookId) -> bool {
    webhooks::get(&domain.system(), id).await.unwrap().enabled
}

async fn last_event(domain: &TestDomain) -> frontdesk_model::audit::Event {
    audit::list(&domain.system(), &AuditQuery::default()).await.unwrap().items.remove(0)
}

async fn an_event_that_arrives_is_done_with(domain: TestDomain) {
    domain.webhook_sender.will([answer(200)]);
    let (_, id) = on_its_way(&domain).await;
    assert_eq!(send(&domain).await.len(), 1);
    let there = delivery(&domain, id).await;
    assert_eq!((there.summary.state, there.summary.attempts), (DeliveryState::Succeeded, 1));
    assert_eq!(there.summary.next_attempt_at, None);
    let tried = &there.tries[0];
    assert_eq!((tried.number, tried.status, tried.answer.as_str()), (1, Some(200), "This is 200."));
    assert_eq!((tried.error.as_deref(), tried.at), (None, domain.clock.now()));
    domain.clock.advance(30 * DAY - 1);
    assert_eq!(send(&domain).await, []);
}

async fn an_event_that_does_not_arrive_is_sent_again_by_the_schedule_under_the_same_id(domain: TestDomain) {
    domain.webhook_sender.will((0..10).map(|_| answer(500)));
    let (hook, id) = on_its_way(&domain).await;
    let mut sent = send(&domain).await;
    for expected in [5, 300, 1_800, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR] {
        assert_eq!(send(&domain).await, [], "not before its time");
        let waited = until_next(&domain, id).await;
        assert!((expected..=expected * 11 / 10 + 1).contains(&waited), "{waited} instead of {expected}");
        sent.extend(send(&domain).await);
    }
    let there = delivery(&domain, id).await;
    assert_eq!((there.summary.state, there.summary.attempts), (DeliveryState::Failed, 10));
    assert_eq!(there.tries.len(), 10);
    assert_eq!(there.tries[0].error.as_deref(), Some("It was answered with 500."));
    assert_eq!(sent.len(), 10);
    assert!(sent.iter().all(|parcel| parcel.body == sent[0].body));
    assert!(sent.iter().all(|parcel| header(parcel, "webhook-id") == header(&sent[0], "webhook-id")));
    // Each attempt is signed anew, since receivers reject old signatures.
    assert_ne!(header(&sent[0], "webhook-timestamp"), header(&sent[9], "webhook-timestamp"));
    assert_ne!(header(&sent[0], "webhook-signature"), header(&sent[9], "webhook-signature"));
    assert!(is_on(&domain, hook).await, "three days are not five");
    assert_eq!(domain.count("SELECT count(*) FROM jobs WHERE state = 'dead'").await, 1);
    assert_eq!(jobs::count_dead(&domain, 10).await.unwrap(), 0, "it needs attention by its webhook");
    domain.clock.advance(3 * DAY);
    assert_eq!(send(&domain).await, []);
}

async fn whoever_asks_to_wait_is_waited_for(domain: TestDomain) {
    let now = domain.clock.now();
    let (_, id) = on_its_way(&domain).await;
    let next = async || delivery(&domain, id).await.summary.next_attempt_at.unwrap();
    // Longer than the schedule, as a delay and as a time; shorter; and at most a day.
    domain.webhook_sender.will([come_back(RetryAfter::In(Duration::from_secs(600)))]);
    send(&domain).await;
    assert_eq!(next().await, now.plus_seconds(600));
    domain.clock.advance(600);
    domain.webhook_sender.will([come_back(RetryAfter::At(now.plus_seconds(2 * HOUR)))]);
    send(&domain).await;
    assert_eq!(next().await, now.plus_seconds(2 * HOUR));
    domain.clock.advance(2 * HOUR - 600);
    domain.webhook_sender.will([come_back(RetryAfter::In(Duration::from_secs(1)))]);
    send(&domain).await;
    assert!(next().await >= now.plus_seconds(2 * HOUR + 1_800));
    until_next(&domain, id).await;
    domain.webhook_sender.will([come_back(RetryAfter::In(Duration::MAX))]);
    send(&domain).await;
    assert_eq!(next().await, domain.clock.now().plus_seconds(DAY));
    until_next(&domain, id).await;
    domain.webhook_sender.will([come_back(RetryAfter::At(Timestamp::from_seconds(0)))]);
    send(&domain).await;
    assert!(next().await > domain.clock.now());
}

async fn no_answer_and_a_redirect_are_failures(domain: TestDomain) {
    let (_, id) = on_its_way(&domain).await;
    domain.webhook_sender.will([Err(SendError::Private), answer(302)]);
    send(&domain).await;
    until_next(&domain, id).await;
    send(&domain).await;
    let there = delivery(&domain, id).await;
    assert_eq!(there.summary.state, DeliveryState::Pending);
    let said: Vec<_> =
        there.tries.iter().map(|tried| (tried.status, tried.error.as_deref().unwrap())).collect();
    assert_eq!(
        said,
        [
            (Some(302), "It was answered with 302, and redirects are not followed."),
            (None, "The address leads into a private network."),
        ]
    );
}

async fn gone_turns_the_webhook_off(domain: TestDomain) {
    domain.webhook_sender.will([answer(410)]);
    let (hook, id) = on_its_way(&domain).await;
    send(&domain).await;
    assert_eq!(delivery(&domain, id).await.summary.state, DeliveryState::Failed);
    let there = webhooks::get(&domain.system(), hook).await.unwrap();
    assert!(!there.enabled && there.disabled_reason.contains("410"), "{there:?}");
    let event = last_event(&domain).await;
    assert_eq!((event.action, event.target.unwrap().id), (Action::WEBHOOK_DISABLED, Some(hook.into())));
    create(&domain, "Ben").await;
    assert_eq!(deliveries(&domain, hook).await.len(), 1);
}

async fn a_webhook_where_nothing_arrives_for_five_days_is_turned_off(domain: TestDomain) {
    domain.webhook_sender.will((0..30).map(|_| answer(500)));
    let (hook, first) = on_its_way(&domain).await;
    for _ in 0..10 {
        send(&domain).await;
        if delivery(&domain, first).await.summary.next_attempt_at.is_some() {
            until_next(&domain, first).await;
        }
    }
    assert!(is_on(&domain, hook).await);
    create(&domain, "Ben").await;
    let second = deliveries(&domain, hook).await[0].id;
    for _ in 0..10 {
        send(&domain).await;
        if delivery(&domain, second).await.summary.next_attempt_at.is_some() {
            until_next(&domain, second).await;
        }
    }
    let there = webhooks::get(&domain.system(), hook).await.unwrap();
    assert!(!there.enabled && there.disabled_reason.contains("five days"), "{there:?}");
    assert_eq!(last_event(&domain).await.action, Action::WEBHOOK_DISABLED);
}

async fn what_arrives_ends_the_count_of_days(domain: TestDomain) {
    let (hook, id) = on_its_way(&domain).await;
    domain.webhook_sender.will([answer(500)]);
    send(&domain).await;
    let since = webhooks::get(&domain.system(), hook).await.unwrap().failing_since;
    assert_eq!(since, Some(domain.clock.now()));
    until_next(&domain, id).await;
    send(&domain).await;
    let there = webhooks::get(&domain.system(), hook).await.unwrap();
    assert_eq!((there.failing_since, there.version), (None, 1));
}

async fn what_was_given_up_and_what_waits_can_be_sent_again(domain: TestDomain) {
    let again = async |id| webhooks::resend(&domain.system(), OneDelivery { id }).await;
    let (hook, id) = on_its_way(&domain).await;
    assert!(matches!(again(id).await, Err(webhooks::Error::WrongState(_))), "it is on its way");
    domain.webhook_sender.will([answer(500), answer(500)]);
    let first = send(&domain).await.remove(0);
    // Waits for its next attempt: that is now, and the schedule restarts.
    again(id).await.unwrap();
    assert_eq!(last_event(&domain).await.action, Action::WEBHOOK_RESENT);
    let second = send(&domain).await.remove(0);
    assert_eq!(header(&first, "webhook-id"), header(&second, "webhook-id"));
    let waits = until_next(&domain, id).await;
    assert!((5..=6).contains(&waits), "{waits}");
    // Of the two jobs that are due by now, one has nothing to do.
    assert_eq!(send(&domain).await.len(), 1);
    assert_eq!(delivery(&domain, id).await.summary.state, DeliveryState::Succeeded);
    // A successful delivery may have been lost at the receiver.
    again(id).await.unwrap();
    assert_eq!(send(&domain).await.len(), 1);
    let there = delivery(&domain, id).await.summary;
    assert_eq!((there.state, there.attempts), (DeliveryState::Succeeded, 4));
    webhooks::remove(&domain.system(), this(hook)).await.unwrap();
    assert!(matches!(again(id).await, Err(webhooks::Error::NoSuchDelivery)));
}

async fn a_worker_that_dies_behind_sending_sends_the_same_again(domain: TestDomain) {
    let (hook, id) = on_its_way(&domain).await;
    // The first worker sends, and dies before it can record that.
    let lease = Duration::from_secs(30);
    let claimed = jobs::claim(&domain, &[slots(1)], lease).await.unwrap().remove(0);
    let kind: Deliver = serde_json::from_str(&claimed.payload).unwrap();
    domain.webhook_sender.get_stuck(true);
    let attempt = jobs::Attempt::of(&domain, &claimed);
    let dies =
        tokio::time::timeout(Duration::from_millis(200), jobs::BackgroundJob::run(kind, &domain, attempt));
    assert!(dies.await.is_err());
    domain.webhook_sender.get_stuck(false);
    let first = domain.webhook_sender.posted();
    assert_eq!((first.len(), delivery(&domain, id).await.summary.attempts), (1, 0));

    domain.clock.advance(31);
    let second = send(&domain).await;
    assert_eq!(second.len(), 1);
    assert_eq!(header(&first[0], "webhook-id"), header(&second[0], "webhook-id"));
    assert_eq!(first[0].body, second[0].body);
    let there = delivery(&domain, id).await.summary;
    assert_eq!((there.state, there.attempts), (DeliveryState::Succeeded, 1));
    // If it was only slow, it is too late to record anything.
    let late: Deliver = serde_json::from_str(&claimed.payload).unwrap();
    domain.meddle("UPDATE webhook_deliveries SET state = 'pending', next_at = 0", vec![]).await.unwrap();
    let ended = jobs::BackgroundJob::run(late, &domain, jobs::Attempt::of(&domain, &claimed)).await;
    assert_eq!(ended.unwrap_err(), jobs::Failure::LeaseLost);
    assert_eq!(deliveries(&domain, hook).await[0].attempts, 1);
}

async fn a_slow_webhook_keeps_only_itself_waiting(domain: TestDomain) {
    let slow = webhook(&domain, "user.created").await.webhook.id;
    for name in ["Ann", "Ben", "Cleo", "Dan", "Eve"] {
        create(&domain, name).await;
    }
    let other = webhook(&domain, "user.signed_up").await.webhook.id;
    crate::support::register(&domain, "Fay").await;
    let lease = Duration::from_secs(30);
    let claimed = jobs::claim(&domain, &[slots(10)], lease).await.unwrap();
    assert_eq!(claimed.len(), 2, "one of each");
    assert_eq!((deliveries(&domain, slow).await.len(), deliveries(&domain, other).await.len()), (5, 1));
}

async fn what_is_removed_while_it_is_sent_is_not_written_down(domain: TestDomain) {
    let (hook, id) = on_its_way(&domain).await;
    let lease = Duration::from_secs(30);
    let claimed = jobs::claim(&domain, &[slots(1)], lease).await.unwrap().remove(0);
    webhooks::remove(&domain.system(), this(hook)).await.unwrap();
    let kind: Deliver = serde_json::from_str(&claimed.payload).unwrap();
    jobs::BackgroundJob::run(kind, &domain, jobs::Attempt::of(&domain, &claimed)).await.unwrap();
    assert_eq!(domain.webhook_sender.posted(), []);
    crate::support::work(&domain, &KINDS).await;
    assert_eq!(domain.count("SELECT count(*) FROM webhook_deliveries").await, 0);
    let found = webhooks::delivery(&domain.system(), id).await;
    assert!(matches!(found, Err(webhooks::Error::NoSuchDelivery)));
}

async fn deliveries_are_kept_for_thirty_days(domain: TestDomain) {
    let sweep = [jobs::Handler::of::<webhooks::SweepDeliveries>()];
    let (hook, _) = on_its_way(&domain).await;
    send(&domain).await;
    let swept = async || {
        crate::support::enqueue(&domain, jobs::Job::new(&webhooks::SweepDeliveries {})).await;
        crate::support::work(&domain, &sweep).await;
        deliveries(&domain, hook).await.len()
    };
    domain.clock.advance(30 * DAY);
    assert_eq!(swept().await, 1);
    domain.clock.advance(1);
    assert_eq!(swept().await, 0);
    assert_eq!(domain.count("SELECT count(*) FROM webhook_attempts").await, 0);
}

/// The only job of a delivery.
async fn only_job(domain: &TestDomain) -> frontdesk_model::jobs::JobSummary {
    let mut all = jobs::list(&domain.system(), &JobsQuery::default()).await.unwrap().items;
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

async fn a_failed_attempt_looks_failed_among_the_jobs(domain: TestDomain) {
    let (_, id) = on_its_way(&domain).await;
    domain.webhook_sender.will((0..10).map(|_| answer(500)));
    for attempt in 1..10 {
        send(&domain).await;
        let there = only_job(&domain).await;
        assert_eq!((there.state, there.attempts), (JobState::Waiting, attempt));
        assert_eq!(there.last_error.as_deref(), Some("It was answered with 500."));
        assert_eq!(there.next_attempt_at, delivery(&domain, id).await.summary.next_attempt_at);
        until_next(&domain, id).await;
    }
    send(&domain).await;
    let there = only_job(&domain).await;
    assert_eq!((there.state, there.attempts), (JobState::Dead, 10));
    assert_eq!(delivery(&domain, id).await.summary.state, DeliveryState::Failed);
    let failures = jobs::get(&domain.system(), there.id).await.unwrap().failures;
    assert_eq!(failures.len(), 10);
}

async fn a_dead_delivery_can_be_run_again_as_a_job(domain: TestDomain) {
    let (_, id) = on_its_way(&domain).await;
    domain.webhook_sender.will((0..11).map(|_| answer(500)));
    for _ in 0..9 {
        send(&domain).await;
        until_next(&domain, id).await;
    }
    send(&domain).await;
    let dead = only_job(&domain).await.id;
    for (sent, state) in [(11, DeliveryState::Failed), (12, DeliveryState::Succeeded)] {
        jobs::rerun(&domain.system(), OneJob { id: dead }).await.unwrap();
        send(&domain).await;
        let there = delivery(&domain, id).await.summary;
        assert_eq!((there.attempts, there.state), (sent, state));
    }
    assert_eq!(only_job(&domain).await.state, JobState::Succeeded);
}

async fn endpoints_that_fail_are_counted_until_something_arrives(domain: TestDomain) {
    let count = async || webhooks::count_failing(&domain).await.unwrap();
    let (hook, id) = on_its_way(&domain).await;
    assert_eq!(count().await, 0);
    domain.webhook_sender.will([answer(500)]);
    send(&domain).await;
    assert_eq!(count().await, 1);
    until_next(&domain, id).await;
    send(&domain).await;
    assert_eq!(count().await, 0);
    // One that Frontdesk has turned off needs attention, too.
    domain.webhook_sender.will([answer(410)]);
    create(&domain, "Ben").await;
    send(&domain).await;
    assert!(!is_on(&domain, hook).await);
    assert_eq!(count().await, 1);
}
