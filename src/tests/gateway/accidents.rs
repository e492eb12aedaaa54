//! Failures of a request or its answer on the way.

use std::time::Duration;

use frontdesk_domain::{
    clock::Clock,
    gateway::{Charge, ChargeResult, GatewayError, KnownPayment},
};
use frontdesk_model::{
    Currency, Money, PaymentFailure, PaymentId, Timestamp, payments::PaymentState, refunds::RefundState,
};
use tokio::net::TcpListener;
use uuid::Uuid;

use super::{ended, in_the_book, later, order, paid_once, pay, payment, refund, refund_now, with, with_fake};
use crate::support::{
    DAY, Desk, NOW, log,
    stripe::{Fake, KEY, Trick, gateway, keyed},
};

both! {
    an_answer_that_is_lost_after_the_charge_is_found_again,
    an_answer_that_is_lost_every_time_is_found_by_looking,
    what_is_too_busy_is_asked_again_when_it_says,
    what_is_under_way_elsewhere_may_be_done_there,
    a_stripe_that_is_not_there_has_charged_nothing,
    a_wrong_key_charges_nothing_and_is_not_written_down,
    a_refund_whose_answer_is_lost_is_paid_once,
    a_payment_that_was_given_up_and_turns_up_goes_back,
}

async fn an_answer_that_is_lost_after_the_charge_is_found_again(desk: Desk) {
    let (desk, fake) = with_fake(&desk).await;
    let hasty = with(&desk, fake.hasty()).await;
    let tricks = [Trick::HangUp, Trick::Fail, Trick::Nonsense, Trick::Slow(Duration::from_secs(2))];
    for (trick, sum) in tricks.into_iter().zip((1..).map(|times| times * 1_250)) {
        fake.play([trick]);
        let lost = pay(&hasty, "pm_card_visa").await;
        assert_eq!(lost.summary.state, PaymentState::Unknown, "{trick:?}: {lost:#?}");
        assert_eq!(fake.balance(), sum, "{trick:?}: it was charged");
        let found = ended(&desk, lost.summary.id).await;
        assert_eq!(found.summary.state, PaymentState::Succeeded, "{trick:?}: {found:#?}");
        assert_eq!(fake.intents(lost.summary.id).len(), 1, "{trick:?}");
        assert_eq!((in_the_book(&desk).await, fake.balance()), (sum, sum), "{trick:?}");
    }
    hasty.domain.db.close().await;
    desk.domain.db.close().await;
}

async fn an_answer_that_is_lost_every_time_is_found_by_looking(desk: Desk) {
    let (desk, fake) = with_fake(&desk).await;
    fake.play([Trick::HangUp, Trick::Fail, Trick::HangUp, Trick::Fail]);
    let lost = pay(&desk, "pm_card_visa").await;
    let found = ended(&desk, lost.summary.id).await;
    paid_once(&desk, &fake, &found).await;
    assert!(fake.heard("GET /v1/payment_intents") > 0);
    desk.domain.db.close().await;
}

async fn what_is_too_busy_is_asked_again_when_it_says(desk: Desk) {
    let (desk, fake) = with_fake(&desk).await;
    // Soon enough for this call.
    fake.play([Trick::Busy(1), Trick::TryAgain]);
    let paid = pay(&desk, "pm_card_visa").await;
    assert_eq!(paid.attempts.len(), 1, "{paid:#?}");
    assert_eq!(fake.heard("POST /v1/payment_intents"), 3);
    paid_once(&desk, &fake, &paid).await;

    // Not within this call: then nothing was done, for certain.
    fake.play([Trick::Busy(600)]);
    let busy = pay(&desk, "pm_card_visa").await;
    assert_eq!(busy.summary.state, PaymentState::Pending, "{busy:#?}");
    assert_eq!(fake.heard("POST /v1/payment_intents"), 4);
    assert_eq!(ended(&desk, busy.summary.id).await.summary.state, PaymentState::Succeeded);
    assert_eq!((in_the_book(&desk).await, fake.balance()), (2_500, 2_500));
    desk.domain.db.close().await;
}

async fn what_is_under_way_elsewhere_may_be_done_there(desk: Desk) {
    let (desk, fake) = with_fake(&desk).await;
    fake.play([Trick::InUse, Trick::InUse, Trick::InUse]);
    let unknown = pay(&desk, "pm_card_visa").await;
    assert_eq!(unknown.summary.state, PaymentState::Unknown, "{unknown:#?}");
    assert_eq!(fake.heard("POST /v1/payment_intents"), 3);
    paid_once(&desk, &fake, &ended(&desk, unknown.summary.id).await).await;

    // The last answer is certain about its own request, not about earlier ones.
    fake.play([Trick::TryAgain, Trick::Busy(0), Trick::Busy(0)]);
    let unsure = pay(&desk, "pm_card_visa").await;
    assert_eq!(unsure.summary.state, PaymentState::Unknown, "{unsure:#?}");
    desk.domain.db.close().await;
}

