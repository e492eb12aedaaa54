//! Results of payments when the gateway answers.

use frontdesk_domain::{gateway, orders, payments, processing, sample_data};
use frontdesk_model::{
    Code, Money, PaymentFailure, Problem, Role,
    audit::{Action, AuditQuery},
    orders::{OrderState, OrdersQuery},
    payments::{ConfirmSandbox, DeclineReason, OnePayment, PaymentState},
};
use futures::future::join_all;

use crate::support::{
    By, KINDS, TestDomain, at_sandbox, bearer, book_is_sound, later, order_now, pay, pay_form, payment_now,
    person, place, token, work,
};

both! {
    a_payment_pays_the_order_and_the_book_says_so,
    every_refusal_says_why_and_moves_nothing,
    who_was_refused_pays_another_way,
    an_order_is_paid_once_however_many_try_at_once,
    what_the_customer_confirms_succeeds,
    what_the_customer_does_not_confirm_ends,
    a_payment_that_waits_can_be_called_off,
    what_nobody_confirms_for_a_day_is_called_off,
    a_customer_pays_what_is_theirs_and_nothing_else,
    what_is_seeded_adds_up,
}

async fn a_payment_pays_the_order_and_the_book_says_so(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let order = place(&domain, ann.id, 1_250).await.summary.id;
    let payment = pay(&domain, order, "pm_card_ok").await;
    assert_eq!(payment.summary.state, PaymentState::Succeeded);
    assert!(payment.summary.gateway_reference.unwrap().starts_with("sandbox_"));
    assert_eq!(payment.attempts.len(), 1);
    assert_eq!(payment.attempts[0].outcome, "captured 12.50 EUR");
    let paid = order_now(&domain, order).await;
    assert_eq!((paid.summary.state, paid.captured.minor), (OrderState::Paid, 1_250));
    assert_eq!(book_is_sound(&domain).await, 1_250);
    assert_eq!(at_sandbox(&domain).await, 1_250);
    let revenue = frontdesk_domain::ledger::revenue(&domain.system()).await.unwrap();
    let today = revenue[0].days.last().unwrap();
    assert_eq!((today.captures, today.captured_minor, revenue[0].days.len()), (1, 1_250, 28));
    let history = orders::history(&domain.system(), &paid).await.unwrap();
    let actions: Vec<Action> = history.events.iter().map(|event| event.action).collect();
    assert_eq!(actions, [Action::PAYMENT_SUCCEEDED, Action::PAYMENT_STARTED, Action::ORDER_PLACED]);
}

async fn every_refusal_says_why_and_moves_nothing(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let euros = |minor| Money::new(minor, frontdesk_model::Currency::EUR);
    for (method, failure, action) in [
        (
            "pm_card_expired",
            PaymentFailure::CardDeclined { reason: DeclineReason::Expired },
            Action::PAYMENT_DECLINED,
        ),
        (
            "pm_card_insufficient_funds",
            PaymentFailure::InsufficientFunds { available: Some(euros(312)), required: euros(1_250) },
            Action::PAYMENT_INSUFFICIENT_FUNDS,
        ),
        ("pm_nobody_knows", PaymentFailure::MethodInvalid, Action::PAYMENT_METHOD_INVALID),
    ] {
        let order = place(&domain, ann.id, 1_250).await.summary.id;
        let payment = pay(&domain, order, method).await;
        assert_eq!(payment.summary.state, PaymentState::Failed, "{method}");
        assert_eq!(payment.problem.as_ref().map(|problem| problem.error), Some(failure.code()));
        assert_eq!(payment.summary.failure, Some(failure), "{method}");
        assert!(order_now(&domain, order).await.can_be_paid(), "{method}");
        let events = AuditQuery { action: Some(action).into(), ..AuditQuery::default() };
        assert_eq!(frontdesk_domain::audit::list(&domain.system(), &events).await.unwrap().items.len(), 1);
    }
    assert_eq!((book_is_sound(&domain).await, at_sandbox(&domain).await), (0, 0));
}

