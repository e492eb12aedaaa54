//! Verifies the ledger. Each check counts discrepancies over all rows, so it runs once a day and on
//! request, never for a page.

use std::time::Duration;

use frontdesk_model::{Currency, Money, audit::Action};
use serde::{Deserialize, Serialize};

use crate::{
    Domain,
    audit::{self, Entry},
    db::{self, Sql, Text, statements},
    jobs::{Attempt, BackgroundJob, Done, Failure, RecurringJob},
    params,
};

statements! { "ledger";
    UNBALANCED = "SELECT count(*) FROM (SELECT entry_id FROM ledger_postings GROUP BY entry_id \
                  HAVING sum(minor) <> 0 OR count(*) <> 2 OR min(currency) <> max(currency)) AS wrong";
    UNPOSTED = "SELECT count(*) FROM ledger_entries e \
                WHERE NOT EXISTS (SELECT 1 FROM ledger_postings p WHERE p.entry_id = e.id)";
    CAPTURES = "SELECT count(*) FROM payments y \
                LEFT JOIN ledger_entries e ON e.payment_id = y.id AND e.kind = 'capture' \
                LEFT JOIN ledger_postings p ON p.entry_id = e.id AND p.account = 'gateway' \
                WHERE (y.state = 'succeeded') <> (e.id IS NOT NULL) \
                OR (e.id IS NOT NULL AND (p.minor IS NULL OR p.minor <> y.amount_minor OR p.currency <> y.currency))";
    REFUNDS = "SELECT count(*) FROM refunds r \
               LEFT JOIN ledger_entries e ON e.refund_id = r.id AND e.kind = 'refund' \
               LEFT JOIN ledger_postings p ON p.entry_id = e.id AND p.account = 'gateway' \
               WHERE (r.state = 'succeeded') <> (e.id IS NOT NULL) \
               OR (e.id IS NOT NULL AND (p.minor IS NULL OR p.minor <> -r.amount_minor OR p.currency <> r.currency))";
    ORDERS = "SELECT count(*) FROM orders o LEFT JOIN payments y \
              ON y.order_id = o.id AND y.state = 'succeeded' AND y.is_surplus = 0 \
              WHERE o.captured_minor <> COALESCE(y.amount_minor, 0) OR o.refunded_minor <> COALESCE(y.refunded_minor, 0) \
              OR (y.id IS NOT NULL AND y.currency <> o.currency)";
    LINES = "SELECT count(*) FROM orders o WHERE o.total_minor <> \
             (SELECT COALESCE(sum(l.quantity * l.unit_minor), 0) FROM order_lines l WHERE l.order_id = o.id)";
    PAYMENTS = "SELECT count(*) FROM payments y WHERE y.refunded_minor <> \
                (SELECT COALESCE(sum(r.amount_minor), 0) FROM refunds r WHERE r.payment_id = y.id AND r.state = 'succeeded') \
                OR y.reserved_minor <> (SELECT COALESCE(sum(r.amount_minor), 0) FROM refunds r \
                WHERE r.payment_id = y.id AND r.state NOT IN ('failed', 'rejected'))";
    REVENUE = "SELECT count(*) FROM (SELECT currency FROM (\
               SELECT currency, minor FROM ledger_postings WHERE account = 'gateway' UNION ALL \
               SELECT currency, refunded_minor - captured_minor FROM revenue_days) AS both_sides \
               GROUP BY currency HAVING sum(minor) <> 0) AS wrong";
    BALANCES = "SELECT e.gateway, p.currency, CAST(sum(p.minor) AS BIGINT) FROM ledger_postings p \
                JOIN ledger_entries e ON e.id = p.entry_id WHERE p.account = 'gateway' \
                GROUP BY e.gateway, p.currency ORDER BY e.gateway, p.currency";
    ENTRIES = "SELECT count(*) FROM ledger_entries";
}

/// The checks, each with the description of a discrepancy.
const QUESTIONS: [(Sql, &str); 8] = [
    (UNBALANCED, "entries whose postings do not cancel each other out"),
    (UNPOSTED, "entries without postings"),
    (CAPTURES, "payments that the ledger tells differently"),
    (REFUNDS, "refunds that the ledger tells differently"),
    (ORDERS, "orders that say something else than their payments"),
    (LINES, "orders whose lines do not add up"),
    (PAYMENTS, "payments that say something else than their refunds"),
    (REVENUE, "currencies in which the days' revenue is not what the ledger says"),
];

/// The result of all checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub entries: i64,
    /// Balance at each gateway, per currency.
    pub balances: Vec<Balance>,
    /// Discrepancies; empty if there are none.
    pub faults: Vec<String>,
}

/// Balance at a gateway according to the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    pub gateway: String,
    pub amount: Money,
}

/// Runs all checks. Concurrent changes cause no false discrepancies: each check is one statement, and
/// every committed transaction keeps all counts at zero.
///
/// # Errors
/// Those of the database.
#[tracing::instrument(name = "ledger.verify", skip_all)]
pub async fn verify(domain: &Domain) -> Result<Report, db::Error> {
    let mut faults = Vec::new();
    for (question, what) in QUESTIONS {
        let (count,): (i64,) = domain.db.one_patiently(question, params![]).await?;
        if count != 0 {
            faults.push(format!("{count} {what}"));
        }
    }
    let (entries,): (i64,) = domain.db.one_patiently(ENTRIES, params![]).await?;
    let balances: Vec<(String, Text<Currency>, i64)> = domain.db.all_patiently(BALANCES, params![]).await?;
    let balance = |(gateway, code, minor): (String, Text<Currency>, i64)| Balance {
        gateway,
        amount: Money::new(minor, code.0),
    };
    Ok(Report { entries, balances: balances.into_iter().map(balance).collect(), faults })
}

/// Verifies the ledger daily, and records discrepancies in the audit trail.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct VerifyLedger {}

impl BackgroundJob for VerifyLedger {
    type Context = Domain;

    const NAME: &'static str = "ledger.verify";
    const TIMEOUT: Duration = Duration::from_secs(600);

    async fn run(self, domain: &Domain, attempt: Attempt) -> Result<Done, Failure> {
        let report = verify(domain).await?;
        let ctx = attempt.context(domain);
        let mut tx = ctx.begin();
        if !report.faults.is_empty() {
            let faults = report.faults.join("; ");
            tracing::error!(%faults, "the ledger is unbalanced");
            let entry = Entry::new(Action::LEDGER_UNBALANCED).about("the ledger".to_owned()).because(&faults);
            audit::append(&ctx, &mut tx, entry).await?;
        }
        attempt.finish(tx).await
    }
}

impl RecurringJob for VerifyLedger {
    const EVERY: Duration = Duration::from_secs(24 * 3_600);
}
