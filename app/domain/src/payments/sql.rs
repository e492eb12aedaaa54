//! Statements on payments, except those of the list, which are in `list.rs`.

use frontdesk_model::{
    Code, Currency, Money, OrderId, PaymentFailure, PaymentId, Problem, Timestamp, UserId,
    payments::{OrderOf, Payment, PaymentAttempt, PaymentState, PaymentSummary},
    users::Customer,
};
use uuid::Uuid;

use crate::{
    db::{self, Json, Read, Text, Tx, row, statements},
    params,
};

/// Columns of a `PaymentSummary`, from `p`, its order `o` and their customer `u`.
macro_rules! columns {
    () => {
        "p.id, p.order_id, o.reference, o.customer_id, u.name AS customer_name, p.state, p.currency, p.amount_minor, \
         p.refunded_minor, p.gateway, p.gateway_reference, p.failure, p.created_at, p.updated_at"
    };
}
pub(crate) use columns;

/// Columns of a `Row`.
macro_rules! own_columns {
    () => {
        "p.id, p.order_id, o.reference, p.state, p.currency, p.amount_minor, p.reserved_minor, p.refunded_minor, \
         p.method, p.gateway, p.gateway_reference, p.failure, p.confirmation_url, p.is_surplus, p.cancel_asked_at, \
         p.attempts, p.charges, p.asked_at, p.asking_at, p.last_charge_at, p.settle_at, p.created_at, p.version"
    };
}

statements! { "payments";
    INSERT = "INSERT INTO payments (id, order_id, state, currency, amount_minor, method, gateway, settle_at, \
              created_at, updated_at) VALUES ($1, $2, 'pending', $3, $4, $5, $6, $7, $7, $7) \
              ON CONFLICT DO NOTHING RETURNING id";
    BY_ID = concat!("SELECT ", own_columns!(), " FROM payments p JOIN orders o ON o.id = p.order_id WHERE p.id = $1");
    READ = concat!(
        "SELECT ", columns!(), ", p.confirmation_url, p.is_surplus, p.version FROM payments p \
         JOIN orders o ON o.id = p.order_id JOIN users u ON u.id = o.customer_id WHERE p.id = $1");
    ATTEMPTS = "SELECT number, at, asked, outcome, duration_ms FROM payment_attempts WHERE payment_id = $1 \
                ORDER BY number DESC LIMIT 50";
    // Written before a charge request: from then on, an answer may be lost.
    ASK = "UPDATE payments SET asked_at = COALESCE(asked_at, $3), asking_at = $3, last_charge_at = $3, charges = charges + 1, \
           version = version + 1 WHERE id = $1 AND version = $2";
    UPDATE = "UPDATE payments SET state = $3, gateway_reference = COALESCE($4, gateway_reference), failure = $5, \
              confirmation_url = CASE WHEN $3 = 'confirmation_required' THEN COALESCE($6, confirmation_url) END, \
              is_surplus = $7, settle_at = $8, updated_at = $9, asking_at = NULL, attempts = attempts + 1, version = version + 1 WHERE id = $1 AND version = $2";
    INSERT_ATTEMPT = "INSERT INTO payment_attempts (payment_id, number, at, asked, outcome, duration_ms) \
                      VALUES ($1, $2, $3, $4, $5, $6)";
    ASK_TO_CANCEL = "UPDATE payments SET cancel_asked_at = $2, settle_at = $2, version = version + 1 WHERE id = $1";
    HAS_OTHER = "SELECT id FROM payments WHERE order_id = $1 AND id <> $2 AND state <> 'failed' AND is_surplus = 0";
    RESERVE = "UPDATE payments SET reserved_minor = reserved_minor + $2, version = version + 1 \
               WHERE id = $1 AND state = 'succeeded' AND reserved_minor + $2 <= amount_minor";
    RELEASE = "UPDATE payments SET reserved_minor = reserved_minor - $2, version = version + 1 WHERE id = $1";
    ADD_REFUND = "UPDATE payments SET refunded_minor = refunded_minor + $2, updated_at = $3, version = version + 1 WHERE id = $1";
}

/// A payment with the columns that processing needs.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) id: PaymentId,
    pub(crate) order: OrderId,
    pub(crate) reference: String,
    pub(crate) state: PaymentState,
    pub(crate) amount: Money,
    pub(crate) reserved: Money,
    pub(crate) method: String,
    pub(crate) gateway: String,
    pub(crate) gateway_reference: Option<String>,
    pub(crate) failure: Option<PaymentFailure>,
    pub(crate) is_surplus: bool,
    pub(crate) cancel_asked_at: Option<Timestamp>,
    pub(crate) attempts: i64,
    /// Number of charge requests, and the time of the first.
    pub(crate) charges: i64,
    pub(crate) asked_at: Option<Timestamp>,
    /// A charge request was sent, and its answer was never stored.
    pub(crate) asking_at: Option<Timestamp>,
    /// Time of the latest charge request.
    pub(crate) last_charge_at: Option<Timestamp>,
    pub(crate) settle_at: Option<Timestamp>,
    pub(crate) created_at: Timestamp,
    pub(crate) version: i64,
}

