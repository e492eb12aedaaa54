//! The Stripe adapter: over real sockets, with simulators of Stripe and of network failures. After each
//! failure there is one charge, and the ledger agrees.

mod accidents;
mod charges;
mod intents;
mod notices;

use std::sync::Arc;

use frontdesk_domain::{
    gateway::{GatewayChoice, PaymentGateway},
    ledger, payments, refunds,
};
use frontdesk_model::{
    Amount, OrderId, PaymentId, RefundId,
    payments::{Payment, PaymentState},
    refunds::{Refund, RequestRefund},
};

use crate::support::{Desk, stripe::Fake};

/// A desk with the fake Stripe as its gateway.
async fn with_fake(desk: &Desk) -> (Desk, Fake) {
    let fake = Fake::start(desk.domain.clock.clone()).await;
    (with(desk, fake.gateway()).await, fake)
}

async fn with(desk: &Desk, gateway: Arc<dyn PaymentGateway>) -> Desk {
    desk.beside(|options| options.gateway = GatewayChoice::External(gateway)).await
}

/// An order of 12.50 €.
async fn order(desk: &Desk) -> OrderId {
    let (_, customer) = desk.somebody(&[]).await;
    desk.order(customer, 1_250).await
}

/// A payment of 12.50 € with this method, after one call of the gateway.
async fn pay(desk: &Desk, method: &str) -> Payment {
    let id = desk.pay(order(desk).await, method).await;
    payment(desk, id).await
}

async fn payment(desk: &Desk, id: PaymentId) -> Payment {
    payments::get(&desk.domain.system(), id).await.unwrap()
}

/// Advances the clock, and runs due jobs.
async fn later(desk: &Desk, seconds: i64) {
    desk.domain.clock.advance(seconds);
    desk.work().await;
}

/// The same until the payment has a result, within a few hours.
async fn ended(desk: &Desk, id: PaymentId) -> Payment {
    for seconds in [1, 2, 5, 10, 20, 60, 300, 900, 3_600, 3_600, 3_600, 0] {
        let now = payment(desk, id).await;
        if !now.summary.state.is_open() {
            return now;
        }
        later(desk, seconds).await;
    }
    panic!("it has not ended: {:#?}", payment(desk, id).await);
}

/// Refunds part of a payment, in cents, and processes it.
async fn refund(desk: &Desk, payment: PaymentId, cents: i64) -> Refund {
    let form = RequestRefund {
        payment_id: payment,
        amount: Some(Amount::Minor(cents)),
        reason: "Arrived broken".to_owned(),
    };
    let id = refunds::request(&desk.domain.system(), form).await.unwrap().id;
    desk.work().await;
    refund_now(desk, id).await
}

async fn refund_now(desk: &Desk, id: RefundId) -> Refund {
    refunds::get(&desk.domain.system(), id).await.unwrap()
}

/// Balance at the gateway according to the ledger, in cents. The ledger has no faults.
async fn in_the_book(desk: &Desk) -> i64 {
    let report = ledger::verify(&desk.domain).await.unwrap();
    assert_eq!(report.faults, [""; 0], "{report:?}");
    report.balances.iter().map(|balance| balance.amount.minor).sum()
}

/// It has succeeded and was charged once, and the ledger agrees with Stripe.
async fn paid_once(desk: &Desk, fake: &Fake, payment: &Payment) {
    assert_eq!(payment.summary.state, PaymentState::Succeeded, "{payment:#?}");
    let intents = fake.intents(payment.summary.id);
    assert_eq!(intents.len(), 1, "{intents:#?}");
    assert_eq!(payment.summary.gateway_reference.as_deref(), intents[0]["id"].as_str());
    assert_eq!((in_the_book(desk).await, fake.balance()), (1_250, 1_250));
}
