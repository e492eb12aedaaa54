//! A clock that was ahead, and is right again.

use frontdesk_domain::{
    jobs::{self, Handler, Job},
    orders, payments,
};
use frontdesk_model::{jobs::JobState, payments::PaymentState};

use super::{
    claim,
    kinds::{Append, KINDS, Tick, lines, lines_table},
};
use crate::support::{TestDomain, enqueue, job, pay_form, person, place, work};

both! {
    what_recurs_does_not_wait_for_a_time_that_a_wrong_clock_chose,
    what_a_wrong_clock_postponed_or_leased_is_due,
    what_waits_for_a_right_time_goes_on_waiting,
    clocks_that_differ_by_seconds_postpone_nothing,
    a_payment_that_began_ahead_of_time_is_processed,
}

const DAY: i64 = 24 * 3_600;

async fn what_recurs_does_not_wait_for_a_time_that_a_wrong_clock_chose(domain: TestDomain) {
    let kinds = [Handler::recurring::<Tick>()];
    // By days, and by less than the limit of jobs that do not recur.
    for (ahead, ran) in [(400 * DAY, 2), (30 * 3_600, 4)] {
        domain.clock.advance(ahead);
        work(&domain, &kinds).await;
        domain.clock.advance(-ahead);
        work(&domain, &kinds).await;
        let succeeded = domain.count("SELECT count(*) FROM jobs WHERE state = 'succeeded'").await;
        assert_eq!(succeeded, ran, "once while the clock was wrong, and once it was right");
        assert_eq!(domain.count("SELECT count(*) FROM jobs WHERE state = 'waiting'").await, 1);
        // From there on by its interval.
        work(&domain, &kinds).await;
        assert_eq!(domain.count("SELECT count(*) FROM jobs WHERE state = 'succeeded'").await, ran);
        domain.meddle("DELETE FROM jobs WHERE state = 'waiting'", vec![]).await.unwrap();
    }
}

async fn what_a_wrong_clock_postponed_or_leased_is_due(domain: TestDomain) {
    lines_table(&domain).await;
    let now = domain.clock.now();
    domain.clock.advance(400 * DAY);
    let waits =
        enqueue(&domain, Job::new(&Append::line(1)).at(domain.clock.now().plus_seconds(60))).await.unwrap();
    let leased = enqueue(&domain, Job::new(&Append::line(2))).await.unwrap();
    assert_eq!(claim(&domain, 1).await[0].id, leased, "its worker dies");
    domain.clock.advance(-400 * DAY);
    assert!(claim(&domain, 10).await.is_empty());
    assert_eq!(jobs::pull_forward(&domain).await.unwrap(), 2);
    work(&domain, &KINDS).await;
    assert_eq!(lines(&domain).await, [1, 2]);
    assert_eq!(job(&domain, waits).await.summary.finished_at, Some(now));
}

async fn what_waits_for_a_right_time_goes_on_waiting(domain: TestDomain) {
    let later = domain.clock.now().plus_seconds(30 * DAY);
    let waits = enqueue(&domain, Job::new(&Append::line(1)).at(later)).await.unwrap();
    work(&domain, &[Handler::recurring::<Tick>()]).await;
    let before = domain.db.statements();
    assert_eq!(jobs::pull_forward(&domain).await.unwrap(), 0);
    assert_eq!(domain.db.statements() - before, 1);
    let there = job(&domain, waits).await.summary;
    assert_eq!((there.state, there.next_attempt_at), (JobState::Waiting, Some(later)));
}

async fn clocks_that_differ_by_seconds_postpone_nothing(domain: TestDomain) {
    // Another machine's clock is a little ahead.
    domain.clock.advance(30);
    work(&domain, &[Handler::recurring::<Tick>()]).await;
    domain.clock.advance(-30);
    assert_eq!(jobs::pull_forward(&domain).await.unwrap(), 0);
}

async fn a_payment_that_began_ahead_of_time_is_processed(domain: TestDomain) {
    let customer = person(&domain, "Ann", &[]).await.id;
    let order = place(&domain, customer, 1_250).await.summary.id;
    domain.clock.advance(400 * DAY);
    payments::start(&domain.system(), pay_form(order, "pm_card_ok")).await.unwrap();
    domain.clock.advance(-400 * DAY);
    work(&domain, &frontdesk_domain::background_jobs()).await;
    let paid = orders::get(&domain.system(), order).await.unwrap().payment.unwrap();
    assert_eq!(paid.state, PaymentState::Succeeded);
}