row! {
    struct OwnRow {
        id: Uuid,
        order_id: Uuid,
        reference: String,
        state: Text<PaymentState>,
        currency: Text<Currency>,
        amount_minor: i64,
        reserved_minor: i64,
        method: String,
        gateway: String,
        gateway_reference: Option<String>,
        failure: Option<Json<PaymentFailure>>,
        is_surplus: i64,
        cancel_asked_at: Option<i64>,
        attempts: i64,
        charges: i64,
        asked_at: Option<i64>,
        asking_at: Option<i64>,
        last_charge_at: Option<i64>,
        settle_at: Option<i64>,
        created_at: i64,
        version: i64,
    }
}

impl OwnRow {
    fn row(self) -> Row {
        let currency = self.currency.0;
        Row {
            id: PaymentId(self.id),
            order: OrderId(self.order_id),
            reference: self.reference,
            state: self.state.0,
            amount: Money::new(self.amount_minor, currency),
            reserved: Money::new(self.reserved_minor, currency),
            method: self.method,
            gateway: self.gateway,
            gateway_reference: self.gateway_reference,
            failure: self.failure.map(|failure| failure.0),
            is_surplus: self.is_surplus == 1,
            cancel_asked_at: self.cancel_asked_at.map(Timestamp::from_micros),
            attempts: self.attempts,
            charges: self.charges,
            asking_at: self.asking_at.map(Timestamp::from_micros),
            asked_at: self.asked_at.map(Timestamp::from_micros),
            last_charge_at: self.last_charge_at.map(Timestamp::from_micros),
            settle_at: self.settle_at.map(Timestamp::from_micros),
            created_at: Timestamp::from_micros(self.created_at),
            version: self.version,
        }
    }
}

pub(crate) struct NewPayment<'a> {
    pub(crate) id: PaymentId,
    pub(crate) order: OrderId,
    pub(crate) amount: Money,
    pub(crate) method: &'a str,
    pub(crate) gateway: &'a str,
    pub(crate) at: Timestamp,
}

/// Returns false if the order has another payment that is in progress or has succeeded.
pub(crate) async fn insert(tx: &mut Tx, new: NewPayment<'_>) -> Result<bool, db::Error> {
    let params = params![
        new.id,
        new.order,
        new.amount.currency.code(),
        new.amount.minor,
        new.method,
        new.gateway,
        new.at
    ];
    let row: Option<(Uuid,)> = tx.optional(INSERT, params).await?;
    Ok(row.is_some())
}

pub(crate) async fn by_id(mut from: impl Read, id: PaymentId) -> Result<Option<Row>, db::Error> {
    let row: Option<OwnRow> = from.optional(BY_ID, params![id]).await?;
    Ok(row.map(OwnRow::row))
}

/// Marks that a charge request follows, unless the payment has changed meanwhile.
pub(crate) async fn ask(tx: &mut Tx, seen: &Row, at: Timestamp) -> Result<bool, db::Error> {
    Ok(tx.execute(ASK, params![seen.id, seen.version, at]).await? == 1)
}

/// The payment after a result.
pub(crate) struct After<'a> {
    pub(crate) state: PaymentState,
    pub(crate) gateway_reference: Option<&'a str>,
    pub(crate) failure: Option<&'a PaymentFailure>,
    pub(crate) confirmation_url: Option<&'a str>,
    pub(crate) is_surplus: bool,
    pub(crate) settle_at: Option<Timestamp>,
}

/// Returns false if the payment has changed meanwhile.
pub(crate) async fn update(
    tx: &mut Tx,
    seen: &Row,
    after: After<'_>,
    at: Timestamp,
) -> Result<bool, db::Error> {
    let failure = after.failure.map(|failure| serde_json::to_string(failure).unwrap_or_default());
    let params = params![
        seen.id,
        seen.version,
        after.state.as_str(),
        after.gateway_reference.map(ToOwned::to_owned),
        failure,
        after.confirmation_url.map(ToOwned::to_owned),
        i64::from(after.is_surplus),
        after.settle_at,
        at,
    ];
    Ok(tx.execute(UPDATE, params).await? == 1)
}

