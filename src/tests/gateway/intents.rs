//! PaymentIntents, with failures of people and banks only.

use frontdesk_domain::payments;
use frontdesk_model::{
    PaymentFailure,
    payments::{DeclineReason, OnePayment, PaymentState},
    refunds::RefundState,
};

use super::{in_the_book, later, order, paid_once, pay, payment, refund, refund_now, with_fake};
use crate::support::{DAY, Desk};

both! {
    a_card_is_charged_and_paid_back,
    a_declined_card_says_why_and_the_order_can_be_paid_again,
    what_stripe_does_not_take_is_refused_for_what_it_is,
    a_payment_waits_for_its_customer,
    a_payment_that_is_called_off_is_cancelled_there,
    a_payment_that_was_confirmed_before_it_was_called_off_has_succeeded,
    a_payment_that_nobody_confirms_is_cancelled_after_a_day,
    what_is_not_decided_is_asked_for_until_it_is,
    a_refund_that_is_not_decided_is_asked_for_until_it_is,
}

async fn a_card_is_charged_and_paid_back(desk: Desk) {
    let (desk, fake) = with_fake(&desk).await;
    let paid = pay(&desk, "pm_card_visa").await;
    paid_once(&desk, &fake, &paid).await;
    assert_eq!(fake.heard("POST /v1/payment_intents"), 1);
    for (cents, left) in [(250, 1_000), (250, 750), (750, 0)] {
        assert_eq!(refund(&desk, paid.summary.id, cents).await.state, RefundState::Succeeded);
        assert_eq!((in_the_book(&desk).await, fake.balance()), (left, left));
    }
    desk.domain.db.close().await;
}

async fn a_declined_card_says_why_and_the_order_can_be_paid_again(desk: Desk) {
    let (desk, fake) = with_fake(&desk).await;
    let order = order(&desk).await;
    let failed = payment(&desk, desk.pay(order, "pm_card_chargeDeclined").await).await;
    let reason = DeclineReason::LostOrStolen;
    assert_eq!(failed.summary.failure, Some(PaymentFailure::CardDeclined { reason }));
    assert_eq!(failed.summary.gateway_reference.as_deref(), Some("pi_1"));
    let paid = payment(&desk, desk.pay(order, "pm_card_visa").await).await;
    paid_once(&desk, &fake, &paid).await;
    desk.domain.db.close().await;
}

async fn what_stripe_does_not_take_is_refused_for_what_it_is(desk: Desk) {
    let (desk, fake) = with_fake(&desk).await;
    let unknown = pay(&desk, "pm_of_nobody").await;
    assert_eq!(unknown.summary.failure, Some(PaymentFailure::MethodInvalid));
    let (_, customer) = desk.somebody(&[]).await;
    let id = desk.pay(desk.order(customer, 10).await, "pm_card_visa").await;
    let message = "Amount must be at least €0.50 eur".to_owned();
    assert_eq!(payment(&desk, id).await.summary.failure, Some(PaymentFailure::Refused { message }));
    assert_eq!((in_the_book(&desk).await, fake.balance()), (0, 0));
    desk.domain.db.close().await;
}

async fn a_payment_waits_for_its_customer(desk: Desk) {
    let (desk, fake) = with_fake(&desk).await;
    let waits = pay(&desk, "pm_card_authenticationRequired").await;
    let id = waits.summary.id;
    assert_eq!(waits.summary.state, PaymentState::ConfirmationRequired);
    assert_eq!(waits.confirmation_url.as_deref(), Some("https://hooks.stripe.com/redirect/pi_1"));
    later(&desk, 60).await;
    assert_eq!(payment(&desk, id).await.confirmation_url, waits.confirmation_url, "it is still there");
    fake.decide(id, "succeeded");
    later(&desk, 60).await;
    paid_once(&desk, &fake, &payment(&desk, id).await).await;

    let fails = pay(&desk, "pm_card_authenticationRequired").await.summary.id;
    fake.decide(fails, "requires_payment_method");
    later(&desk, 60).await;
    assert_eq!(payment(&desk, fails).await.summary.state, PaymentState::Failed);
    assert_eq!((in_the_book(&desk).await, fake.balance()), (1_250, 1_250));
    desk.domain.db.close().await;
}

