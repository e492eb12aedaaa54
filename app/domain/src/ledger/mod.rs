//! The ledger: double-entry records of captures and refunds. Each entry has two postings that sum to
//! zero, the balance at the `gateway` and the revenue of `sales`. Entries are only inserted, in the
//! transaction of the payment or refund.
//!
//! [`verify()`] checks that it balances, and that payments, refunds, orders and daily revenue agree with
//! it.

mod sql;
mod verify;

use frontdesk_model::{
    Money, PaymentId, Permission, RefundId, Timestamp,
    ledger::{DAYS, Revenue, RevenueDay},
};

use crate::{
    Context, Domain, Feature,
    actor::Denied,
    db::{self, Sql, Tx},
    jobs::Handler,
};

pub use verify::{Balance, Report, VerifyLedger, verify};

/// This feature and its lists.
pub const FEATURE: Feature =
    Feature { statements, jobs: &[Handler::recurring::<VerifyLedger>()], ..Feature::new("ledger") };

/// The cause of an entry.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Entry {
    /// A captured payment.
    Capture(PaymentId),
    /// A refund of a payment.
    Refund(PaymentId, RefundId),
}

/// Inserts an entry. The database allows one per payment and one per refund.
pub(crate) async fn post(
    domain: &Domain,
    tx: &mut Tx,
    gateway: &str,
    entry: Entry,
    amount: Money,
) -> Result<(), db::Error> {
    let at = domain.clock.now();
    sql::insert(tx, domain.clock.id_at(at), gateway, entry, amount, at).await?;
    sql::add_to_day(tx, entry, amount, at).await
}

/// A failure to read the ledger.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error(transparent)]
    Database(#[from] db::Error),
}

impl From<Error> for frontdesk_model::Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Denied(denied) => denied.into(),
            Error::Database(error) => error.into(),
        }
    }
}

/// Captures and refunds of each of the latest days, for each currency with any.
///
/// # Errors
/// [`Error::Denied`] without `orders:read`.
#[tracing::instrument(name = "ledger.revenue", skip_all)]
pub async fn revenue(ctx: &Context) -> Result<Vec<Revenue>, Error> {
    ctx.actor.require(Permission::ORDERS_READ)?;
    let today = day_of(ctx.clock.now());
    let first = today - DAYS + 1;
    let mut all: Vec<Revenue> = Vec::new();
    for (currency, day, sums) in sql::days(&ctx.db, first).await? {
        let i = all.iter().position(|one| one.currency == currency).unwrap_or_else(|| {
            all.push(Revenue { currency, days: (first..=today).map(empty).collect() });
            all.len() - 1
        });
        if let Some(slot) = usize::try_from(day - first).ok().and_then(|at| all[i].days.get_mut(at)) {
            *slot = RevenueDay { day: slot.day, ..sums };
        }
    }
    // Highest revenue first.
    let captured = |one: &Revenue| one.days.iter().map(|day| day.captures).sum::<i64>();
    all.sort_by_key(|one| std::cmp::Reverse(captured(one)));
    Ok(all)
}

fn empty(day: i64) -> RevenueDay {
    RevenueDay {
        day: Timestamp::from_seconds(day * DAY),
        captures: 0,
        captured_minor: 0,
        refunds: 0,
        refunded_minor: 0,
    }
}

const DAY: i64 = 24 * 3_600;

/// Days since 1970-01-01, UTC.
fn day_of(at: Timestamp) -> i64 {
    at.seconds().div_euclid(DAY)
}

/// The statements of this feature.
fn statements() -> Vec<Sql> {
    [sql::ALL, verify::ALL].concat()
}