async fn who_was_refused_pays_another_way(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let order = place(&domain, ann.id, 1_250).await.summary.id;
    for method in ["pm_card_declined", "pm_card_fraud", "pm_card_ok"] {
        pay(&domain, order, method).await;
    }
    assert_eq!(order_now(&domain, order).await.summary.state, OrderState::Paid);
    assert_eq!(book_is_sound(&domain).await, 1_250);
    let again = payments::start(&domain.system(), pay_form(order, "pm_card_ok")).await.unwrap_err();
    assert_eq!(Problem::from(again).error, Code::OrderPaid);
}

async fn an_order_is_paid_once_however_many_try_at_once(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let order = place(&domain, ann.id, 1_250).await.summary.id;
    let other = domain.beside(|_| {}).await;
    let tries = (0..50).map(|i| {
        let here = if i % 2 == 0 { &domain } else { &other };
        let actor = ann.actor.clone();
        async move { payments::start(&here.by(&actor), pay_form(order, "pm_card_ok")).await }
    });
    let outcomes = join_all(tries).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for refused in outcomes.into_iter().filter_map(Result::err) {
        assert_eq!(Problem::from(refused).error, Code::OrderPaid);
    }
    tokio::join!(work(&domain, &KINDS), work(&other, &KINDS));
    assert_eq!(domain.count("SELECT count(*) FROM sandbox_charges").await, 1);
    assert_eq!((book_is_sound(&domain).await, at_sandbox(&domain).await), (1_250, 1_250));
    other.db.close().await;
}

async fn what_the_customer_confirms_succeeds(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let bo = person(&domain, "Bo", &[]).await;
    let order = place(&domain, ann.id, 1_250).await.summary.id;
    let payment = pay(&domain, order, "pm_card_confirm").await;
    assert_eq!(payment.summary.state, PaymentState::ConfirmationRequired);
    assert_eq!(payment.problem.map(|problem| problem.error), Some(Code::ConfirmationRequired));
    let id = payment.summary.id;
    assert_eq!(payment.confirmation_url, Some(format!("https://desk.example/sandbox/payments/{id}")));
    let answer = |confirms| ConfirmSandbox { id, confirms };
    assert!(processing::confirm(&domain.by(&bo.actor), answer(true)).await.is_err());
    processing::confirm(&domain.by(&ann.actor), answer(true)).await.unwrap();
    assert!(processing::confirm(&domain.by(&ann.actor), answer(false)).await.is_err(), "once");
    work(&domain, &KINDS).await;
    let payment = payment_now(&domain, id).await;
    assert_eq!((payment.summary.state, payment.confirmation_url), (PaymentState::Succeeded, None));
    assert_eq!(book_is_sound(&domain).await, 1_250);
}

async fn what_the_customer_does_not_confirm_ends(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let order = place(&domain, ann.id, 1_250).await.summary.id;
    let id = pay(&domain, order, "pm_card_confirm").await.summary.id;
    processing::confirm(&domain.by(&ann.actor), ConfirmSandbox { id, confirms: false }).await.unwrap();
    work(&domain, &KINDS).await;
    let failure = payment_now(&domain, id).await.summary.failure;
    assert_eq!(failure, Some(PaymentFailure::CardDeclined { reason: DeclineReason::AuthenticationFailed }));
    assert!(order_now(&domain, order).await.can_be_paid());
}