async fn a_stripe_that_is_not_there_has_charged_nothing(desk: Desk) {
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap().port()
    };
    let fake = Fake::start(desk.domain.clock.clone()).await;
    // A closed port; and an open one without TLS.
    let encrypted = fake.url().replace("http:", "https:");
    let mut left = Vec::new();
    for url in [format!("http://127.0.0.1:{port}"), encrypted] {
        let desk = with(&desk, gateway(&url)).await;
        let order = order(&desk).await;
        let waits = payment(&desk, desk.pay(order, "pm_card_visa").await).await;
        assert_eq!(waits.summary.state, PaymentState::Pending, "{url}: {waits:#?}");
        assert!(waits.attempts[0].outcome.starts_with("nothing was done"), "{waits:#?}");
        left.push(waits.summary.id);
        desk.domain.db.close().await;
    }
    assert_eq!(fake.heard("POST /v1/payment_intents"), 0);
    let desk = with(&desk, fake.gateway()).await;
    for id in left {
        assert_eq!(ended(&desk, id).await.summary.state, PaymentState::Succeeded);
    }
    assert_eq!((in_the_book(&desk).await, fake.balance()), (2_500, 2_500));
    desk.domain.db.close().await;
}

async fn a_wrong_key_charges_nothing_and_is_not_written_down(desk: Desk) {
    let fake = Fake::start(desk.domain.clock.clone()).await;
    let desk = with(&desk, keyed(fake.url(), "sk_test_wrong")).await;
    let refused = pay(&desk, "pm_card_visa").await;
    let message = "it does not accept the key".to_owned();
    assert_eq!(refused.summary.failure, Some(PaymentFailure::Refused { message }));
    assert!(!format!("{refused:?}").contains("sk_test"));
    assert_eq!((in_the_book(&desk).await, fake.balance()), (0, 0));
    desk.domain.db.close().await;
}

async fn a_refund_whose_answer_is_lost_is_paid_once(desk: Desk) {
    let (desk, fake) = with_fake(&desk).await;
    let id = pay(&desk, "pm_card_visa").await.summary.id;
    for (trick, left) in [(Trick::HangUp, 1_150), (Trick::Fail, 1_050), (Trick::Nonsense, 950)] {
        fake.play([trick]);
        assert_eq!(refund(&desk, id, 100).await.state, RefundState::Succeeded, "{trick:?}: it is looked for");
        assert_eq!((in_the_book(&desk).await, fake.balance()), (left, left), "{trick:?}");
    }
    // There is no time left to look for it, and its key expires before the next attempt.
    let hasty = with(&desk, fake.hasty()).await;
    fake.play([Trick::Slow(Duration::from_secs(2))]);
    let lost = refund(&hasty, id, 250).await;
    assert_eq!(lost.state, RefundState::Unknown);
    hasty.domain.db.close().await;
    fake.forget_keys();
    later(&desk, DAY).await;
    assert_eq!(refund_now(&desk, lost.id).await.state, RefundState::Succeeded);
    assert_eq!((in_the_book(&desk).await, fake.balance()), (700, 700));
    assert_eq!(fake.heard("POST /v1/refunds"), 4);
    desk.domain.db.close().await;
}

async fn a_payment_that_was_given_up_and_turns_up_goes_back(desk: Desk) {
    let (desk, fake) = with_fake(&desk).await;
    let order = order(&desk).await;
    let elsewhere = with(&desk, gateway("http://127.0.0.1:9")).await;
    let id = elsewhere.pay(order, "pm_card_authenticationRequired").await;
    assert_eq!(ended(&elsewhere, id).await.summary.state, PaymentState::Failed);
    elsewhere.domain.db.close().await;
    // One of the requests was on its way all the time.
    let charge = Charge { payment: id, method: "pm_card_visa".to_owned(), ..charge_of(id) };
    fake.gateway().charge(charge).await.unwrap();
    let paid = desk.pay(order, "pm_card_visa").await;
    let body = fake.event("payment_intent.succeeded", id);
    super::notices::told(&desk, &fake, &body).await;
    let turned_up = payment(&desk, id).await;
    assert_eq!((turned_up.summary.state, turned_up.is_surplus), (PaymentState::Succeeded, true));
    assert_eq!(payment(&desk, paid).await.summary.state, PaymentState::Succeeded);
    assert_eq!((in_the_book(&desk).await, fake.balance()), (1_250, 1_250));
    desk.domain.db.close().await;
}

