//! Statements on orders, except those of the lists, which are in `list.rs`.

use frontdesk_model::{
    Currency, Money, OrderId, PaymentId, Timestamp, UserId,
    orders::{CurrentPayment, Line, Order, OrderState, OrderSummary, RecentOrder},
    payments::PaymentState,
    users::{Customer, Status},
};
use uuid::Uuid;

use crate::{
    db::{self, Db, Read, Text, Tx, row, statements},
    params,
};

/// Columns of an `OrderSummary`, from `o` and its customer `u`.
macro_rules! columns {
    () => {
        "o.id, o.reference, o.customer_id, u.name AS customer_name, o.state, o.currency, o.total_minor, \
         o.refunded_minor, o.placed_at, o.updated_at"
    };
}
pub(super) use columns;

/// The newest orders of these customers, at most five each. Each order is found from the one after it in
/// the customer's index, so that neither database reads more than those.
macro_rules! recent {
    ($customers:literal) => {
        concat!(
            "WITH RECURSIVE newest (customer_id, id, nth) AS (\
             SELECT c.id, (SELECT i.id FROM orders i WHERE i.customer_id = c.id ORDER BY i.id DESC LIMIT 1), 1 \
             FROM users c WHERE c.id IN (",
            $customers,
            ") UNION ALL \
             SELECT n.customer_id, (SELECT i.id FROM orders i WHERE i.customer_id = n.customer_id AND i.id < n.id \
             ORDER BY i.id DESC LIMIT 1), n.nth + 1 FROM newest n WHERE n.nth < 5 AND n.id IS NOT NULL) \
             SELECT o.id, o.customer_id, o.reference, o.state, o.currency, o.total_minor, o.placed_at \
             FROM orders o WHERE o.id IN (SELECT id FROM newest)"
        )
    };
}

statements! { "orders";
    INSERT = "INSERT INTO orders (id, reference, customer_id, state, currency, total_minor, note, placed_at, updated_at) \
              VALUES ($1, $2, $3, 'placed', $4, $5, $6, $7, $7) ON CONFLICT (reference) DO NOTHING RETURNING id";
    INSERT_LINE = "INSERT INTO order_lines (order_id, position, description, quantity, unit_minor) \
                   VALUES ($1, $2, $3, $4, $5)";
    // An update, so that concurrent changes wait until the commit on both databases.
    LOCK = "UPDATE orders SET version = version + 1 WHERE id = $1 \
            RETURNING version, reference, customer_id, state, currency, total_minor, captured_minor, refunded_minor";
    SET_MONEY = "UPDATE orders SET state = $2, captured_minor = $3, refunded_minor = $4, updated_at = $5 WHERE id = $1";
    CANCEL = "UPDATE orders SET state = 'cancelled', updated_at = $2 WHERE id = $1";
    HAS_PAYMENT = "SELECT id FROM payments WHERE order_id = $1 AND state <> 'failed' AND is_surplus = 0";
    READ = concat!(
        "SELECT ", columns!(), ", o.captured_minor, o.note, o.version, p.id AS payment_id, \
         p.state AS payment_state FROM orders o JOIN users u ON u.id = o.customer_id \
         LEFT JOIN payments p ON p.order_id = o.id AND p.state <> 'failed' AND p.is_surplus = 0 WHERE o.id = $1");
    LINES = "SELECT description, quantity, unit_minor FROM order_lines WHERE order_id = $1 ORDER BY position";
    CUSTOMER = "SELECT name, status FROM users WHERE id = $1";
    BY_REFERENCE = concat!(
        "SELECT ", columns!(), " FROM orders o JOIN users u ON u.id = o.customer_id WHERE o.reference = $1");
    // Variants for fixed numbers of customers: a list is padded to the next one.
    RECENT_OF_20 = recent!("$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, \
        $11, $12, $13, $14, $15, $16, $17, $18, $19, $20");
    RECENT_OF_50 = recent!("$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, \
        $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, \
        $41, $42, $43, $44, $45, $46, $47, $48, $49, $50");
    RECENT_OF_100 = recent!("$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, \
        $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, \
        $41, $42, $43, $44, $45, $46, $47, $48, $49, $50, $51, $52, $53, $54, $55, $56, $57, $58, $59, $60, \
        $61, $62, $63, $64, $65, $66, $67, $68, $69, $70, $71, $72, $73, $74, $75, $76, $77, $78, $79, $80, \
        $81, $82, $83, $84, $85, $86, $87, $88, $89, $90, $91, $92, $93, $94, $95, $96, $97, $98, $99, $100");
}

