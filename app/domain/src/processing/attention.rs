//! Counts of payments and refunds that need attention.

use frontdesk_model::Permission;

use crate::{Context, db::statements, params, payments::Error};

statements! { "processing.attention";
    COUNT_UNKNOWN = "SELECT count(*) FROM (SELECT 1 FROM payments WHERE state = 'unknown' LIMIT CAST($1 AS BIGINT)) AS a";
    COUNT_AWAITING = "SELECT count(*) FROM (SELECT 1 FROM refunds WHERE state = 'awaiting_approval' \
                      LIMIT CAST($1 AS BIGINT)) AS a";
    COUNT_LEFT = "SELECT count(*) FROM (SELECT 1 FROM payments WHERE settle_at IS NOT NULL AND settle_at < $2 \
                  LIMIT CAST($1 AS BIGINT)) AS a";
    COUNT_SURPLUS = "SELECT count(*) FROM (SELECT 1 FROM payments WHERE is_surplus = 1 AND reserved_minor < amount_minor \
                     LIMIT CAST($1 AS BIGINT)) AS a";
    COUNT_FAILED = "SELECT count(*) FROM (SELECT 1 FROM refunds WHERE state = 'failed' AND id >= $2 \
                    LIMIT CAST($1 AS BIGINT)) AS a";
}

/// Objects that need attention; each is counted up to a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attention {
    /// Payments with an unknown result.
    pub unknown_payments: i64,
    /// Refunds that wait for approval.
    pub refunds_to_approve: i64,
    /// Refunds of the last week that failed.
    pub failed_refunds: i64,
    /// Payments that could not be processed for an hour: their gateway may not be configured.
    pub left_payments: i64,
    /// Surplus payments that have not been refunded.
    pub surplus_payments: i64,
}

/// Counts the payments and refunds that need attention.
///
/// # Errors
/// [`Error::Denied`] without `orders:read`.
#[tracing::instrument(name = "payments.attention", skip_all)]
pub async fn attention(ctx: &Context, at_most: i64) -> Result<Attention, Error> {
    ctx.actor.require(Permission::ORDERS_READ)?;
    let (db, week_ago) = (&ctx.db, ctx.clock.now().plus_seconds(-7 * 24 * 3_600));
    let (unknown_payments,): (i64,) = db.one(COUNT_UNKNOWN, params![at_most]).await?;
    let (refunds_to_approve,): (i64,) = db.one(COUNT_AWAITING, params![at_most]).await?;
    let since = crate::clock::first_id_at(week_ago);
    let (failed_refunds,): (i64,) = db.one(COUNT_FAILED, params![at_most, since]).await?;
    let hour_ago = ctx.clock.now().plus_seconds(-3_600);
    let (left_payments,): (i64,) = db.one(COUNT_LEFT, params![at_most, hour_ago]).await?;
    let (surplus_payments,): (i64,) = db.one(COUNT_SURPLUS, params![at_most]).await?;
    Ok(Attention { unknown_payments, refunds_to_approve, failed_refunds, left_payments, surplus_payments })
}
