//! Reading the feed: nothing is missed, and nothing comes twice.

use std::collections::HashSet;

use frontdesk_domain::{
    db::Dialect,
    events::{self, Error, Kept, SweepEvents},
    jobs::{Handler, Job},
    users,
};
use frontdesk_model::{
    EventId, Limit, Permission,
    audit::{Action, AuditQuery},
    events::EventsQuery,
};
use serde_json::from_value;

use super::{after, feed, last};
use crate::support::{
    TestDomain, bearer, create, create_form, enqueue, place, register, service_token, suspension, work,
};

both! {
    events_are_read_from_the_oldest_to_the_newest,
    an_event_that_becomes_visible_late_gets_a_later_number,
    a_reader_beside_eight_writers_on_two_instances_sees_each_event_once,
    a_filter_moves_on_although_nothing_fits,
    events_are_kept_for_their_time_and_a_reader_is_told_that_it_has_missed_some,
    a_number_that_was_never_given_is_refused,
    an_event_is_found_by_its_id,
    the_feed_needs_its_permission,
}

async fn events_are_read_from_the_oldest_to_the_newest(domain: TestDomain) {
    let empty = feed(&domain, &EventsQuery::default()).await;
    assert_eq!((empty.items.len(), empty.next_after, empty.has_more), (0, 0, false));
    for name in ["Ann", "Bo", "Cy"] {
        create(&domain, name).await;
    }
    let query = EventsQuery { limit: Limit::new(2), ..EventsQuery::default() };
    let first = feed(&domain, &query).await;
    let names = |feed: &frontdesk_model::events::EventFeed| -> Vec<String> {
        feed.items.iter().map(|event| event.body.data.object["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!((names(&first), first.next_after, first.has_more), (vec!["Ann".into(), "Bo".into()], 2, true));
    let rest = feed(&domain, &after(first.next_after)).await;
    assert_eq!((names(&rest), rest.next_after, rest.has_more), (vec!["Cy".into()], 3, false));
    assert_eq!(feed(&domain, &after(3)).await.next_after, 3, "the end, until there is more");
}

async fn an_event_that_becomes_visible_late_gets_a_later_number(domain: TestDomain) {
    if domain.db.dialect() == Dialect::Sqlite {
        // SQLite has one writer at a time, so that its events become visible in the order of their ids.
        let (early, _) = create(&domain, "Early").await;
        assert_eq!(last(&domain).await.body.data.object["id"], early.to_string());
        return;
    }
    let ctx = domain.system();
    let mut slow = ctx.begin();
    users::create_in(&ctx, &mut slow, create_form("Slow", "slow@example.com")).await.unwrap();
    domain.clock.advance(1);
    create(&domain, "Quick").await;
    let seen = feed(&domain, &EventsQuery::default()).await;
    assert_eq!((seen.items.len(), seen.next_after, seen.has_more), (1, 1, false));
    slow.commit().await.unwrap();
    let late = feed(&domain, &after(seen.next_after)).await.items;
    assert_eq!(late.len(), 1);
    assert_eq!((late[0].number, &late[0].body.data.object["name"]), (2, &"Slow".into()));
    assert!(late[0].body.id < seen.items[0].body.id, "its id is older");
}

async fn a_reader_beside_eight_writers_on_two_instances_sees_each_event_once(domain: TestDomain) {
    const EACH: usize = 25;
    let other = domain.beside(|_| ()).await;
    let writers = (0..8).map(|writer| {
        let domain = if writer % 2 == 0 { domain.clone() } else { other.clone() };
        tokio::spawn(async move {
            for n in 0..EACH {
                create(&domain, &format!("Writer {writer} User {n}")).await;
            }
        })
    });
    let writers: Vec<_> = writers.collect();
    let (mut numbers, mut ids, mut place) = (Vec::new(), HashSet::new(), 0);
    loop {
        let over = writers.iter().all(tokio::task::JoinHandle::is_finished);
        let instance = if numbers.len() % 2 == 0 { &domain } else { &other };
        let part = feed(instance, &EventsQuery { limit: Limit::new(7), ..after(place) }).await;
        place = part.next_after;
        numbers.extend(part.items.iter().map(|event| event.number));
        assert!(part.items.iter().all(|event| ids.insert(event.body.id)), "an event came twice");
        if over && !part.has_more {
            break;
        }
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let count = i64::try_from(8 * EACH).unwrap();
    assert_eq!(numbers, (1..=count).collect::<Vec<_>>());
}

async fn a_filter_moves_on_although_nothing_fits(domain: TestDomain) {
    let ann = register(&domain, "Ann").await;
    let order = place(&domain, ann, 1_000).await;
    let query = |types: &str| from_value::<EventsQuery>(serde_json::json!({"types": types})).unwrap();
    let orders = feed(&domain, &query("order.*")).await;
    assert_eq!(orders.items.len(), 1);
    assert_eq!(orders.items[0].body.data.object["id"], order.summary.id.to_string());
    assert_eq!((orders.next_after, orders.has_more), (2, false));
    let refunds = feed(&domain, &query("refund.*,payment.succeeded")).await;
    assert_eq!((refunds.items.len(), refunds.next_after, refunds.has_more), (0, 2, false));
    let both = feed(&domain, &query("user.signed_up, order.placed")).await;
    assert_eq!(both.items.len(), 2);
    assert_eq!(feed(&domain, &query("*")).await.items.len(), 2);
    assert!(from_value::<EventsQuery>(serde_json::json!({"types": "order.lost"})).is_err());
}

async fn events_are_kept_for_their_time_and_a_reader_is_told_that_it_has_missed_some(domain: TestDomain) {
    const DAY: i64 = 24 * 3_600;
    create(&domain, "Ann").await;
    create(&domain, "Bo").await;
    // They are numbered when they are read.
    assert_eq!(last(&domain).await.number, 2);
    domain.clock.advance(20 * DAY);
    create(&domain, "Cy").await;
    assert_eq!(last(&domain).await.number, 3);
    let sweep = async || {
        enqueue(&domain, Job::new(&SweepEvents::default())).await;
        work(&domain, &[Handler::of::<SweepEvents>()]).await;
    };
    domain.clock.advance(10 * DAY - 60);
    sweep().await;
    assert_eq!(feed(&domain, &after(0)).await.items.len(), 3);
    domain.clock.advance(61);
    sweep().await;
    let gone = events::feed(&domain.system(), &after(1)).await;
    assert!(matches!(gone, Err(Error::Expired(1))), "{gone:?}");
    let left = feed(&domain, &EventsQuery::default()).await.items;
    assert_eq!(left.iter().map(|event| event.number).collect::<Vec<_>>(), [3]);
    assert_eq!(feed(&domain, &after(2)).await.items, left, "nothing was missed after 2");
    domain.clock.advance(30 * DAY);
    sweep().await;
    assert!(events::feed(&domain.system(), &after(2)).await.is_err());
    let nothing = feed(&domain, &after(3)).await;
    assert_eq!((nothing.items.len(), nothing.next_after), (0, 3));
    create(&domain, "Di").await;
    assert_eq!(last(&domain).await.number, 4, "numbers are never given again");
    assert_eq!((Kept::days(29), Kept::days(30)), (None, Some(Kept::default())));
}

async fn a_number_that_was_never_given_is_refused(domain: TestDomain) {
    create(&domain, "Ann").await;
    for number in [2, i64::MAX] {
        let ahead = events::feed(&domain.system(), &after(number)).await;
        assert!(matches!(ahead, Err(Error::Ahead(1))), "{ahead:?}");
    }
}

async fn an_event_is_found_by_its_id(domain: TestDomain) {
    let (ann, _) = create(&domain, "Ann").await;
    users::suspend(&domain.system(), suspension(ann)).await.unwrap();
    let trail = frontdesk_domain::audit::list(&domain.system(), &AuditQuery::default()).await.unwrap().items;
    let suspended = trail.iter().find(|event| event.action == Action::USER_SUSPENDED).unwrap();
    let event = events::get(&domain.system(), suspended.id).await.unwrap();
    assert_eq!((event.number, event.body.id, &*event.body.kind), (2, suspended.id, "user.suspended"));
    let unknown = events::get(&domain.system(), EventId(ann.0)).await;
    assert!(matches!(unknown, Err(Error::NoSuchEvent)), "{unknown:?}");
}

async fn the_feed_needs_its_permission(domain: TestDomain) {
    let token = service_token(&domain, &[Permission::AUDIT_READ]).await;
    let ctx = domain.context(bearer(&domain, &token).await.unwrap());
    let refused = events::feed(&ctx, &EventsQuery::default()).await;
    assert!(matches!(refused, Err(Error::Denied(_))), "{refused:?}");
    let refused = events::get(&ctx, EventId(uuid::Uuid::nil())).await;
    assert!(matches!(refused, Err(Error::Denied(_))), "{refused:?}");
}
