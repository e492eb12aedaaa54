//! Tokens and the Charges API, with an independent simulator.

use frontdesk_domain::gateway::{
    Charge, ChargeResult, GatewayError, GatewayRefund, KnownPayment, RefundResult,
};
use frontdesk_model::{
    Currency, Money, PaymentFailure, PaymentId, RefundId, Timestamp,
    payments::{DeclineReason, PaymentState},
    refunds::RefundState,
};
use uuid::Uuid;

use super::{ended, in_the_book, later, order, pay, payment, refund, with};
use crate::support::{
    Desk,
    stripe::{KEY, Mock, keyed},
};

both! {
    a_token_is_charged_once_and_paid_back_in_parts,
    a_declined_token_says_why_and_the_order_can_be_paid_again,
    what_is_too_busy_once_is_asked_again_within_the_call,
    what_is_always_too_busy_or_broken_is_given_up_and_nothing_is_charged,
    a_charge_that_fails_there_does_not_keep_the_order_from_being_paid,
    a_refund_of_what_stripe_does_not_know_stays_owed,
}

async fn a_token_is_charged_once_and_paid_back_in_parts(desk: Desk) {
    let mock = Mock::running();
    let desk = with(&desk, mock.gateway()).await;
    let paid = pay(&desk, "tok_visa").await;
    let id = paid.summary.id;
    assert_eq!(paid.summary.state, PaymentState::Succeeded, "{paid:#?}");
    assert!(paid.summary.gateway_reference.as_deref().unwrap().starts_with("ch_"));
    let there = mock.charges(id).await;
    assert_eq!((there.len(), &there[0]["currency"]), (1, &"eur".into()));
    assert_eq!((mock.balance(&[id]).await, in_the_book(&desk).await), (1_250, 1_250));

    assert_eq!(refund(&desk, id, 250).await.state, RefundState::Succeeded);
    assert_eq!((mock.balance(&[id]).await, in_the_book(&desk).await), (1_000, 1_000));
    // The same amount again is another refund.
    assert_eq!(refund(&desk, id, 250).await.state, RefundState::Succeeded);
    assert_eq!(refund(&desk, id, 750).await.state, RefundState::Succeeded);
    assert_eq!((mock.balance(&[id]).await, in_the_book(&desk).await), (0, 0));
    desk.domain.db.close().await;
}

async fn a_declined_token_says_why_and_the_order_can_be_paid_again(desk: Desk) {
    let mock = Mock::running();
    let desk = with(&desk, mock.gateway()).await;
    let required = Money::new(1_250, Currency::EUR);
    let declined = |reason| PaymentFailure::CardDeclined { reason };
    let order = order(&desk).await;
    for (token, failure) in [
        ("tok_chargeDeclined", declined(DeclineReason::Generic)),
        ("tok_chargeCustomerFail", declined(DeclineReason::Generic)),
        (
            "tok_chargeDeclinedInsufficientFunds",
            PaymentFailure::InsufficientFunds { available: None, required },
        ),
        ("tok_chargeDeclinedExpiredCard", declined(DeclineReason::Expired)),
        ("tok_chargeDeclinedIncorrectCvc", declined(DeclineReason::IncorrectCvc)),
        ("tok_chargeDeclinedFraudulent", declined(DeclineReason::Fraud)),
        ("tok_chargeDeclinedProcessingError", declined(DeclineReason::ProcessingError)),
    ] {
        let failed = payment(&desk, desk.pay(order, token).await).await;
        assert_eq!((failed.summary.state, failed.attempts.len()), (PaymentState::Failed, 1), "{failed:#?}");
        assert_eq!(failed.summary.failure, Some(failure), "{token}");
        let there = mock.charges(failed.summary.id).await;
        assert_eq!(
            failed.summary.gateway_reference.as_deref(),
            there.first().and_then(|it| it["id"].as_str())
        );
    }
    let paid = desk.pay(order, "tok_visa").await;
    assert_eq!((mock.balance(&[paid]).await, in_the_book(&desk).await), (1_250, 1_250));
    desk.domain.db.close().await;
}

