//! Confirms a payment in the sandbox, as the customer would at their bank.

use frontdesk_model::payments::{ConfirmSandbox, Payment};

use crate::{
    Context, Domain,
    db::Tx,
    gateway::sandbox::{self, State},
    jobs,
    payments::{Error, ProcessPayment, get, may_pay, sql as payments},
};

/// Returns true if the gateway is the sandbox, which moves no money.
pub fn is_sandbox(domain: &Domain) -> bool {
    domain.gateway.name() == sandbox::NAME
}

/// Returns true if the sandbox is the gateway of a server that browsers reach by HTTPS, as they do a business
/// that is open: a test installation, or a mistake.
pub fn is_public_sandbox(domain: &Domain) -> bool {
    is_sandbox(domain) && domain.site.starts_with("https://")
}

/// Handles the sandbox's confirmation page, which stands in for the bank's: confirms a payment or rejects
/// it, and sends the event that a real gateway would send.
///
/// # Errors
/// [`Error::NoSuchPayment`], also if the actor may not pay it and with another gateway;
/// [`Error::WrongState`] if there is nothing to confirm.
#[tracing::instrument(name = "payments.sandbox_confirm", skip_all)]
pub async fn confirm(ctx: &Context, form: ConfirmSandbox) -> Result<Payment, Error> {
    let mut tx = ctx.begin();
    let payment = confirm_in(ctx, &mut tx, form).await?;
    tx.commit().await?;
    Ok(payment)
}

/// As [`confirm()`], in the caller's transaction.
///
/// # Errors
/// As [`confirm()`].
pub async fn confirm_in(ctx: &Context, tx: &mut Tx, form: ConfirmSandbox) -> Result<Payment, Error> {
    let payment = get::by_id(&mut *tx, form.id).await?;
    let is_here = is_sandbox(ctx) && payment.summary.gateway == sandbox::NAME;
    if !is_here || !may_pay(&ctx.actor, payment.summary.customer.id, ("payment", form.id.0)) {
        return Err(Error::NoSuchPayment);
    }
    let state = if form.confirms { State::Charged } else { State::Declined };
    if !sandbox::decide_now(tx, form.id, state).await? {
        return Err(Error::WrongState("There is nothing to confirm any more."));
    }
    let seen = payments::by_id(&mut *tx, form.id).await?.ok_or(Error::NoSuchPayment)?;
    let job = ProcessPayment::noticed(form.id, None, &seen.reference).caused_by(&ctx.actor);
    jobs::enqueue(tx, &ctx.clock, job).await?;
    Ok(get::shown_to(&ctx.actor, payment))
}
