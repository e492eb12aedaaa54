//! Gateway events. An event only causes a look-up at the gateway: one that is old, out of order,
//! repeated, or forged with a stolen secret changes nothing that the gateway does not confirm.

use frontdesk_model::audit::Action;

use crate::{
    Context,
    audit::Entry,
    gateway::GatewayEventError,
    jobs,
    payments::{Error, ProcessPayment, sql},
    refusals,
};

/// Receives a gateway event, and enqueues a look-up of its payment. There is no variant for a caller's
/// transaction: an event that is refused is recorded although the use case fails.
///
/// # Errors
/// [`Error::GatewayEvent`], which is recorded in the audit trail.
#[tracing::instrument(name = "payments.notice", skip_all)]
pub async fn gateway_event(ctx: &Context, signature: Option<&str>, body: &[u8]) -> Result<(), Error> {
    let notice = match ctx.gateway.read_event(signature, body, ctx.clock.now()) {
        Ok(notice) => notice,
        Err(GatewayEventError::NotExpected) => return Err(GatewayEventError::NotExpected.into()),
        Err(error) => {
            let mut tx = ctx.begin();
            let entry = Entry::new(Action::GATEWAY_EVENT_REFUSED)
                .about(ctx.gateway.name().to_owned())
                .because(&error.to_string());
            refusals::record(ctx, &mut tx, entry).await?;
            tx.commit().await?;
            return Err(error.into());
        }
    };
    let Some(notice) = notice else { return Ok(()) };
    let Some(payment) = sql::by_id(&ctx.db, notice.payment).await? else {
        // From another system with the same account at the gateway.
        tracing::info!(payment = %notice.payment, kind = notice.kind, "gateway event about a payment of another system");
        return Ok(());
    };
    let mut tx = ctx.begin();
    let job = ProcessPayment::noticed(payment.id, notice.reference, &payment.reference).caused_by(&ctx.actor);
    jobs::enqueue(&mut tx, &ctx.clock, job).await?;
    Ok(tx.commit().await?)
}
