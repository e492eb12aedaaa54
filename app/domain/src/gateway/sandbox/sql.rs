//! The sandbox's charges and refunds. Each change is a transaction of its own, except the customer's
//! confirmation.

use frontdesk_model::{Currency, Money, PaymentId, RefundId, Timestamp};
use strum::{EnumString, IntoStaticStr};
use uuid::Uuid;

use crate::{
    db::{self, Db, Text, Tx, row, statements},
    gateway::{Charge, GatewayRefund},
    params,
};

statements! { "sandbox";
    CHARGE = "INSERT INTO sandbox_charges (payment_id, method, currency, amount_minor, state, created_at) \
              VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (payment_id) DO UPDATE SET asked = sandbox_charges.asked + 1 \
              RETURNING payment_id, method, currency, amount_minor, state, asked";
    // Sample payments can be refunded, too.
    SEED = "INSERT INTO sandbox_charges (payment_id, method, currency, amount_minor, state, refunded_minor, created_at) \
            VALUES ($1, $2, $3, $4, 'charged', $5, $6)";
    FIND = "SELECT payment_id, method, currency, amount_minor, state, asked FROM sandbox_charges WHERE payment_id = $1";
    DECIDE = "UPDATE sandbox_charges SET state = $2 WHERE payment_id = $1 AND state = 'waiting'";
    PAY_BACK = "INSERT INTO sandbox_refunds (refund_id, payment_id, amount_minor, state, created_at) \
                VALUES ($1, $2, $3, $4, $5) ON CONFLICT (refund_id) DO NOTHING RETURNING refund_id";
    TAKE = "UPDATE sandbox_charges SET refunded_minor = refunded_minor + $2 \
            WHERE payment_id = $1 AND state = 'charged' AND refunded_minor + $2 <= amount_minor";
    REFUSE = "UPDATE sandbox_refunds SET state = 'refused' WHERE refund_id = $1";
    FIND_REFUND = "SELECT state FROM sandbox_refunds WHERE refund_id = $1";
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub(crate) enum State {
    /// Waiting for confirmation, or for a retry of a lost request.
    Waiting,
    Charged,
    Declined,
    Cancelled,
}

impl State {
    fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A stored charge.
pub(crate) struct Found {
    pub(crate) payment: PaymentId,
    pub(crate) method: String,
    pub(crate) amount: Money,
    pub(crate) state: State,
    /// Number of requests for it.
    pub(crate) asked: i64,
}

row! {
    struct Row {
        payment_id: Uuid,
        method: String,
        currency: Text<Currency>,
        amount_minor: i64,
        state: Text<State>,
        asked: i64,
    }
}

impl Row {
    fn found(self) -> Found {
        Found {
            payment: PaymentId(self.payment_id),
            amount: Money::new(self.amount_minor, self.currency.0),
            state: self.state.0,
            method: self.method,
            asked: self.asked,
        }
    }
}

/// Inserts a charge, or returns the one with this key.
pub(crate) async fn charge(
    db: &Db,
    charge: &Charge,
    state: State,
    at: Timestamp,
) -> Result<Found, db::Error> {
    let mut tx = db.write();
    let params = params![
        charge.payment,
        &charge.method,
        charge.amount.currency.code(),
        charge.amount.minor,
        state.as_str(),
        at
    ];
    let row: Row = tx.one(CHARGE, params).await?;
    tx.commit().await?;
    Ok(row.found())
}

/// Inserts a past charge, partly refunded.
pub(crate) async fn seed(
    tx: &mut Tx,
    charge: &Charge,
    refunded: Money,
    at: Timestamp,
) -> Result<(), db::Error> {
    let (amount, currency) = (charge.amount.minor, charge.amount.currency.code());
    let params = params![charge.payment, &charge.method, currency, amount, refunded.minor, at];
    tx.execute(SEED, params).await.map(|_| ())
}

pub(crate) async fn find(db: &Db, payment: PaymentId) -> Result<Option<Found>, db::Error> {
    let row: Option<Row> = db.optional(FIND, params![payment]).await?;
    Ok(row.map(Row::found))
}

/// Ends a charge that waits.
pub(crate) async fn decide(db: &Db, payment: PaymentId, state: State) -> Result<bool, db::Error> {
    let mut tx = db.write();
    let decided = decide_now(&mut tx, payment, state).await?;
    tx.commit().await?;
    Ok(decided)
}

pub(crate) async fn decide_now(tx: &mut Tx, payment: PaymentId, state: State) -> Result<bool, db::Error> {
    Ok(tx.execute(DECIDE, params![payment, state.as_str()]).await? == 1)
}

/// Refunds, or returns the refund with this key: whether it was paid, and whether it is new.
pub(crate) async fn pay_back(
    db: &Db,
    back: &GatewayRefund,
    refuse: bool,
    at: Timestamp,
) -> Result<(bool, bool), db::Error> {
    let mut tx = db.write();
    let params = params![back.refund, back.payment, back.amount.minor, "paid", at];
    let new: Option<(Uuid,)> = tx.optional(PAY_BACK, params).await?;
    if new.is_none() {
        let (state,): (String,) = tx.one(FIND_REFUND, params![back.refund]).await?;
        return Ok((state == "paid", false));
    }
    let taken = !refuse && tx.execute(TAKE, params![back.payment, back.amount.minor]).await? == 1;
    if !taken {
        tx.execute(REFUSE, params![back.refund]).await?;
    }
    tx.commit().await?;
    Ok((taken, true))
}

/// The state of a refund; `None` if it is unknown.
pub(crate) async fn find_refund(db: &Db, refund: RefundId) -> Result<Option<bool>, db::Error> {
    let row: Option<(String,)> = db.optional(FIND_REFUND, params![refund]).await?;
    Ok(row.map(|(state,)| state == "paid"))
}
