//! The gateway does not answer: an unknown result stays unknown until it is known, and is then recorded
//! once.

use std::time::Duration;

use frontdesk_domain::{
    gateway::GatewayError,
    jobs::{self, Attempt, BackgroundJob as _},
    payments::{self, ProcessPayment},
    processing,
};
use frontdesk_model::{PaymentFailure, orders::OrderState, payments::PaymentState};
use tokio::time::timeout;

use crate::support::{
    TestDomain, Trick, Tricky, at_sandbox, book_is_sound, later, order_now, pay, payment_now, person, place,
};

both! {
    a_charge_whose_answer_is_lost_is_found,
    a_charge_that_never_arrived_is_made,
    a_gateway_that_is_down_ends_it_and_nothing_is_charged,
    a_charge_that_is_carried_out_late_is_waited_for_and_the_order_is_not_paid_twice,
    a_charge_that_nobody_carries_out_ends_after_an_hour,
    a_gateway_that_lets_nobody_in_is_told_to_staff,
    a_gateway_that_fails_at_its_nth_call_charges_once_whatever_n,
    what_was_given_up_and_turns_up_pays_the_order,
    what_was_given_up_is_looked_at_again_without_a_notice,
    what_turns_up_too_late_goes_back,
    who_died_behind_the_charge_is_not_forgotten_whatever_the_gateway_says_next,
    a_customer_who_is_to_confirm_still_can_when_the_gateway_is_away,
    what_nobody_looks_after_is_found,
}

fn lost() -> GatewayError {
    GatewayError::Unknown("no answer within 30 seconds".to_owned())
}

fn unreachable() -> GatewayError {
    GatewayError::NotDone("connection refused".to_owned())
}

async fn order(domain: &TestDomain) -> frontdesk_model::OrderId {
    let customer = person(domain, "Ann", &[]).await.id;
    place(domain, customer, 1_250).await.summary.id
}

async fn a_charge_whose_answer_is_lost_is_found(domain: TestDomain) {
    let order = order(&domain).await;
    let payment = pay(&domain, order, "pm_network_error_after").await;
    assert_eq!(payment.summary.state, PaymentState::Unknown);
    assert_eq!(order_now(&domain, order).await.summary.state, OrderState::Placed);
    assert_eq!(book_is_sound(&domain).await, 0, "the book has only what is known");
    later(&domain, 10).await;
    assert_eq!(payment_now(&domain, payment.summary.id).await.summary.state, PaymentState::Succeeded);
    assert_eq!((book_is_sound(&domain).await, at_sandbox(&domain).await), (1_250, 1_250));
}

async fn a_charge_that_never_arrived_is_made(domain: TestDomain) {
    let order = order(&domain).await;
    let payment = pay(&domain, order, "pm_network_error_before").await;
    assert_eq!((payment.summary.state, at_sandbox(&domain).await), (PaymentState::Unknown, 0));
    for _ in 0..3 {
        later(&domain, 10).await;
    }
    assert_eq!(payment_now(&domain, payment.summary.id).await.summary.state, PaymentState::Succeeded);
    assert_eq!((book_is_sound(&domain).await, at_sandbox(&domain).await), (1_250, 1_250));
}

async fn a_gateway_that_is_down_ends_it_and_nothing_is_charged(domain: TestDomain) {
    let order = order(&domain).await;
    let payment = pay(&domain, order, "pm_network_down").await.summary.id;
    assert_eq!(payment_now(&domain, payment).await.summary.state, PaymentState::Pending);
    for _ in 0..8 {
        later(&domain, 70).await;
    }
    let payment = payment_now(&domain, payment).await;
    assert_eq!(payment.summary.failure, Some(PaymentFailure::NetworkError { retryable: true }));
    assert!(order_now(&domain, order).await.can_be_paid());
    assert_eq!((book_is_sound(&domain).await, at_sandbox(&domain).await), (0, 0));
}

async fn a_gateway_that_lets_nobody_in_is_told_to_staff(mut domain: TestDomain) {
    Tricky::before(domain.inner(), |_| {
        Some(Trick::Before(GatewayError::Misconfigured("the key is wrong".to_owned())))
    });
    let order = order(&domain).await;
    let payment = pay(&domain, order, "pm_card_ok").await;
    assert_eq!(payment.summary.state, PaymentState::Failed);
    assert!(payment.attempts[0].outcome.contains("the key is wrong"));
    let sentence = payment.problem.unwrap().detail.unwrap();
    assert!(!sentence.contains("key"), "{sentence}");
}

