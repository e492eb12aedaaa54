//! Asking for a refund, and agreeing to it.

use frontdesk_model::{
    Money, Permission, RefundId,
    audit::Action,
    forms::{Form, OneRefund, RejectRefund, RequestRefund},
    payment::PaymentState,
    refund::{Refund, RefundState},
};

use super::{
    ApprovalAbove, Error, SettleRefund, lists,
    refund_store::{self, NewRefund},
    store::{self, Row},
};
use crate::{
    Domain,
    actor::Actor,
    audit::Entry,
    db::Tx,
    events,
    jobs::{self, Failure},
    orders::{self, Locked},
};

/// Writes down that money is to go back, and has it done; a larger amount waits for somebody else to
/// approve it.
///
/// # Errors
/// [`Error::Denied`] without `refunds:create`; [`Error::NoSuchPayment`]; [`Error::Invalid`];
/// [`Error::WrongState`] if the payment has not succeeded; [`Error::RefundExceeds`].
#[tracing::instrument(name = "payments.request_refund", skip_all)]
pub async fn request(domain: &Domain, actor: &Actor, form: RequestRefund) -> Result<Refund, Error> {
    actor.require(Permission::RefundsCreate)?;
    form.check().map_err(Error::Invalid)?;
    let mut tx = domain.begin(actor).await?;
    let seen = store::by_id_now(&mut tx, form.payment_id).await?.ok_or(Error::NoSuchPayment)?;
    let order = orders::lock(&mut tx, seen.order).await?.ok_or(Error::NoSuchPayment)?;
    let payment = store::by_id_now(&mut tx, form.payment_id).await?.ok_or(Error::NoSuchPayment)?;
    if payment.state != PaymentState::Succeeded {
        return Err(Error::WrongState("Only a payment that has succeeded can be refunded."));
    }
    let amount = amount_of(&form, &payment)?;
    // All refunds of the payment together, or it would be enough to ask in small parts.
    let together = payment.reserved.plus(amount).ok_or(Error::RefundExceeds)?;
    let needs_approval = domain.approval_above.is_below(together);
    let state = if needs_approval { RefundState::AwaitingApproval } else { RefundState::Pending };
    let id = write(&mut tx, domain, actor, &order, &payment, amount, state, form.reason.trim()).await?;
    tx.commit().await?;
    lists::refund_by_id(domain, id).await
}

fn amount_of(form: &RequestRefund, payment: &Row) -> Result<Money, Error> {
    let wrong = |code: &str, message: &str| {
        let problem = frontdesk_model::Problem::new(frontdesk_model::Code::ValidationError);
        Error::Invalid(problem.fault("amount", code, message))
    };
    let Some(said) = &form.amount else {
        let left = payment.amount.minus(payment.reserved).filter(|left| left.is_positive());
        return left.ok_or(Error::RefundExceeds);
    };
    let amount = said.of(payment.amount.currency);
    let amount = amount
        .ok_or_else(|| wrong("amount", "Enter an amount that the payment’s currency has, such as 12.50"))?;
    if amount.is_positive() { Ok(amount) } else { Err(wrong("positive", "A refund is more than nothing")) }
}

impl ApprovalAbove {
    /// Whether somebody else has to approve so much.
    pub fn is_below(self, amount: Money) -> bool {
        let limit = self.0.and_then(|major| Money::parse(&major.to_string(), amount.currency));
        limit.is_some_and(|limit| amount.minor > limit.minor)
    }
}