pub(crate) struct NewOrder<'a> {
    pub(crate) id: OrderId,
    pub(crate) reference: &'a str,
    pub(crate) customer: UserId,
    pub(crate) total: Money,
    pub(crate) note: &'a str,
    pub(crate) at: Timestamp,
}

/// Inserts an order with its lines. Returns false if its reference is taken.
pub(crate) async fn insert(tx: &mut Tx, new: NewOrder<'_>, lines: &[Line]) -> Result<bool, db::Error> {
    let params = params![
        new.id,
        new.reference,
        new.customer,
        new.total.currency.code(),
        new.total.minor,
        new.note,
        new.at
    ];
    let row: Option<(Uuid,)> = tx.optional(INSERT, params).await?;
    if row.is_none() {
        return Ok(false);
    }
    for (position, line) in (1_i64..).zip(lines) {
        let params = params![new.id, position, &line.description, line.quantity, line.unit_price.minor];
        tx.execute(INSERT_LINE, params).await?;
    }
    Ok(true)
}

/// An order with its row locked until the commit.
#[derive(Clone, Debug)]
pub(crate) struct Locked {
    pub(crate) id: OrderId,
    /// The version before the lock, which is a change.
    pub(crate) version: i64,
    pub(crate) reference: String,
    pub(crate) customer: UserId,
    pub(crate) state: OrderState,
    pub(crate) total: Money,
    pub(crate) captured: Money,
    pub(crate) refunded: Money,
}

/// Locks an order's row: until the commit no other transaction changes the order, its payments or its
/// refunds.
pub(crate) async fn lock(tx: &mut Tx, id: OrderId) -> Result<Option<Locked>, db::Error> {
    row! {
        struct Row {
            version: i64,
            reference: String,
            customer_id: Uuid,
            state: Text<OrderState>,
            currency: Text<Currency>,
            total_minor: i64,
            captured_minor: i64,
            refunded_minor: i64,
        }
    }
    let row: Option<Row> = tx.optional(LOCK, params![id]).await?;
    Ok(row.map(|row| {
        let money = |minor| Money::new(minor, row.currency.0);
        Locked {
            id,
            version: row.version - 1,
            customer: UserId(row.customer_id),
            state: row.state.0,
            total: money(row.total_minor),
            captured: money(row.captured_minor),
            refunded: money(row.refunded_minor),
            reference: row.reference,
        }
    }))
}

/// Updates the captured and refunded amounts, and the state that follows from them.
pub(crate) async fn set_money(
    tx: &mut Tx,
    id: OrderId,
    captured: Money,
    refunded: Money,
    at: Timestamp,
) -> Result<OrderState, db::Error> {
    let state = OrderState::of(captured.minor, refunded.minor);
    tx.execute(SET_MONEY, params![id, state.as_str(), captured.minor, refunded.minor, at]).await?;
    Ok(state)
}

pub(super) async fn cancel(tx: &mut Tx, id: OrderId, at: Timestamp) -> Result<(), db::Error> {
    tx.execute(CANCEL, params![id, at]).await.map(|_| ())
}

/// Returns true if a payment is in progress or has succeeded.
pub(super) async fn has_payment(tx: &mut Tx, id: OrderId) -> Result<bool, db::Error> {
    let row: Option<(Uuid,)> = tx.optional(HAS_PAYMENT, params![id]).await?;
    Ok(row.is_some())
}

