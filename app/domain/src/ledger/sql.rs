//! The ledger's SQL, except the checks, which are in `verify.rs`.

use frontdesk_model::{Currency, Money, RefundId, Timestamp, ledger::RevenueDay};
use uuid::Uuid;

use super::{Entry, day_of};
use crate::{
    db::{self, Db, Text, Tx, statements},
    params,
};

statements! { "ledger";
    INSERT = "INSERT INTO ledger_entries (id, kind, gateway, payment_id, refund_id, at) VALUES ($1, $2, $3, $4, $5, $6)";
    POST = "INSERT INTO ledger_postings (entry_id, account, currency, minor) \
            VALUES ($1, 'gateway', $2, $3), ($1, 'sales', $2, $4)";
    ADD_TO_DAY = "INSERT INTO revenue_days (day, currency, slot, captures, captured_minor, refunds, refunded_minor) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (day, currency, slot) DO UPDATE SET \
                  captures = revenue_days.captures + $4, captured_minor = revenue_days.captured_minor + $5, \
                  refunds = revenue_days.refunds + $6, refunded_minor = revenue_days.refunded_minor + $7";
    DAYS = "SELECT currency, day, CAST(sum(captures) AS BIGINT), CAST(sum(captured_minor) AS BIGINT), \
            CAST(sum(refunds) AS BIGINT), CAST(sum(refunded_minor) AS BIGINT) \
            FROM revenue_days WHERE day >= $1 GROUP BY currency, day ORDER BY currency, day";
}

/// Rows per day, so that concurrent captures mostly update different ones.
const SLOTS: u8 = 16;

pub(super) async fn insert(
    tx: &mut Tx,
    id: Uuid,
    gateway: &str,
    entry: Entry,
    amount: Money,
    at: Timestamp,
) -> Result<(), db::Error> {
    let (kind, payment, refund, into_gateway) = match entry {
        Entry::Capture(payment) => ("capture", payment, None, amount.minor),
        Entry::Refund(payment, refund) => ("refund", payment, Some(refund), -amount.minor),
    };
    tx.execute(INSERT, params![id, kind, gateway, payment, refund.map(|RefundId(id)| id), at]).await?;
    tx.execute(POST, params![id, amount.currency.code(), into_gateway, -into_gateway]).await.map(|_| ())
}

pub(super) async fn add_to_day(
    tx: &mut Tx,
    entry: Entry,
    amount: Money,
    at: Timestamp,
) -> Result<(), db::Error> {
    let (of, captures, captured, refunds, refunded) = match entry {
        Entry::Capture(payment) => (payment.0, 1, amount.minor, 0, 0),
        Entry::Refund(_, refund) => (refund.0, 0, 0, 1, amount.minor),
    };
    // The last byte of an id is random.
    let slot = i64::from(of.as_bytes()[15] % SLOTS);
    let params = params![day_of(at), amount.currency.code(), slot, captures, captured, refunds, refunded];
    tx.execute(ADD_TO_DAY, params).await.map(|_| ())
}

/// Revenue by currency and day, from this day on.
pub(super) async fn days(db: &Db, first: i64) -> Result<Vec<(Currency, i64, RevenueDay)>, db::Error> {
    type Row = (Text<Currency>, i64, i64, i64, i64, i64);
    let rows: Vec<db::Readable<Row>> = db.all(DAYS, params![first]).await?;
    let sums = |(code, day, captures, captured_minor, refunds, refunded_minor): Row| {
        let begins = Timestamp::from_seconds(0);
        (code.0, day, RevenueDay { day: begins, captures, captured_minor, refunds, refunded_minor })
    };
    Ok(db::readable(rows, DAYS).into_iter().map(sums).collect())
}
