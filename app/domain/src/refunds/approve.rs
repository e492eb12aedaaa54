//! Approves a refund that another person requested.

use frontdesk_model::{
    Permission,
    forms::OneRefund,
    refund::{Refund, RefundState},
};

use super::{Error, decide::Decision};
use crate::{Domain, actor::Actor};

/// Approves a refund that another person requested, and enqueues it.
///
/// # Errors
/// [`Error::Denied`] without `refunds:approve`, and for service tokens; [`Error::NoSuchRefund`];
/// [`Error::SelfApproval`]; [`Error::WrongState`] unless it waits for approval.
#[tracing::instrument(name = "payments.approve_refund", skip_all)]
pub async fn approve(domain: &Domain, actor: &Actor, form: OneRefund) -> Result<Refund, Error> {
    actor.require(Permission::RefundsApprove)?;
    // Approval needs two persons, so the actor must be one.
    let approver = actor.require_user()?;
    let decision = Decision { id: form.id, state: RefundState::Pending, reason: "" };
    decision
        .carry_out(domain, actor, |refund| {
            if refund.requested_by_id == Some(approver) { Err(Error::SelfApproval) } else { Ok(()) }
        })
        .await
}