/// Sets the money aside and writes the refund, the event and, if nobody has to approve it, the job.
#[expect(clippy::too_many_arguments, reason = "each is another thing, and the two callers are here")]
async fn write(
    tx: &mut Tx,
    domain: &Domain,
    actor: &Actor,
    order: &Locked,
    payment: &Row,
    amount: Money,
    state: RefundState,
    reason: &str,
) -> Result<RefundId, Error> {
    let at = domain.clock.now();
    let id = RefundId(domain.clock.id_at(at));
    if !store::reserve(tx, payment.id, amount).await? {
        return Err(Error::RefundExceeds);
    }
    let settle_at = state.is_open().then_some(at);
    let new =
        NewRefund { id, payment: payment.id, order: order.id, state, amount, reason, actor, settle_at, at };
    refund_store::insert(tx, new).await?;
    let entry = Entry::new(Action::RefundRequested)
        .on(order.id, &order.reference)
        .because(reason)
        .changed("refund", None, Some(&id.to_string()))
        .changed("amount", None, Some(&orders::words(amount)))
        .changed("refund state", None, Some(state.as_str()));
    events::record(tx, domain, actor, entry).await?;
    if let Some(settle_at) = settle_at {
        let job = SettleRefund::due(id, settle_at, &order.reference).caused_by(actor);
        jobs::enqueue(tx, &domain.clock, job).await?;
    }
    Ok(id)
}

/// Pays back what was captured although its order did not need it any more. Nobody has to approve
/// that: it was never ours.
pub(super) async fn give_back(
    tx: &mut Tx,
    domain: &Domain,
    actor: &Actor,
    order: &Locked,
    payment: &Row,
) -> Result<(), Failure> {
    let why = "This payment turned up after its order was paid or cancelled.";
    let written = write(tx, domain, actor, order, payment, payment.amount, RefundState::Pending, why).await;
    written.map(|_| ()).map_err(|error| Failure::Retry(error.to_string()))
}

/// Agrees to a refund that somebody else asked for, and has it done.
///
/// # Errors
/// [`Error::Denied`] without `refunds:approve`, and for a token that is nobody's;
/// [`Error::NoSuchRefund`]; [`Error::SelfApproval`]; [`Error::WrongState`] if nobody has to approve it.
#[tracing::instrument(name = "payments.approve_refund", skip_all)]
pub async fn approve(domain: &Domain, actor: &Actor, form: OneRefund) -> Result<Refund, Error> {
    actor.require(Permission::RefundsApprove)?;
    // Two people, so each has to be one.
    let approver = actor.require_user()?;
    let decision = Decision { id: form.id, state: RefundState::Pending, reason: "" };
    decision
        .carry_out(domain, actor, |refund| {
            if refund.requested_by_id == Some(approver) { Err(Error::SelfApproval) } else { Ok(()) }
        })
        .await
}

/// Turns down a refund that waits for approval; whoever asked for it can take it back so.
///
/// # Errors
/// As [`approve`], and [`Error::Invalid`].
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

struct Decision<'a> {
    id: RefundId,
    state: RefundState,
    reason: &'a str,
}

impl Decision<'_> {
    async fn carry_out(
        self,
        domain: &Domain,
        actor: &Actor,
        may: impl FnOnce(&Refund) -> Result<(), Error>,
    ) -> Result<Refund, Error> {
        let at = domain.clock.now();
        let mut tx = domain.begin(actor).await?;
        let seen = refund_store::by_id_now(&mut tx, self.id).await?.ok_or(Error::NoSuchRefund)?;
        let order = orders::lock(&mut tx, seen.order.id).await?.ok_or(Error::NoSuchRefund)?;
        let refund = refund_store::by_id_now(&mut tx, self.id).await?.ok_or(Error::NoSuchRefund)?;
        may(&refund)?;
        if refund.state != RefundState::AwaitingApproval {
            return Err(Error::WrongState("This refund does not wait for approval."));
        }
        if !refund_store::decide(&mut tx, &refund, self.state, actor, at).await? {
            return Err(Error::WrongState("It has just changed. Look at it again."));
        }
        let action = if self.state == RefundState::Pending {
            let job = SettleRefund::due(refund.id, at, &order.reference).caused_by(actor);
            jobs::enqueue(&mut tx, &domain.clock, job).await?;
            Action::RefundApproved
        } else {
            store::release(&mut tx, refund.payment_id, refund.amount).await?;
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
        lists::refund_by_id(domain, self.id).await
    }
}