fn charge_of(payment: PaymentId) -> Charge {
    Charge {
        payment,
        amount: Money::new(1_250, Currency::EUR),
        method: "pm_card_visa".to_owned(),
        description: "7K3M9Q2X4T".to_owned(),
        return_url: "https://desk.example/account/orders/1".to_owned(),
    }
}

async fn fake() -> Fake {
    Fake::start(Clock::set_to(Timestamp::parse(NOW).unwrap())).await
}

#[tokio::test]
async fn a_payment_is_found_among_many_when_its_key_is_forgotten() {
    let (fake, since) = (fake().await, Timestamp::parse(NOW).unwrap());
    let gateway = fake.gateway();
    for number in 0..7 {
        gateway.charge(charge_of(PaymentId(Uuid::from_u128(number)))).await.unwrap();
    }
    fake.forget_keys();
    fake.set_page(2);
    let known = |number, reference: Option<&str>, since| KnownPayment {
        payment: PaymentId(Uuid::from_u128(number)),
        amount: Money::new(1_250, Currency::EUR),
        method: "pm_card_visa".to_owned(),
        reference: reference.map(ToOwned::to_owned),
        since,
    };
    for number in 0..7 {
        let reference = format!("pi_{}", number + 1);
        let captured = Money::new(1_250, Currency::EUR);
        let expected = Ok(ChargeResult::Succeeded { reference: reference.clone(), captured });
        assert_eq!(gateway.look_up(known(number, None, since)).await, expected);
        assert_eq!(gateway.look_up(known(number, Some(&reference), since)).await, expected);
        // A reference of another payment is not trusted.
        let other = format!("pi_{}", (number + 1) % 7 + 1);
        assert_eq!(gateway.look_up(known(number, Some(&other), since)).await, expected);
    }
    assert_eq!(gateway.look_up(known(7, None, since)).await, Ok(ChargeResult::Absent));
    let later = since.plus_seconds(DAY);
    assert_eq!(gateway.look_up(known(1, None, later)).await, Ok(ChargeResult::Absent), "only since then");
    assert!(matches!(
        gateway.look_up(known(1, Some("../pi_2?"), since)).await,
        Ok(ChargeResult::Succeeded { .. })
    ));
}

#[tokio::test]
async fn a_list_without_an_end_is_not_read_to_its_end() {
    let fake = fake().await;
    let gateway = fake.gateway();
    for number in 0..22 {
        gateway.charge(charge_of(PaymentId(Uuid::from_u128(number)))).await.unwrap();
    }
    fake.set_page(1);
    let known = KnownPayment {
        payment: PaymentId(Uuid::from_u128(0)),
        amount: Money::new(1_250, Currency::EUR),
        method: "pm_card_visa".to_owned(),
        reference: None,
        since: Timestamp::parse(NOW).unwrap(),
    };
    let asked = gateway.look_up(known).await;
    assert!(matches!(asked, Err(GatewayError::Unknown(_))), "it is not said to be absent: {asked:?}");
}

#[tokio::test]
async fn a_call_takes_no_longer_than_it_may() {
    let fake = fake().await;
    fake.play([Trick::Slow(Duration::from_secs(60))]);
    let began = std::time::Instant::now();
    let asked = fake.hasty().charge(charge_of(PaymentId(Uuid::from_u128(1)))).await;
    assert!(matches!(asked, Err(GatewayError::Unknown(_))), "{asked:?}");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert_eq!(
        fake.heard("POST /v1/payment_intents"),
        1,
        "what may have been done is not asked again at once"
    );
}

#[tokio::test]
async fn the_log_has_no_key_in_it() {
    let fake = fake().await;
    log::prepare();
    log::listen();
    for (gateway, tricks) in [
        (fake.gateway(), vec![Trick::Fail]),
        (fake.gateway(), vec![Trick::Busy(0), Trick::HangUp]),
        (keyed(fake.url(), "sk_test_wrong"), vec![]),
    ] {
        fake.play(tricks);
        gateway.charge(charge_of(PaymentId(Uuid::from_u128(1)))).await.unwrap_err();
    }
    let log = log::heard();
    assert!(log.contains("/v1/payment_intents") && log.contains("req_1"), "{log}");
    assert!(!log.contains(KEY) && !log.contains("sk_test"), "{log}");
}
