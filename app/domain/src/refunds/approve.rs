//! Approves a refund that another person requested.

use frontdesk_model::{
    Permission, UserId,
    refunds::{OneRefund, Refund, RefundState},
};

use super::{Error, decide::Decision, sql};
use crate::{
    Context,
    account_sources::are_two_persons,
    db::{Read, Tx},
    payments::require_gateway,
};

/// Approves a refund that another person requested, and enqueues it.
///
/// # Errors
/// [`Error::Denied`] without `refunds:approve`, and for service tokens; [`Error::NoSuchRefund`];
/// [`Error::SelfApproval`]; [`Error::PaymentsOff`]; [`Error::WrongState`] unless it waits for approval.
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
    let refund = sql::by_id(&mut *tx, form.id).await?.ok_or(Error::NoSuchRefund)?;
    let two_persons = may_approve(&mut *tx, &refund, approver).await?;
    if !two_persons {
        ctx.actor.log_refusal("two persons", ("refund", form.id.0));
    }
    let may = |_: &Refund| if two_persons { require_gateway(ctx) } else { Err(Error::SelfApproval) };
    decision.write(ctx, tx, may).await
}

/// Returns true if this person is independent of the requester. Refunds that the command line requested have
/// no requester.
async fn may_approve(from: impl Read, refund: &Refund, approver: UserId) -> Result<bool, Error> {
    match refund.requested_by_id {
        Some(requester) => Ok(are_two_persons(from, requester, approver).await?),
        None => Ok(true),
    }
}

/// Returns true if the actor may approve this refund, for pages that offer it.
///
/// # Errors
/// Errors of the database.
pub async fn is_second_person(ctx: &Context, refund: &Refund) -> Result<bool, Error> {
    let Some(approver) = ctx.actor.user() else { return Ok(false) };
    may_approve(&ctx.db, refund, approver).await
}