async fn a_gateway_that_fails_at_its_nth_call_charges_once_whatever_n(domain: TestDomain) {
    let customer = person(&domain, "Ann", &[]).await.id;
    // Each order fails at another of its calls, with each kind of failure.
    let tricks = [
        Trick::Before(lost()),
        Trick::After(lost()),
        Trick::Before(unreachable()),
        Trick::After(unreachable()),
    ];
    let mut orders = 0;
    for trick in tricks {
        for nth in 1..=4 {
            let trick = trick.clone();
            let mut here = domain.clone();
            let tricky = Tricky::before(here.inner(), move |call| (call == nth).then(|| trick.clone()));
            let order = place(&here, customer, 1_250).await.summary.id;
            let payment = pay(&here, order, "pm_network_error_after").await.summary.id;
            for _ in 0..8 {
                later(&here, 70).await;
            }
            orders += 1;
            let payment = payment_now(&here, payment).await;
            assert_eq!(payment.summary.state, PaymentState::Succeeded, "{nth}: {:#?}", payment.attempts);
            assert!(tricky.calls() >= 2);
        }
    }
    assert_eq!(domain.count("SELECT count(*) FROM sandbox_charges").await, orders);
    assert_eq!((book_is_sound(&domain).await, at_sandbox(&domain).await), (orders * 1_250, orders * 1_250));
}

async fn a_charge_that_is_carried_out_late_is_waited_for_and_the_order_is_not_paid_twice(
    mut domain: TestDomain,
) {
    Tricky::before(domain.inner(), |call| (call <= 8).then_some(Trick::Late));
    let order = order(&domain).await;
    let payment = pay(&domain, order, "pm_card_ok").await.summary.id;
    // The gateway works on it for more than ten minutes.
    for _ in 0..9 {
        let now = payment_now(&domain, payment).await;
        assert_eq!(now.summary.state, PaymentState::Unknown, "{:#?}", now.attempts);
        assert!(!order_now(&domain, order).await.can_be_paid());
        let again = payments::start(&domain.system(), crate::support::pay_form(order, "pm_card_ok")).await;
        assert!(matches!(again, Err(payments::Error::OrderPaid)), "{again:?}");
        later(&domain, 90).await;
    }
    for _ in 0..3 {
        later(&domain, 1_000).await;
    }
    assert_eq!(payment_now(&domain, payment).await.summary.state, PaymentState::Succeeded);
    assert_eq!((book_is_sound(&domain).await, at_sandbox(&domain).await), (1_250, 1_250));
}

async fn a_charge_that_nobody_carries_out_ends_after_an_hour(mut domain: TestDomain) {
    Tricky::before(domain.inner(), |_| Some(Trick::Late));
    let order = order(&domain).await;
    let payment = pay(&domain, order, "pm_card_ok").await.summary.id;
    let mut waited = 0;
    while payment_now(&domain, payment).await.summary.state == PaymentState::Unknown {
        later(&domain, 300).await;
        waited += 300;
        assert!(waited < 10 * 3_600, "{:#?}", payment_now(&domain, payment).await.attempts);
    }
    let payment = payment_now(&domain, payment).await;
    let last = payment.attempts.iter().filter(|attempt| attempt.asked == "charge").map(|one| one.at).max();
    assert!(domain.clock.now() >= last.unwrap().plus_seconds(3_600), "{:#?}", payment.attempts);
    assert_eq!(payment.summary.failure, Some(PaymentFailure::NetworkError { retryable: true }));
    assert!(order_now(&domain, order).await.can_be_paid());
}

/// The gateway charges, does not answer, and then does not know the payment for `calls` calls.
fn forgetful(domain: &mut TestDomain, calls: u32) {
    Tricky::before(domain.inner(), move |call| match call {
        1 => Some(Trick::After(unreachable())),
        call if call <= calls => Some(Trick::Before(unreachable())),
        _ => None,
    });
}

async fn given_up(domain: &TestDomain, order: frontdesk_model::OrderId) -> frontdesk_model::PaymentId {
    let payment = pay(domain, order, "pm_card_ok").await.summary.id;
    for _ in 0..8 {
        later(domain, 70).await;
    }
    assert_eq!(payment_now(domain, payment).await.summary.state, PaymentState::Failed);
    assert_eq!(at_sandbox(domain).await, 1_250, "it was charged all the same");
    payment
}

async fn what_was_given_up_and_turns_up_pays_the_order(mut domain: TestDomain) {
    forgetful(&mut domain, 6);
    let order = order(&domain).await;
    let payment = given_up(&domain, order).await;
    processing::gateway_event(&domain.system(), Some("signed"), payment.to_string().as_bytes())
        .await
        .unwrap();
    later(&domain, 1).await;
    assert_eq!(payment_now(&domain, payment).await.summary.state, PaymentState::Succeeded);
    assert_eq!(order_now(&domain, order).await.summary.state, OrderState::Paid);
    assert_eq!(book_is_sound(&domain).await, 1_250);
}

