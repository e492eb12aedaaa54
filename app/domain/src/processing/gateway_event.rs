//! Gateway events. An event only causes a look-up at the gateway: one that is old, out of order,
//! repeated, or forged with a stolen secret changes nothing that the gateway does not confirm.

use frontdesk_model::audit::Action;

use crate::{
    Domain,
    actor::Actor,
    audit::{self, Entry},
    gateway::GatewayEventError,
    jobs,
    payments::{Error, ProcessPayment, sql},
};

/// Receives a gateway event, and enqueues a look-up of its payment.
///
/// # Errors
/// [`Error::GatewayEvent`], which is recorded in the audit trail.
#[tracing::instrument(name = "payments.notice", skip_all)]
pub async fn gateway_event(
    domain: &Domain,
    actor: &Actor,
    signature: Option<&str>,
    body: &[u8],
) -> Result<(), Error> {
    let notice = match domain.gateway.read_event(signature, body, domain.clock.now()) {
        Ok(notice) => notice,
        Err(GatewayEventError::NotExpected) => return Err(GatewayEventError::NotExpected.into()),
        Err(error) => {
            let mut tx = domain.begin(actor).await?;
            let entry = Entry::new(Action::GatewayEventRefused)
                .about(domain.gateway.name().to_owned())
                .because(&error.to_string());
            audit::append(&mut tx, &domain.clock, actor, entry).await?;
            tx.commit().await?;
            return Err(error.into());
        }
    };
    let Some(notice) = notice else { return Ok(()) };
    let Some(payment) = sql::by_id(&domain.db, notice.payment).await? else {
        // From another system with the same account at the gateway.
        tracing::info!(payment = %notice.payment, kind = notice.kind, "gateway event about a payment of another system");
        return Ok(());
    };
    let mut tx = domain.begin(actor).await?;
    let job = ProcessPayment::noticed(payment.id, notice.reference, &payment.reference).caused_by(actor);
    jobs::enqueue(&mut tx, &domain.clock, job).await?;
    Ok(tx.commit().await?)
}
