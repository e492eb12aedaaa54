//! Orders, payments and refunds.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};

use frontdesk_domain::{
    Domain,
    gateway::{
        Charge, ChargeResult, GatewayCall, GatewayError, GatewayEvent, GatewayEventError, GatewayRefund,
        KnownPayment, PaymentGateway, RefundResult,
    },
    jobs::Handler,
    ledger, orders,
    payments::{self, ProcessPayment},
    processing::Reconcile,
    refunds::{self, ProcessRefund},
};
use frontdesk_model::{
    Currency, OrderId, PaymentId, RefundId, Timestamp, UserId,
    orders::{Order, PlaceOrder},
    payments::{PayOrder, Payment},
    refunds::{OneRefund, Refund, RequestRefund},
};

use super::{TestDomain, work};

/// Kinds of jobs that the workers know.
pub const KINDS: [Handler<Domain>; 3] =
    [Handler::of::<ProcessPayment>(), Handler::of::<ProcessRefund>(), Handler::of::<Reconcile>()];

/// An order of one item with this price, in cents.
pub fn order_form(customer: UserId, cents: i64) -> PlaceOrder {
    lines(customer, &[(1, cents)])
}

/// An order with these quantities and prices, in cents.
fn lines(customer: UserId, lines: &[(i64, i64)]) -> PlaceOrder {
    let line = |(quantity, cents): &(i64, i64)| serde_json::json!({"description": "Coffee", "quantity": quantity, "unit_price": cents});
    let lines: Vec<_> = lines.iter().map(line).collect();
    serde_json::from_value(
        serde_json::json!({"customer_id": customer, "currency": Currency::EUR, "lines": lines}),
    )
    .unwrap()
}

/// Places an order from the command line.
pub async fn place(domain: &Domain, customer: UserId, cents: i64) -> Order {
    orders::place(&domain.system(), order_form(customer, cents)).await.unwrap()
}

pub fn pay_form(order: OrderId, method: &str) -> PayOrder {
    PayOrder { order_id: order, method: method.to_owned() }
}

/// Starts a payment from the command line, and runs due jobs.
pub async fn pay(domain: &TestDomain, order: OrderId, method: &str) -> Payment {
    let payment = payments::start(&domain.system(), pay_form(order, method)).await.unwrap();
    work(domain, &KINDS).await;
    payment_now(domain, payment.summary.id).await
}

/// Advances the clock, and runs jobs as they become due.
pub async fn later(domain: &TestDomain, seconds: i64) {
    domain.clock.advance(seconds);
    work(domain, &KINDS).await;
}

pub async fn order_now(domain: &Domain, id: OrderId) -> Order {
    orders::get(&domain.system(), id).await.unwrap()
}

pub async fn payment_now(domain: &Domain, id: PaymentId) -> Payment {
    payments::get(&domain.system(), id).await.unwrap()
}

pub async fn refund_now(domain: &Domain, id: RefundId) -> Refund {
    refunds::get(&domain.system(), id).await.unwrap()
}

/// Requests a refund of this amount in cents, or of the rest.
pub fn refund_form(payment: PaymentId, cents: Option<i64>) -> RequestRefund {
    let amount = cents.map(frontdesk_model::Amount::Minor);
    RequestRefund { payment_id: payment, amount, reason: "Arrived broken".to_owned() }
}

pub fn this_refund(id: RefundId) -> OneRefund {
    OneRefund { id }
}

/// Verifies the ledger and all sums derived from it. Returns the balance at the gateway, in cents.
pub async fn book_is_sound(domain: &Domain) -> i64 {
    let report = ledger::verify(domain).await.unwrap();
    assert_eq!(report.faults, [""; 0], "{report:?}");
    report.balances.iter().map(|balance| balance.amount.minor).sum()
}

/// Charges less refunds according to the sandbox, in cents.
pub async fn at_sandbox(domain: &TestDomain) -> i64 {
    domain
        .count(
            "SELECT CAST(COALESCE(sum(amount_minor - refunded_minor), 0) AS BIGINT) FROM sandbox_charges \
             WHERE state = 'charged'",
        )
        .await
}