async fn a_payment_that_is_called_off_is_cancelled_there(desk: Desk) {
    let (desk, fake) = with_fake(&desk).await;
    let id = pay(&desk, "pm_card_authenticationRequired").await.summary.id;
    payments::cancel(&desk.domain.system(), OnePayment { id }).await.unwrap();
    desk.work().await;
    assert_eq!(payment(&desk, id).await.summary.failure, Some(PaymentFailure::NotConfirmed));
    assert_eq!(fake.intents(id)[0]["status"], "canceled");
    assert_eq!((in_the_book(&desk).await, fake.balance()), (0, 0));
    desk.domain.db.close().await;
}

async fn a_payment_that_was_confirmed_before_it_was_called_off_has_succeeded(desk: Desk) {
    let (desk, fake) = with_fake(&desk).await;
    let id = pay(&desk, "pm_card_authenticationRequired").await.summary.id;
    payments::cancel(&desk.domain.system(), OnePayment { id }).await.unwrap();
    fake.decide(id, "succeeded");
    desk.work().await;
    paid_once(&desk, &fake, &payment(&desk, id).await).await;
    desk.domain.db.close().await;
}

async fn a_payment_that_nobody_confirms_is_cancelled_after_a_day(desk: Desk) {
    let (desk, fake) = with_fake(&desk).await;
    let id = pay(&desk, "pm_card_authenticationRequired").await.summary.id;
    later(&desk, DAY).await;
    later(&desk, 60).await;
    assert_eq!(payment(&desk, id).await.summary.failure, Some(PaymentFailure::NotConfirmed));
    assert_eq!(fake.intents(id)[0]["status"], "canceled");
    desk.domain.db.close().await;
}

async fn what_is_not_decided_is_asked_for_until_it_is(desk: Desk) {
    let (desk, fake) = with_fake(&desk).await;
    let good = pay(&desk, "pm_sepa").await.summary.id;
    for _ in 0..3 {
        assert_eq!(payment(&desk, good).await.summary.state, PaymentState::Unknown);
        later(&desk, 3_600).await;
    }
    fake.decide(good, "succeeded");
    later(&desk, 3_600).await;
    paid_once(&desk, &fake, &payment(&desk, good).await).await;
    assert_eq!(fake.heard("POST /v1/payment_intents"), 1, "it is not asked to charge again");

    let bad = pay(&desk, "pm_sepa").await.summary.id;
    fake.decide(bad, "requires_payment_method");
    later(&desk, 3_600).await;
    assert_eq!(payment(&desk, bad).await.summary.state, PaymentState::Failed);
    assert_eq!((in_the_book(&desk).await, fake.balance()), (1_250, 1_250));
    desk.domain.db.close().await;
}

async fn a_refund_that_is_not_decided_is_asked_for_until_it_is(desk: Desk) {
    let (desk, fake) = with_fake(&desk).await;
    let id = pay(&desk, "pm_sepa").await.summary.id;
    fake.decide(id, "succeeded");
    later(&desk, 60).await;
    let slow = refund(&desk, id, 250).await;
    assert_eq!(slow.state, RefundState::Unknown);
    later(&desk, 60).await;
    assert_eq!((in_the_book(&desk).await, fake.balance()), (1_250, 1_250));
    // The stored answer to the key says "pending": so the refund is looked up.
    fake.decide_refunds("succeeded");
    later(&desk, 600).await;
    assert_eq!(refund_now(&desk, slow.id).await.state, RefundState::Succeeded);
    assert_eq!((in_the_book(&desk).await, fake.balance()), (1_000, 1_000));

    let failed = refund(&desk, id, 1_000).await;
    fake.decide_refunds("failed");
    later(&desk, 600).await;
    let failed = refund_now(&desk, failed.id).await;
    assert_eq!(
        (failed.state, failed.failure.as_deref()),
        (RefundState::Failed, Some("Stripe says: lost or stolen card"))
    );
    assert_eq!((in_the_book(&desk).await, fake.balance()), (1_000, 1_000));
    desk.domain.db.close().await;
}
