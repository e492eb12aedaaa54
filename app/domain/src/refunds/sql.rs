//! Statements on refunds, except those of the list, which are in `list.rs`.

use frontdesk_model::{
    Currency, Money, OrderId, PaymentId, RefundId, Timestamp, UserId,
    payments::OrderOf,
    refunds::{Refund, RefundState},
};
use uuid::Uuid;

use crate::{
    account_sources::person_behind,
    actor::Actor,
    db::{self, Db, Read, Text, Tx, row, statements},
    params,
};

/// Columns of a `Refund`, from `r` and its order `o`.
macro_rules! columns {
    () => {
        "r.id, r.order_id, o.reference, r.payment_id, r.state, r.currency, r.amount_minor, r.reason, r.requested_by, \
         r.requested_label, r.decided_label, r.gateway_reference, r.failure, r.created_at, r.updated_at, r.version"
    };
}
pub(crate) use columns;

statements! { "refunds";
    INSERT = "INSERT INTO refunds (id, payment_id, order_id, state, currency, amount_minor, reason, requested_by, \
              requested_label, settle_at, created_at, updated_at) \
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)";
    BY_ID = concat!("SELECT ", columns!(), " FROM refunds r JOIN orders o ON o.id = r.order_id WHERE r.id = $1");
    // Further columns for its job: the gateway's reference of the payment.
    ASKED = "SELECT r.asked_at, r.settle_at, r.gateway_reference AS known, p.gateway, p.gateway_reference FROM refunds r \
             JOIN payments p ON p.id = r.payment_id WHERE r.id = $1";
    ASK = "UPDATE refunds SET asked_at = COALESCE(asked_at, $3), version = version + 1 WHERE id = $1 AND version = $2";
    DECIDE = "UPDATE refunds SET state = $3, decided_by = $4, decided_label = $5, settle_at = $6, updated_at = $7, \
              version = version + 1 WHERE id = $1 AND version = $2";
    UPDATE = "UPDATE refunds SET state = $3, gateway_reference = COALESCE($4, gateway_reference), failure = $5, \
              settle_at = $6, updated_at = $7, version = version + 1, \
              asked_at = CASE WHEN $8 = 1 THEN NULL ELSE asked_at END WHERE id = $1 AND version = $2";
    IS_SURPLUS = "SELECT is_surplus FROM payments WHERE id = $1";
}

row! {
    pub(crate) struct RefundRow {
        id: Uuid,
        order_id: Uuid,
        reference: String,
        payment_id: Uuid,
        state: Text<RefundState>,
        currency: Text<Currency>,
        amount_minor: i64,
        reason: String,
        requested_by: Option<Uuid>,
        requested_label: String,
        decided_label: Option<String>,
        gateway_reference: Option<String>,
        failure: Option<String>,
        created_at: i64,
        updated_at: i64,
        version: i64,
    }
}

impl RefundRow {
    pub(crate) fn refund(self) -> Refund {
        Refund {
            id: RefundId(self.id),
            order: OrderOf { id: OrderId(self.order_id), reference: self.reference },
            payment_id: PaymentId(self.payment_id),
            state: self.state.0,
            amount: Money::new(self.amount_minor, self.currency.0),
            reason: self.reason,
            requested_by: self.requested_label,
            requested_by_id: self.requested_by.map(UserId),
            decided_by: self.decided_label,
            gateway_reference: self.gateway_reference,
            failure: self.failure,
            created_at: Timestamp::from_micros(self.created_at),
            updated_at: Timestamp::from_micros(self.updated_at),
            version: self.version,
        }
    }
}

pub(crate) struct NewRefund<'a> {
    pub(crate) id: RefundId,
    pub(crate) payment: PaymentId,
    pub(crate) order: OrderId,
    pub(crate) state: RefundState,
    pub(crate) amount: Money,
    pub(crate) reason: &'a str,
    pub(crate) actor: &'a Actor,
    pub(crate) settle_at: Option<Timestamp>,
    pub(crate) at: Timestamp,
}