async fn a_payment_that_waits_can_be_called_off(domain: TestDomain) {
    let [ann, bo] = [person(&domain, "Ann", &[]).await, person(&domain, "Bo", &[]).await];
    let order = place(&domain, ann.id, 1_250).await.summary.id;
    let id = pay(&domain, order, "pm_card_confirm").await.summary.id;
    assert!(payments::cancel(&domain.by(&bo.actor), OnePayment { id }).await.is_err());
    payments::cancel(&domain.by(&ann.actor), OnePayment { id }).await.unwrap();
    assert!(payments::cancel(&domain.by(&ann.actor), OnePayment { id }).await.is_err());
    work(&domain, &KINDS).await;
    assert_eq!(payment_now(&domain, id).await.summary.failure, Some(PaymentFailure::NotConfirmed));
    let too_late = processing::confirm(&domain.by(&ann.actor), ConfirmSandbox { id, confirms: true }).await;
    assert!(too_late.is_err());
    pay(&domain, order, "pm_card_ok").await;
    assert_eq!((book_is_sound(&domain).await, at_sandbox(&domain).await), (1_250, 1_250));
}

async fn what_nobody_confirms_for_a_day_is_called_off(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let order = place(&domain, ann.id, 1_250).await.summary.id;
    let id = pay(&domain, order, "pm_card_confirm").await.summary.id;
    for _ in 0..26 {
        later(&domain, 3_700).await;
    }
    let payment = payment_now(&domain, id).await;
    assert_eq!(payment.summary.failure, Some(PaymentFailure::NotConfirmed));
    assert!(payment.attempts.len() < 50, "{}", payment.attempts.len());
    assert_eq!(
        domain.count("SELECT count(*) FROM jobs WHERE due_at IS NOT NULL AND payload LIKE '%due%'").await,
        0
    );
    book_is_sound(&domain).await;
}

async fn a_customer_pays_what_is_theirs_and_nothing_else(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let support = person(&domain, "Sue", &[Role::Support]).await;
    let order = place(&domain, ann.id, 1_250).await.summary.id;
    let refused = payments::start(&domain.by(&support.actor), pay_form(order, "pm_card_ok")).await;
    assert!(matches!(refused, Err(payments::Error::NoSuchOrder)), "who sees it may not charge it");
    let reader = bearer(&domain, &token(&domain, &ann, &[]).await).await.unwrap();
    let refused = payments::start(&domain.by(&reader), pay_form(order, "pm_card_ok")).await;
    assert!(matches!(refused, Err(payments::Error::Denied(_))), "a token that may nothing only reads");
    let number =
        payments::start(&domain.by(&ann.actor), pay_form(order, "4242424242424242")).await.unwrap_err();
    assert_eq!(Problem::from(number).details[0].code, "card_number");
    let payment = payments::start(&domain.by(&ann.actor), pay_form(order, "pm_card_ok")).await.unwrap();
    let seen = payments::get(&domain.by(&ann.actor), payment.summary.id).await.unwrap();
    assert!(seen.attempts.is_empty(), "those are for staff");
}

async fn what_is_seeded_adds_up(domain: TestDomain) {
    assert_eq!(
        sample_data::orders::seed(&domain, 10, 1, |_| {}).await.unwrap(),
        0,
        "there is nobody to order anything"
    );
    for name in ["Ann", "Bo", "Cy"] {
        person(&domain, name, &[]).await;
    }
    assert_eq!(sample_data::orders::seed(&domain, 200, 1, |_| {}).await.unwrap(), 200);
    let booked = book_is_sound(&domain).await;
    assert_eq!(at_sandbox(&domain).await, booked, "so it can be refunded");
    assert!(booked > 0);
    for state in OrderState::ALL.iter().filter(|state| **state != OrderState::Cancelled) {
        let query = OrdersQuery { state: Some(*state).into(), ..OrdersQuery::default() };
        assert!(!orders::list(&domain.system(), &query).await.unwrap().items.is_empty(), "{state}");
    }
}

#[test]
fn the_documentation_has_every_method_of_the_sandbox() {
    let documentation = include_str!("../../../../docs/payments.md");
    for method in gateway::METHODS {
        assert!(documentation.contains(&format!("`{}`", method.token)), "{}", method.token);
    }
}
