//! Refusals that anyone can cause are counted beyond the first few, and summed up.

use frontdesk_domain::{
    jobs::{Handler, Job},
    overview, processing,
    refusals::{FEW, SumUpRefusals, WINDOW},
};
use frontdesk_model::audit::{Action, AuditQuery, Event};
use futures::future::join_all;

use crate::support::{TestDomain, Tricky, enqueue, prove, register, work};

both! {
    failed_sign_ins_of_unknown_addresses_are_counted_beyond_a_few,
    what_several_instances_refuse_is_summed_up_once,
    refused_gateway_events_are_counted_beyond_a_few,
    failed_sign_ins_of_one_account_do_not_hide_those_of_another,
}

const WRONG: &str = "wrong horse battery staple";

async fn events(domain: &TestDomain, action: Action) -> Vec<Event> {
    let query = AuditQuery {
        action: Some(action).into(),
        limit: frontdesk_model::Limit::new(100),
        ..AuditQuery::default()
    };
    frontdesk_domain::audit::list(&domain.system(), &query).await.unwrap().items
}

async fn guess(domain: &TestDomain, number: i64) {
    prove(domain, &format!("unknown{number}@example.com"), WRONG).await.unwrap_err();
}

async fn sum_up(domain: &TestDomain) {
    enqueue(domain, Job::new(&SumUpRefusals::default())).await;
    work(domain, &[Handler::of::<SumUpRefusals>()]).await;
}

fn refused(event: &Event) -> Option<&str> {
    event.changes.iter().find(|change| change.field == "refused").and_then(|change| change.after.as_deref())
}

async fn failed_sign_ins_of_unknown_addresses_are_counted_beyond_a_few(domain: TestDomain) {
    for number in 0..FEW + 5 {
        guess(&domain, number).await;
    }
    assert_eq!(events(&domain, Action::LOGIN_FAILED).await.len() as i64, FEW);
    sum_up(&domain).await;
    assert_eq!(events(&domain, Action::LOGIN_FAILED).await.len() as i64, FEW, "the window is not over");
    domain.clock.advance(WINDOW);
    // Another window begins with events of its own.
    guess(&domain, 0).await;
    sum_up(&domain).await;
    let all = events(&domain, Action::LOGIN_FAILED).await;
    assert_eq!(all.len() as i64, FEW + 2);
    assert_eq!((refused(&all[0]), &all[0].target), (Some("5"), &None));
    assert!(all[0].changes.iter().any(|change| change.field == "first"));
    assert!(all[0].changes.iter().any(|change| change.field == "last"));
    let failed = overview::overview(&domain.system()).await.unwrap().failed_sign_ins;
    assert_eq!(failed, Some(FEW + 6), "the overview counts all of them");
    // Windows are forgotten after a while.
    domain.clock.advance(3 * 24 * 3_600);
    sum_up(&domain).await;
    assert_eq!(domain.count("SELECT count(*) FROM refusals").await, 0);
    assert_eq!(events(&domain, Action::LOGIN_FAILED).await.len() as i64, FEW + 2);
}

async fn what_several_instances_refuse_is_summed_up_once(domain: TestDomain) {
    let other = domain.beside(|_| {}).await;
    let one_and_other = [&domain, &other];
    join_all((0..FEW + 20).map(|number| guess(one_and_other[number as usize % 2], number))).await;
    assert_eq!(events(&domain, Action::LOGIN_FAILED).await.len() as i64, FEW);
    // They share a clock.
    domain.clock.advance(WINDOW);
    for instance in one_and_other {
        sum_up(instance).await;
    }
    let all = events(&domain, Action::LOGIN_FAILED).await;
    assert_eq!((all.len() as i64, refused(&all[0])), (FEW + 1, Some("20")));
    other.db.close().await;
}

async fn refused_gateway_events_are_counted_beyond_a_few(mut domain: TestDomain) {
    Tricky::before(domain.inner(), |_| None);
    for _ in 0..FEW + 3 {
        processing::gateway_event(&domain.system(), None, b"{}").await.unwrap_err();
    }
    assert_eq!(events(&domain, Action::GATEWAY_EVENT_REFUSED).await.len() as i64, FEW);
    domain.clock.advance(2 * WINDOW);
    sum_up(&domain).await;
    let all = events(&domain, Action::GATEWAY_EVENT_REFUSED).await;
    assert_eq!((all.len() as i64, refused(&all[0])), (FEW + 1, Some("3")));
    assert_eq!(all[0].target, all[1].target);
}

async fn failed_sign_ins_of_one_account_do_not_hide_those_of_another(domain: TestDomain) {
    let ann = register(&domain, "Ann").await;
    for number in 0..FEW + 1 {
        guess(&domain, number).await;
    }
    prove(&domain, "ann@example.com", WRONG).await.unwrap_err();
    let all = events(&domain, Action::LOGIN_FAILED).await;
    assert_eq!(all[0].target.as_ref().unwrap().id, Some(ann.into()));
}
