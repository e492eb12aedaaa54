//! Approves a refund that another person requested.

use frontdesk_model::{
    Permission,
    refunds::{OneRefund, Refund, RefundState},
};

use super::{Error, decide::Decision};
use crate::{Context, db::Tx};

/// Approves a refund that another person requested, and enqueues it.
///
/// # Errors
/// [`Error::Denied`] without `refunds:approve`, and for service tokens; [`Error::NoSuchRefund`];
/// [`Error::SelfApproval`]; [`Error::WrongState`] unless it waits for approval.
#[tracing::instrument(name = "payments.approve_refund", skip_all)]
pub async fn approve(ctx: &Context, form: OneRefund) -> Result<Refund, Error> {
    let mut tx = ctx.begin();
    let refund = approve_in(ctx, &mut tx, form).await?;
    tx.commit().await?;
    Ok(refund)
}

/// As [`approve()`], in the caller's transaction.
///
/// # Errors
/// As [`approve()`].
pub async fn approve_in(ctx: &Context, tx: &mut Tx, form: OneRefund) -> Result<Refund, Error> {
    ctx.actor.require(Permission::REFUNDS_APPROVE)?;
    // Approval needs two persons, so the actor must be one.
    let approver = ctx.actor.require_user()?;
    let decision = Decision { id: form.id, state: RefundState::Pending, reason: "" };
    let may_approve = |refund: &Refund| {
        if refund.requested_by_id == Some(approver) { Err(Error::SelfApproval) } else { Ok(()) }
    };
    decision.write(ctx, tx, may_approve).await
}