async fn what_was_given_up_is_looked_at_again_without_a_notice(mut domain: TestDomain) {
    forgetful(&mut domain, 6);
    let order = order(&domain).await;
    let payment = given_up(&domain, order).await;
    later(&domain, 3_700).await;
    assert_eq!(payment_now(&domain, payment).await.summary.state, PaymentState::Succeeded);
    assert_eq!(order_now(&domain, order).await.summary.state, OrderState::Paid);
    assert_eq!(book_is_sound(&domain).await, 1_250);
}

async fn who_died_behind_the_charge_is_not_forgotten_whatever_the_gateway_says_next(domain: TestDomain) {
    let customer = person(&domain, "Ann", &[]).await.id;
    let wrong_key = GatewayError::Misconfigured("the key is wrong".to_owned());
    for (number, error) in (1..).zip([wrong_key, unreachable(), lost()]) {
        let mut here = domain.clone();
        Tricky::before(here.inner(), move |call| match call {
            1 => Some(Trick::Hang),
            2..=9 => Some(Trick::Before(error.clone())),
            _ => None,
        });
        let order = place(&here, customer, 1_250).await.summary.id;
        let form = crate::support::pay_form(order, "pm_card_ok");
        let payment = payments::start(&here.system(), form).await.unwrap().summary.id;
        let free = jobs::FreeSlots::new(ProcessPayment::QUEUE, &[ProcessPayment::NAME], 1);
        let claimed = jobs::claim(&here, &[free], Duration::from_secs(30)).await.unwrap().remove(0);
        let kind: ProcessPayment = serde_json::from_str(&claimed.payload).unwrap();
        let killed = timeout(Duration::from_millis(300), kind.run(&here, Attempt::of(&here, &claimed))).await;
        assert!(killed.is_err());
        assert_eq!(at_sandbox(&here).await, number * 1_250, "it was charged");
        for _ in 0..9 {
            later(&here, 400).await;
            assert_ne!(payment_now(&here, payment).await.summary.state, PaymentState::Failed);
        }
        later(&here, 4_000).await;
        assert_eq!(payment_now(&here, payment).await.summary.state, PaymentState::Succeeded);
        assert_eq!(book_is_sound(&here).await, number * 1_250);
    }
}

async fn a_customer_who_is_to_confirm_still_can_when_the_gateway_is_away(mut domain: TestDomain) {
    let order = order(&domain).await;
    let payment = pay(&domain, order, "pm_card_confirm").await;
    let url = payment.confirmation_url.clone();
    assert!(url.is_some());
    Tricky::before(domain.inner(), |_| Some(Trick::Before(lost())));
    for _ in 0..3 {
        later(&domain, 400).await;
    }
    let now = payment_now(&domain, payment.summary.id).await;
    assert_eq!((now.summary.state, &now.confirmation_url), (PaymentState::ConfirmationRequired, &url));
    assert!(now.attempts.len() > 1);
}

async fn what_turns_up_too_late_goes_back(mut domain: TestDomain) {
    forgetful(&mut domain, 6);
    let order = order(&domain).await;
    let late = given_up(&domain, order).await;
    let second = pay(&domain, order, "pm_card_ok").await;
    assert_eq!(second.summary.state, PaymentState::Succeeded);
    for _ in 0..10 {
        processing::gateway_event(&domain.system(), Some("signed"), late.to_string().as_bytes())
            .await
            .unwrap();
    }
    later(&domain, 1).await;
    let late = payment_now(&domain, late).await;
    assert!(late.is_surplus && late.summary.state == PaymentState::Succeeded);
    assert_eq!(late.summary.refunded.minor, 1_250);
    assert_eq!(order_now(&domain, order).await.summary.state, OrderState::Paid);
    assert_eq!((book_is_sound(&domain).await, at_sandbox(&domain).await), (1_250, 1_250));
}

async fn what_nobody_looks_after_is_found(domain: TestDomain) {
    let order = order(&domain).await;
    let payment = pay(&domain, order, "pm_network_error_after").await.summary.id;
    domain.meddle("DELETE FROM jobs WHERE kind = 'payments.settle'", Vec::new()).await.unwrap();
    later(&domain, 30).await;
    assert_eq!(payment_now(&domain, payment).await.summary.state, PaymentState::Unknown);
    let mut tx = domain.db.write();
    let job = frontdesk_domain::jobs::Job::new(&processing::Reconcile::default());
    frontdesk_domain::jobs::enqueue(&mut tx, &domain.clock, job.at(domain.clock.now().plus_seconds(600)))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    later(&domain, 700).await;
    assert_eq!(payment_now(&domain, payment).await.summary.state, PaymentState::Succeeded);
    assert_eq!(book_is_sound(&domain).await, 1_250);
}
