//! Last-seen times: written late, and in batches.

use frontdesk_model::{Timestamp, UserId};

use crate::support::{By, TestDomain, person, sign_in, suspension, user};

both! {
    a_request_writes_nothing_and_is_written_down_later,
    within_a_minute_nothing_is_written_anew,
    the_latest_of_ones_devices_counts,
    many_are_written_down_in_few_transactions,
    what_was_written_later_is_not_written_back,
    a_session_that_is_over_is_not_seen,
}

async fn last_seen(domain: &TestDomain, id: UserId) -> Timestamp {
    user(domain, id).await.last_seen_at.unwrap()
}

async fn a_request_writes_nothing_and_is_written_down_later(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let signed_in = last_seen(&domain, ann.id).await;
    domain.clock.advance(60);
    let statements = domain.db.statements();
    ann.load(&domain).await.unwrap();
    assert_eq!(domain.db.statements(), statements + 1);
    assert_eq!(last_seen(&domain, ann.id).await, signed_in);
    let events = domain.events().await;
    domain.last_seen.flush(&domain).await.unwrap();
    assert_eq!(last_seen(&domain, ann.id).await, signed_in.plus_seconds(60));
    let query = frontdesk_model::sessions::SessionsQuery::default();
    let mine = frontdesk_domain::sessions::list_mine(&domain.by(&ann.actor), &query).await.unwrap();
    assert_eq!(mine.items[0].last_seen_at, signed_in.plus_seconds(60));
    // Being seen is no change: neither an event nor a new version.
    assert_eq!((domain.events().await, user(&domain, ann.id).await.version), (events, 1));
}

async fn within_a_minute_nothing_is_written_anew(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    domain.clock.advance(59);
    ann.load(&domain).await.unwrap();
    let statements = domain.db.statements();
    domain.last_seen.flush(&domain).await.unwrap();
    assert_eq!(domain.db.statements(), statements);
}

async fn the_latest_of_ones_devices_counts(domain: TestDomain) {
    let laptop = person(&domain, "Ann", &[]).await;
    let phone = sign_in(&domain, laptop.id, "phone").await;
    for someone in [&phone, &laptop] {
        domain.clock.advance(100);
        someone.load(&domain).await.unwrap();
    }
    domain.last_seen.flush(&domain).await.unwrap();
    assert_eq!(last_seen(&domain, laptop.id).await, domain.clock.now());
}

async fn many_are_written_down_in_few_transactions(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let mut devices = Vec::new();
    for n in 0..250 {
        devices.push(sign_in(&domain, ann.id, &format!("device {n}")).await);
    }
    domain.clock.advance(100);
    for device in &devices {
        device.load(&domain).await.unwrap();
    }
    let statements = domain.db.statements();
    domain.last_seen.flush(&domain).await.unwrap();
    // One for each session, and one for the user in each of the two transactions.
    assert_eq!(domain.db.statements() - statements, 252);
    let stale = "SELECT count(*) FROM sessions WHERE last_seen_at = created_at";
    assert_eq!(domain.count(stale).await, 1, "but for the device that was not used");
}

async fn what_was_written_later_is_not_written_back(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    domain.clock.advance(100);
    ann.load(&domain).await.unwrap();
    // Another instance sees them later and writes first.
    let other = domain.beside(|_| ()).await;
    other.clock.advance(100);
    ann.load(&other).await.unwrap();
    other.last_seen.flush(&other).await.unwrap();
    domain.last_seen.flush(&domain).await.unwrap();
    assert_eq!(last_seen(&domain, ann.id).await, domain.clock.now());
}

async fn a_session_that_is_over_is_not_seen(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let signed_in = last_seen(&domain, ann.id).await;
    frontdesk_domain::users::suspend(&domain.system(), suspension(ann.id)).await.unwrap();
    domain.clock.advance(100);
    assert!(ann.load(&domain).await.is_none());
    domain.last_seen.flush(&domain).await.unwrap();
    assert_eq!(last_seen(&domain, ann.id).await, signed_in);
}