/// Failure of one call of a gateway.
#[derive(Clone, Debug)]
pub enum Trick {
    /// The request does not arrive.
    Before(GatewayError),
    /// The answer is lost.
    After(GatewayError),
    /// There is never an answer.
    Hang,
    /// The answer is lost and the gateway has done nothing yet: a look-up finds nothing.
    Late,
}

/// A gateway in front of another, with failures chosen by the test.
pub struct Tricky {
    inner: Arc<dyn PaymentGateway>,
    calls: AtomicU32,
    trick: Box<dyn Fn(u32) -> Option<Trick> + Send + Sync>,
    /// Gateway events that it accepts: their signature is the word `signed`.
    notices: Mutex<Vec<GatewayEvent>>,
}

impl Tricky {
    /// Puts it in front of the domain's gateway. The first call is 1.
    pub fn before(
        domain: &mut Domain,
        trick: impl Fn(u32) -> Option<Trick> + Send + Sync + 'static,
    ) -> Arc<Self> {
        let inner = domain.gateway.clone();
        let (calls, notices) = (AtomicU32::new(0), Mutex::default());
        let tricky = Arc::new(Self { inner, calls, trick: Box::new(trick), notices });
        domain.parts_mut().gateway = tricky.clone();
        tricky
    }

    pub fn calls(&self) -> u32 {
        self.calls.load(Ordering::SeqCst)
    }

    async fn play<T>(
        &self,
        call: GatewayCall<'_, T>,
        so_far: Result<T, GatewayError>,
    ) -> Result<T, GatewayError> {
        let number = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        match (self.trick)(number) {
            None => call.await,
            Some(Trick::Before(error)) => Err(error),
            Some(Trick::Late) => so_far,
            Some(Trick::After(error)) => {
                let _ = call.await;
                Err(error)
            }
            Some(Trick::Hang) => {
                let _ = call.await;
                std::future::pending().await
            }
        }
    }
}

fn no_answer<T>() -> Result<T, GatewayError> {
    Err(GatewayError::Unknown("no answer within 30 seconds".to_owned()))
}

impl PaymentGateway for Tricky {
    fn name(&self) -> &'static str {
        self.inner.name()
    }
    fn remembers(&self) -> i64 {
        self.inner.remembers()
    }
    fn charge(&self, charge: Charge) -> GatewayCall<'_, ChargeResult> {
        Box::pin(self.play(self.inner.charge(charge), no_answer()))
    }
    fn look_up(&self, known: KnownPayment) -> GatewayCall<'_, ChargeResult> {
        Box::pin(self.play(self.inner.look_up(known), Ok(ChargeResult::Absent)))
    }
    fn cancel(&self, known: KnownPayment) -> GatewayCall<'_, ChargeResult> {
        Box::pin(self.play(self.inner.cancel(known), Ok(ChargeResult::Absent)))
    }
    fn refund(&self, refund: GatewayRefund) -> GatewayCall<'_, RefundResult> {
        Box::pin(self.play(self.inner.refund(refund), no_answer()))
    }
    fn look_up_refund(&self, refund: GatewayRefund) -> GatewayCall<'_, RefundResult> {
        Box::pin(self.play(self.inner.look_up_refund(refund), Ok(RefundResult::Absent)))
    }
    fn read_event(
        &self,
        signature: Option<&str>,
        body: &[u8],
        _: Timestamp,
    ) -> Result<Option<GatewayEvent>, GatewayEventError> {
        match signature {
            None => return Err(GatewayEventError::Unsigned),
            Some("signed") => {}
            Some("old") => return Err(GatewayEventError::Expired),
            Some(_) => return Err(GatewayEventError::Forged),
        }
        let payment = std::str::from_utf8(body).ok().and_then(|text| text.parse().ok());
        let notice =
            payment.map(|payment| GatewayEvent { payment, reference: None, kind: "test".to_owned() });
        self.notices.lock().unwrap().extend(notice.clone());
        Ok(notice)
    }
}
