//! Decides on a refund that waits for approval.

use frontdesk_model::{
    Permission, RefundId,
    audit::Action,
    forms::{Form, RejectRefund},
    refund::{Refund, RefundState},
};

use super::{Error, ProcessRefund, get, sql};
use crate::{Domain, actor::Actor, audit::Entry, events, jobs, orders, payments::sql as payments};

/// Rejects a refund that waits for approval; the requester can withdraw it this way.
///
/// # Errors
/// As [`super::approve()`], and [`Error::Invalid`].
#[tracing::instrument(name = "payments.reject_refund", skip_all)]
pub async fn reject(domain: &Domain, actor: &Actor, form: RejectRefund) -> Result<Refund, Error> {
    if !actor.may(Permission::RefundsApprove) {
        actor.require(Permission::RefundsCreate)?;
    }
    form.check().map_err(Error::Invalid)?;
    let decision = Decision { id: form.id, state: RefundState::Rejected, reason: form.reason.trim() };
    decision
        .carry_out(domain, actor, |refund| {
            let is_own = refund.requested_by_id.is_some() && refund.requested_by_id == actor.user();
            if is_own { Ok(()) } else { Ok(actor.require(Permission::RefundsApprove)?) }
        })
        .await
}

pub(super) struct Decision<'a> {
    pub(super) id: RefundId,
    pub(super) state: RefundState,
    pub(super) reason: &'a str,
}

impl Decision<'_> {
    pub(super) async fn carry_out(
        self,
        domain: &Domain,
        actor: &Actor,
        may: impl FnOnce(&Refund) -> Result<(), Error>,
    ) -> Result<Refund, Error> {
        let at = domain.clock.now();
        let mut tx = domain.begin(actor).await?;
        let seen = sql::by_id_now(&mut tx, self.id).await?.ok_or(Error::NoSuchRefund)?;
        let order = orders::lock(&mut tx, seen.order.id).await?.ok_or(Error::NoSuchRefund)?;
        let refund = sql::by_id_now(&mut tx, self.id).await?.ok_or(Error::NoSuchRefund)?;
        may(&refund)?;
        if refund.state != RefundState::AwaitingApproval {
            return Err(Error::WrongState("This refund does not wait for approval."));
        }
        if !sql::decide(&mut tx, &refund, self.state, actor, at).await? {
            return Err(Error::WrongState("It has just changed. Look at it again."));
        }
        let action = if self.state == RefundState::Pending {
            let job = ProcessRefund::due(refund.id, at, &order.reference).caused_by(actor);
            jobs::enqueue(&mut tx, &domain.clock, job).await?;
            Action::RefundApproved
        } else {
            payments::release(&mut tx, refund.payment_id, refund.amount).await?;
            Action::RefundRejected
        };
        let entry = Entry::new(action)
            .on(order.id, &order.reference)
            .because(self.reason)
            .changed("refund", None, Some(&refund.id.to_string()))
            .changed("amount", None, Some(&orders::words(refund.amount)))
            .changed("refund state", Some(refund.state.as_str()), Some(self.state.as_str()));
        events::record(&mut tx, domain, actor, entry).await?;
        tx.commit().await?;
        get::by_id(domain, self.id).await
    }
}