/// A chain of tokens used by no other test: each is the result of one request.
fn chain(tokens: &str) -> String {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    format!("{tokens}|{}", NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
}

async fn what_is_too_busy_once_is_asked_again_within_the_call(desk: Desk) {
    let mock = Mock::running();
    let desk = with(&desk, mock.gateway()).await;
    let paid = pay(&desk, &chain("tok_429|tok_429|tok_visa")).await;
    assert_eq!((paid.summary.state, paid.attempts.len()), (PaymentState::Succeeded, 1), "{paid:#?}");
    assert_eq!(mock.charges(paid.summary.id).await.len(), 1);
    assert_eq!((mock.balance(&[paid.summary.id]).await, in_the_book(&desk).await), (1_250, 1_250));
    desk.domain.db.close().await;
}

async fn what_is_always_too_busy_or_broken_is_given_up_and_nothing_is_charged(desk: Desk) {
    let mock = Mock::running();
    let desk = with(&desk, mock.gateway()).await;
    for token in ["tok_429", "tok_500"] {
        let asked = pay(&desk, token).await;
        // Too busy is certain: nothing was done. A failure is not.
        let state = if token == "tok_429" { PaymentState::Pending } else { PaymentState::Unknown };
        assert_eq!(asked.summary.state, state, "{asked:#?}");
        let failed = ended(&desk, asked.summary.id).await;
        assert_eq!(failed.summary.failure, Some(PaymentFailure::NetworkError { retryable: true }));
        assert!(mock.charges(failed.summary.id).await.is_empty());
    }
    assert_eq!(in_the_book(&desk).await, 0);
    desk.domain.db.close().await;
}

async fn a_charge_that_fails_there_does_not_keep_the_order_from_being_paid(desk: Desk) {
    let mock = Mock::running();
    let desk = with(&desk, mock.gateway()).await;
    let (order, token) = (order(&desk).await, chain("tok_500|tok_visa"));
    let first = desk.pay(order, &token).await;
    // The answer to a key is stored, even a failure.
    let first = ended(&desk, first).await;
    assert_eq!(first.summary.failure, Some(PaymentFailure::NetworkError { retryable: true }));
    let second = payment(&desk, desk.pay(order, &token).await).await;
    assert_eq!(second.summary.state, PaymentState::Succeeded, "{second:#?}");
    let both = [first.summary.id, second.summary.id];
    assert_eq!((mock.balance(&both).await, in_the_book(&desk).await), (1_250, 1_250));
    desk.domain.db.close().await;
}

async fn a_refund_of_what_stripe_does_not_know_stays_owed(desk: Desk) {
    let mock = Mock::running();
    let desk = with(&desk, mock.gateway()).await;
    let paid = pay(&desk, "tok_forget").await;
    assert_eq!(paid.summary.state, PaymentState::Succeeded, "it said so, and forgot");
    let owed = refund(&desk, paid.summary.id, 250).await;
    later(&desk, 60).await;
    assert_eq!(owed.state, RefundState::Pending);
    let why = owed.failure.unwrap_or_default();
    assert!(why.contains("another account's"), "{why}");
    assert_eq!(in_the_book(&desk).await, 1_250);
    desk.domain.db.close().await;
}

/// A payment of 12.50 € that belongs to no domain.
fn charge(method: &str) -> Charge {
    Charge {
        payment: PaymentId(random()),
        amount: Money::new(1_250, Currency::EUR),
        method: method.to_owned(),
        description: "7K3M9Q2X4T".to_owned(),
        return_url: "https://desk.example/account/orders/1".to_owned(),
    }
}

fn random() -> Uuid {
    Uuid::from_u128(rand::random())
}

fn known(charge: &Charge, reference: Option<&str>) -> KnownPayment {
    KnownPayment {
        payment: charge.payment,
        amount: charge.amount,
        method: charge.method.clone(),
        reference: reference.map(ToOwned::to_owned),
        since: Timestamp::from_seconds(0),
    }
}

#[tokio::test]
async fn asked_twice_it_charges_once_and_is_found_by_its_name() {
    let (mock, gateway) = (Mock::running(), Mock::running().gateway());
    let charge = charge("tok_visa");
    let first = gateway.charge(charge.clone()).await.unwrap();
    assert_eq!(gateway.charge(charge.clone()).await.unwrap(), first);
    assert_eq!(mock.charges(charge.payment).await.len(), 1);
    let ChargeResult::Succeeded { reference, captured } = first.clone() else { panic!("{first:?}") };
    assert_eq!(captured, charge.amount);
    for reference in [None, Some(&*reference), Some("ch_of_nobody")] {
        assert_eq!(gateway.look_up(known(&charge, reference)).await.unwrap(), first, "{reference:?}");
    }
    // It can no longer be cancelled, so its result is returned.
    assert_eq!(gateway.cancel(known(&charge, Some(&reference))).await.unwrap(), first);
}

#[tokio::test]
async fn a_key_that_was_used_for_another_amount_charges_nothing_and_says_nothing() {
    let (mock, gateway) = (Mock::running(), Mock::running().gateway());
    let charge = charge("tok_visa");
    gateway.charge(charge.clone()).await.unwrap();
    let other = Charge { amount: Money::new(9_999, Currency::EUR), ..charge.clone() };
    assert!(matches!(gateway.charge(other).await, Err(GatewayError::Unknown(_))));
    let there = mock.charges(charge.payment).await;
    assert_eq!((there.len(), &there[0]["amount"]), (1, &1_250.into()));
}

#[tokio::test]
async fn what_was_never_charged_is_absent_and_what_is_not_known_any_more_is_not() {
    let gateway = Mock::running().gateway();
    let charge = charge("tok_visa");
    assert_eq!(gateway.look_up(known(&charge, None)).await, Ok(ChargeResult::Absent));
    // It knew the payment before: that it does not now means that the key is of another account.
    let asked = gateway.look_up(known(&charge, Some("ch_of_nobody"))).await;
    assert!(matches!(asked, Err(GatewayError::Misconfigured(_))), "{asked:?}");
}

#[tokio::test]
async fn a_failed_charge_is_found_as_one() {
    let gateway = Mock::running().gateway();
    let charge = charge("tok_chargeDeclinedExpiredCard");
    let declined = gateway.charge(charge.clone()).await.unwrap();
    assert!(matches!(declined, ChargeResult::Failed { reference: Some(_), .. }), "{declined:?}");
    assert_eq!(gateway.charge(charge.clone()).await.unwrap(), declined, "a decline is replayed, too");
    let found = gateway.look_up(known(&charge, None)).await.unwrap();
    assert!(matches!(found, ChargeResult::Failed { reference: Some(_), .. }), "{found:?}");
}

#[tokio::test]
async fn an_amount_that_stripe_does_not_take_is_refused_with_its_words() {
    let charge = Charge { amount: Money::new(10, Currency::EUR), ..charge("tok_visa") };
    let refused = Mock::running().gateway().charge(charge).await.unwrap();
    let message = "Amount must be at least 50 cents".to_owned();
    let failure = PaymentFailure::Refused { message };
    assert_eq!(refused, ChargeResult::Failed { reference: None, failure });
}

#[tokio::test]
async fn refunds_are_found_by_their_name_and_never_exceed_the_charge() {
    let gateway = Mock::running().gateway();
    let charge = charge("tok_visa");
    let Ok(ChargeResult::Succeeded { reference, .. }) = gateway.charge(charge.clone()).await else {
        panic!()
    };
    let back = |cents| GatewayRefund {
        refund: RefundId(random()),
        amount: Money::new(cents, Currency::EUR),
        payment: charge.payment,
        reference: reference.clone(),
        known: None,
        since: Timestamp::from_seconds(0),
    };
    let (first, same) = (back(500), back(500));
    assert_eq!(gateway.look_up_refund(first.clone()).await, Ok(RefundResult::Absent));
    let paid = gateway.refund(first.clone()).await.unwrap();
    assert!(matches!(paid, RefundResult::Succeeded { .. }), "{paid:?}");
    assert_eq!(gateway.refund(first.clone()).await.unwrap(), paid, "asked twice");
    assert_eq!(gateway.look_up_refund(first).await.unwrap(), paid);
    assert_eq!(
        gateway.look_up_refund(same).await,
        Ok(RefundResult::Absent),
        "another one of the same amount"
    );
    let too_much = gateway.refund(back(751)).await.unwrap();
    assert!(
        matches!(&too_much, RefundResult::Failed { why } if why.contains("greater than")),
        "{too_much:?}"
    );
    assert_eq!(Mock::running().balance(&[charge.payment]).await, 750);
}

#[tokio::test]
async fn a_wrong_key_is_said_to_be_wrong_and_is_not_repeated() {
    let mock = Mock::running();
    // A key that the simulator repeats in full: it hides the middle of longer ones.
    for key in ["pk_test_hunter2", "sk_live_hunter2"] {
        let charge = charge("tok_visa");
        let refused = keyed(mock.url(), key).charge(charge.clone()).await.unwrap_err();
        assert!(matches!(refused, GatewayError::Misconfigured(_)), "{refused:?}");
        assert!(!refused.to_string().contains("hunter2") && !refused.to_string().contains(KEY));
        assert!(mock.charges(charge.payment).await.is_empty());
    }
}
