//! Confirms a payment in the sandbox, as its customer would at their bank.

use frontdesk_model::{Permission, forms::ConfirmSandbox, payment::Payment};

use crate::{
    Domain,
    actor::Actor,
    gateway::sandbox::{self, State},
    jobs,
    payments::{Error, ProcessPayment, get, sql as payments},
};

/// Whether no money moves: the gateway is the one that is built in.
pub fn is_sandbox(domain: &Domain) -> bool {
    domain.gateway.name() == sandbox::NAME
}

/// What the customer does on the sandbox's page, which stands for that of their bank: confirms a
/// payment, or not. It is noticed as that of a real gateway would be.
///
/// # Errors
/// [`Error::NoSuchPayment`], also for who may not pay it and where the gateway is another;
/// [`Error::WrongState`] if there is nothing to confirm.
#[tracing::instrument(name = "payments.sandbox_confirm", skip_all)]
pub async fn confirm(domain: &Domain, actor: &Actor, form: ConfirmSandbox) -> Result<Payment, Error> {
    let payment = get::by_id(domain, form.id).await?;
    let is_own = actor.user() == Some(payment.summary.customer.id);
    let is_here = is_sandbox(domain) && payment.summary.gateway == sandbox::NAME;
    if !is_here || !(is_own || actor.may(Permission::PaymentsCreate)) {
        return Err(Error::NoSuchPayment);
    }
    let mut tx = domain.begin(actor).await?;
    let state = if form.confirms { State::Charged } else { State::Declined };
    if !sandbox::decide_now(&mut tx, form.id, state).await? {
        return Err(Error::WrongState("There is nothing to confirm any more."));
    }
    let seen = payments::by_id_now(&mut tx, form.id).await?.ok_or(Error::NoSuchPayment)?;
    let job = ProcessPayment::noticed(form.id, None, &seen.reference).caused_by(actor);
    jobs::enqueue(&mut tx, &domain.clock, job).await?;
    tx.commit().await?;
    Ok(get::shown_to(actor, payment))
}