/// A user's name and status, if the user exists.
pub(super) async fn customer(tx: &mut Tx, id: UserId) -> Result<Option<(String, Text<Status>)>, db::Error> {
    tx.optional(CUSTOMER, params![id]).await
}

row! {
    pub(super) struct SummaryRow {
        id: Uuid,
        reference: String,
        customer_id: Uuid,
        customer_name: String,
        state: Text<OrderState>,
        currency: Text<Currency>,
        total_minor: i64,
        refunded_minor: i64,
        placed_at: i64,
        updated_at: i64,
    }
}

impl SummaryRow {
    pub(super) fn summary(self) -> OrderSummary {
        let currency = self.currency.0;
        OrderSummary {
            id: OrderId(self.id),
            reference: self.reference,
            customer: Customer { id: UserId(self.customer_id), name: self.customer_name },
            state: self.state.0,
            total: Money::new(self.total_minor, currency),
            refunded: Money::new(self.refunded_minor, currency),
            placed_at: Timestamp::from_micros(self.placed_at),
            updated_at: Timestamp::from_micros(self.updated_at),
        }
    }
}

row! {
    struct OrderRow {
        flatten summary: SummaryRow,
        captured_minor: i64,
        note: String,
        version: i64,
        payment_id: Option<Uuid>,
        payment_state: Option<Text<PaymentState>>,
    }
}

/// An order with its lines: two statements.
pub(super) async fn read(mut from: impl Read, id: OrderId) -> Result<Option<Order>, db::Error> {
    let Some(row) = from.optional::<OrderRow>(READ, params![id]).await? else { return Ok(None) };
    let lines: Vec<(String, i64, i64)> = from.all(LINES, params![id]).await?;
    let summary = row.summary.summary();
    let currency = summary.total.currency;
    let line = |(description, quantity, unit): (String, i64, i64)| {
        let unit_price = Money::new(unit, currency);
        let total = unit_price.times(quantity).unwrap_or(summary.total);
        Line { description, quantity, unit_price, total }
    };
    let payment = row.payment_id.zip(row.payment_state);
    Ok(Some(Order {
        lines: lines.into_iter().map(line).collect(),
        captured: Money::new(row.captured_minor, currency),
        payment: payment.map(|(id, Text(state))| CurrentPayment { id: PaymentId(id), state }),
        note: Some(row.note).filter(|note| !note.is_empty()),
        version: row.version,
        summary,
    }))
}

pub(super) async fn by_reference(db: &Db, reference: &str) -> Result<Option<OrderSummary>, db::Error> {
    let row: Option<SummaryRow> = db.optional(BY_REFERENCE, params![reference]).await?;
    Ok(row.map(SummaryRow::summary))
}

/// The newest few orders of each of these users (at most a hundred), grouped by user, newest first.
pub(super) async fn recent(db: &Db, users: &[UserId]) -> Result<Vec<(UserId, RecentOrder)>, db::Error> {
    row! {
        struct Row {
            id: Uuid,
            customer_id: Uuid,
            reference: String,
            state: Text<OrderState>,
            currency: Text<Currency>,
            total_minor: i64,
            placed_at: i64,
        }
    }
    let sql = match users.len() {
        0..=20 => RECENT_OF_20,
        21..=50 => RECENT_OF_50,
        _ => RECENT_OF_100,
    };
    let padded = users.iter().map(|user| user.0).chain(std::iter::repeat(Uuid::nil())).take(sql.params);
    let rows: Vec<db::Readable<Row>> = db.all(sql, padded.map(db::Value::from).collect()).await?;
    let mut rows = db::readable(rows, sql);
    rows.sort_unstable_by_key(|row| (row.customer_id, std::cmp::Reverse(row.id)));
    let recent = |row: Row| {
        let order = RecentOrder {
            id: OrderId(row.id),
            state: row.state.0,
            total: Money::new(row.total_minor, row.currency.0),
            placed_at: Timestamp::from_micros(row.placed_at),
            reference: row.reference,
        };
        (UserId(row.customer_id), order)
    };
    Ok(rows.into_iter().map(recent).collect())
}
