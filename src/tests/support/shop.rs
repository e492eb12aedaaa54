//! Orders, and a worker for their payments.

use std::time::Duration;

use frontdesk_domain::{
    Domain,
    actor::Actor,
    jobs::{Handler, Settings, Worker},
    orders,
    payments::ProcessPayment,
    refunds::{self, ProcessRefund},
};
use frontdesk_model::{
    OrderId, PaymentId, RefundId, UserId, orders::Order, payments::PaymentState, refunds::RequestRefund,
};
use tokio::task::JoinHandle;

use super::Desk;

/// Kinds of jobs that move money.
const KINDS: [Handler<Domain>; 2] = [Handler::of::<ProcessPayment>(), Handler::of::<ProcessRefund>()];

/// A worker that runs until it is dropped.
pub struct AtWork(JoinHandle<()>);

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Desk {
    /// Processes payments and refunds until the returned value is dropped.
    pub fn cashier(&self) -> AtWork {
        let settings = Settings { poll: Duration::from_millis(20), ..Settings::default() };
        let worker = Worker::new(self.domain.clone(), &KINDS, settings);
        AtWork(tokio::spawn(async move { worker.run(std::future::pending()).await }))
    }

    /// An order of two coffees, 25 euros in total.
    pub async fn coffees(&self, customer: UserId) -> OrderId {
        let form = serde_json::json!({
            "customer_id": customer,
            "currency": "EUR",
            "note": "Ordered by telephone",
            "lines": [{"description": "Coffee, 250 g", "quantity": 2, "unit_price": 1_250}],
        });
        let form = serde_json::from_value(form).unwrap();
        orders::place(&self.domain.system(), form).await.unwrap().summary.id
    }

    /// A paid order, and its payment.
    pub async fn paid_order(&self, customer: UserId) -> (OrderId, PaymentId) {
        let order = self.coffees(customer).await;
        let payment = self.pay(order, "pm_card_ok").await;
        assert_eq!(self.order_now(order).await.payment.unwrap().state, PaymentState::Succeeded);
        (order, payment)
    }

    /// Requests a refund of this amount in cents, or of the rest; no worker processes it.
    pub async fn refund_of(&self, actor: &Actor, payment_id: PaymentId, cents: Option<i64>) -> RefundId {
        let amount = cents.map(frontdesk_model::Amount::Minor);
        let form = RequestRefund { payment_id, amount, reason: "Arrived broken".to_owned() };
        refunds::request(&self.domain.context(actor.clone()), form).await.unwrap().id
    }

    pub async fn order_now(&self, id: OrderId) -> Order {
        orders::get(&self.domain.system(), id).await.unwrap()
    }
}