pub(crate) async fn insert(tx: &mut Tx, new: NewRefund<'_>) -> Result<(), db::Error> {
    let requested_by = person_behind(tx, new.actor).await?.map(|person| person.0);
    let params = params![
        new.id,
        new.payment,
        new.order,
        new.state.as_str(),
        new.amount.currency.code(),
        new.amount.minor,
        new.reason,
        requested_by,
        new.actor.party().label,
        new.settle_at,
        new.at,
    ];
    tx.execute(INSERT, params).await.map(|_| ())
}

pub(crate) async fn by_id(mut from: impl Read, id: RefundId) -> Result<Option<Refund>, db::Error> {
    let row: Option<RefundRow> = from.optional(BY_ID, params![id]).await?;
    Ok(row.map(RefundRow::refund))
}

/// Further columns for its job.
#[derive(Clone, Debug)]
pub(crate) struct Asking {
    pub(crate) asked_at: Option<Timestamp>,
    pub(crate) settle_at: Option<Timestamp>,
    /// The gateway's id of the refund, if known.
    pub(crate) known: Option<String>,
    pub(crate) gateway: String,
    pub(crate) payment_reference: String,
}

pub(crate) async fn asking(db: &Db, id: RefundId) -> Result<Option<Asking>, db::Error> {
    row! {
        struct Row {
            asked_at: Option<i64>,
            settle_at: Option<i64>,
            known: Option<String>,
            gateway: String,
            gateway_reference: Option<String>,
        }
    }
    let row: Option<Row> = db.optional(ASKED, params![id]).await?;
    Ok(row.map(|row| Asking {
        asked_at: row.asked_at.map(Timestamp::from_micros),
        settle_at: row.settle_at.map(Timestamp::from_micros),
        known: row.known,
        gateway: row.gateway,
        payment_reference: row.gateway_reference.unwrap_or_default(),
    }))
}

/// Marks that a request follows, unless the refund has changed meanwhile.
pub(crate) async fn ask(tx: &mut Tx, seen: &Refund, at: Timestamp) -> Result<bool, db::Error> {
    Ok(tx.execute(ASK, params![seen.id, seen.version, at]).await? == 1)
}

/// Stores the approver.
pub(crate) async fn decide(
    tx: &mut Tx,
    seen: &Refund,
    state: RefundState,
    actor: &Actor,
    at: Timestamp,
) -> Result<bool, db::Error> {
    let settle_at = state.is_open().then_some(at);
    let params = params![
        seen.id,
        seen.version,
        state.as_str(),
        // Withdrawing one's own request is no decision.
        actor.user().filter(|user| seen.requested_by_id != Some(*user)).map(|user| user.0),
        Some(actor.party().label),
        settle_at,
        at,
    ];
    Ok(tx.execute(DECIDE, params).await? == 1)
}

/// The refund after a call of the gateway.
pub(crate) struct After<'a> {
    pub(crate) state: RefundState,
    pub(crate) gateway_reference: Option<&'a str>,
    pub(crate) failure: Option<&'a str>,
    pub(crate) settle_at: Option<Timestamp>,
    /// The gateway has forgotten the key and never received the request: the next call is the first.
    pub(crate) anew: bool,
}

pub(crate) async fn update(
    tx: &mut Tx,
    seen: &Refund,
    after: After<'_>,
    at: Timestamp,
) -> Result<bool, db::Error> {
    let params = params![
        seen.id,
        seen.version,
        after.state.as_str(),
        after.gateway_reference.map(ToOwned::to_owned),
        after.failure.map(ToOwned::to_owned),
        after.settle_at,
        at,
        i64::from(after.anew),
    ];
    Ok(tx.execute(UPDATE, params).await? == 1)
}

/// Returns true if the payment is a surplus payment.
pub(crate) async fn is_surplus(tx: &mut Tx, payment: PaymentId) -> Result<bool, db::Error> {
    let (surplus,): (i64,) = tx.one(IS_SURPLUS, params![payment]).await?;
    Ok(surplus == 1)
}
