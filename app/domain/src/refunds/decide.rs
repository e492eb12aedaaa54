//! Decides on a refund that waits for approval.

use frontdesk_model::{
    Permission, RefundId,
    audit::Action,
    form::Form,
    refunds::{Refund, RefundState, RejectRefund},
};

use super::{Error, ProcessRefund, get, sql};
use crate::{Context, audit::Entry, db::Tx, events, jobs, orders, payments::sql as payments};

/// Rejects a refund that waits for approval; the requester can withdraw it this way.
///
/// # Errors
/// As [`super::approve()`], and [`Error::Invalid`].
#[tracing::instrument(name = "payments.reject_refund", skip_all)]
pub async fn reject(ctx: &Context, form: RejectRefund) -> Result<Refund, Error> {
    let mut tx = ctx.begin();
    let refund = reject_in(ctx, &mut tx, form).await?;
    tx.commit().await?;
    Ok(refund)
}

/// As [`reject()`], in the caller's transaction.
///
/// # Errors
/// As [`reject()`].
pub async fn reject_in(ctx: &Context, tx: &mut Tx, form: RejectRefund) -> Result<Refund, Error> {
    if !ctx.actor.may(Permission::REFUNDS_APPROVE) {
        ctx.actor.require(Permission::REFUNDS_CREATE)?;
    }
    form.check().map_err(Error::Invalid)?;
    let decision = Decision { id: form.id, state: RefundState::Rejected, reason: form.reason.trim() };
    let may_reject = |refund: &Refund| {
        let is_own = refund.requested_by_id.is_some() && refund.requested_by_id == ctx.actor.user();
        if is_own { Ok(()) } else { Ok(ctx.actor.require(Permission::REFUNDS_APPROVE)?) }
    };
    decision.write(ctx, tx, may_reject).await
}

pub(super) struct Decision<'a> {
    pub(super) id: RefundId,
    pub(super) state: RefundState,
    pub(super) reason: &'a str,
}

impl Decision<'_> {
    /// Writes the decision of an actor who `may` make it. Returns the refund after it.
    pub(super) async fn write(
        self,
        ctx: &Context,
        tx: &mut Tx,
        may: impl FnOnce(&Refund) -> Result<(), Error>,
    ) -> Result<Refund, Error> {
        let at = ctx.clock.now();
        let seen = sql::by_id(&mut *tx, self.id).await?.ok_or(Error::NoSuchRefund)?;
        let order = orders::lock(tx, seen.order.id).await?.ok_or(Error::NoSuchRefund)?;
        let refund = sql::by_id(&mut *tx, self.id).await?.ok_or(Error::NoSuchRefund)?;
        may(&refund)?;
        ctx.require_version(refund.version)?;
        if refund.state != RefundState::AwaitingApproval {
            return Err(Error::WrongState("This refund does not wait for approval."));
        }
        if !sql::decide(tx, &refund, self.state, &ctx.actor, at).await? {
            return Err(Error::WrongState("It has just changed. Look at it again."));
        }
        let action = if self.state == RefundState::Pending {
            let job = ProcessRefund::due(refund.id, at, &order.reference).caused_by(&ctx.actor);
            jobs::enqueue(tx, &ctx.clock, job).await?;
            Action::REFUND_APPROVED
        } else {
            payments::release(tx, refund.payment_id, refund.amount).await?;
            Action::REFUND_REJECTED
        };
        let entry = Entry::new(action)
            .on(order.id, &order.reference)
            .because(self.reason)
            .changed("refund", None, Some(&refund.id.to_string()))
            .changed("amount", None, Some(&orders::words(refund.amount)))
            .changed("refund state", Some(refund.state.as_str()), Some(self.state.as_str()));
        let after = get::by_id(&mut *tx, self.id).await?;
        events::record_change(ctx, tx, entry, Some(&refund), &after).await?;
        Ok(after)
    }
}