pub(crate) async fn insert_attempt(
    tx: &mut Tx,
    id: PaymentId,
    attempt: &PaymentAttempt,
) -> Result<(), db::Error> {
    let params =
        params![id, attempt.number, attempt.at, &attempt.asked, &attempt.outcome, attempt.duration_ms];
    tx.execute(INSERT_ATTEMPT, params).await.map(|_| ())
}

pub(crate) async fn ask_to_cancel(tx: &mut Tx, id: PaymentId, at: Timestamp) -> Result<(), db::Error> {
    tx.execute(ASK_TO_CANCEL, params![id, at]).await.map(|_| ())
}

/// Returns true if the order has another payment that is in progress or has succeeded.
pub(crate) async fn has_other(tx: &mut Tx, order: OrderId, than: PaymentId) -> Result<bool, db::Error> {
    let row: Option<(Uuid,)> = tx.optional(HAS_OTHER, params![order, than]).await?;
    Ok(row.is_some())
}

/// Reserves part of a payment for a refund, if so much is left.
pub(crate) async fn reserve(tx: &mut Tx, id: PaymentId, amount: Money) -> Result<bool, db::Error> {
    Ok(tx.execute(RESERVE, params![id, amount.minor]).await? == 1)
}

/// Releases the reserved amount of a refund that is not made.
pub(crate) async fn release(tx: &mut Tx, id: PaymentId, amount: Money) -> Result<(), db::Error> {
    tx.execute(RELEASE, params![id, amount.minor]).await.map(|_| ())
}

/// Marks a reserved amount as refunded.
pub(crate) async fn add_refund(
    tx: &mut Tx,
    id: PaymentId,
    amount: Money,
    at: Timestamp,
) -> Result<(), db::Error> {
    tx.execute(ADD_REFUND, params![id, amount.minor, at]).await.map(|_| ())
}

row! {
    pub(crate) struct SummaryRow {
        id: Uuid,
        order_id: Uuid,
        reference: String,
        customer_id: Uuid,
        customer_name: String,
        state: Text<PaymentState>,
        currency: Text<Currency>,
        amount_minor: i64,
        refunded_minor: i64,
        gateway: String,
        gateway_reference: Option<String>,
        failure: Option<Json<PaymentFailure>>,
        created_at: i64,
        updated_at: i64,
    }
}

impl SummaryRow {
    pub(crate) fn summary(self) -> PaymentSummary {
        let currency = self.currency.0;
        PaymentSummary {
            id: PaymentId(self.id),
            order: OrderOf { id: OrderId(self.order_id), reference: self.reference },
            customer: Customer { id: UserId(self.customer_id), name: self.customer_name },
            state: self.state.0,
            amount: Money::new(self.amount_minor, currency),
            refunded: Money::new(self.refunded_minor, currency),
            gateway: self.gateway,
            gateway_reference: self.gateway_reference,
            failure: self.failure.map(|failure| failure.0),
            created_at: Timestamp::from_micros(self.created_at),
            updated_at: Timestamp::from_micros(self.updated_at),
        }
    }
}

row! {
    struct PaymentRow {
        flatten summary: SummaryRow,
        confirmation_url: Option<String>,
        is_surplus: i64,
        version: i64,
    }
}

/// A payment with its attempts: two statements.
pub(crate) async fn read(mut from: impl Read, id: PaymentId) -> Result<Option<Payment>, db::Error> {
    let Some(row) = from.optional::<PaymentRow>(READ, params![id]).await? else { return Ok(None) };
    let attempts: Vec<(i64, i64, String, String, i64)> = from.all(ATTEMPTS, params![id]).await?;
    let attempt = |(number, at, asked, outcome, duration_ms): (i64, i64, String, String, i64)| {
        PaymentAttempt { number, at: Timestamp::from_micros(at), asked, outcome, duration_ms }
    };
    let summary = row.summary.summary();
    Ok(Some(Payment {
        confirmation_url: row.confirmation_url,
        problem: problem(&summary),
        is_surplus: row.is_surplus == 1,
        attempts: attempts.into_iter().map(attempt).collect(),
        version: row.version,
        summary,
    }))
}

/// The problem of a payment, if there is one.
fn problem(payment: &PaymentSummary) -> Option<Problem> {
    let to_confirm = || {
        let why = "The customer’s bank wants them to confirm this payment, at `confirmation_url`.";
        Problem::new(Code::ConfirmationRequired).detail(why)
    };
    let failed = payment.failure.as_ref().map(Into::into);
    failed.or_else(|| (payment.state == PaymentState::ConfirmationRequired).then(to_confirm))
}
