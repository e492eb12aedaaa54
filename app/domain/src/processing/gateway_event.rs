//! What the gateway sends by itself. It is believed only so far that the gateway is asked: a notice
//! that is old, out of order, sent ten times or made up by somebody who knows the secret changes
//! nothing that the gateway does not say itself.

use frontdesk_model::audit::Action;

use crate::{
    Domain,
    actor::Actor,
    audit::{self, Entry},
    gateway::NoticeError,
    jobs,
    payments::{Error, ProcessPayment, sql},
};

/// Takes a notice, and has the gateway asked about the payment that it is about.
///
/// # Errors
/// [`Error::Notice`], which is written into the audit trail.
#[tracing::instrument(name = "payments.notice", skip_all)]
pub async fn gateway_event(
    domain: &Domain,
    actor: &Actor,
    signature: Option<&str>,
    body: &[u8],
) -> Result<(), Error> {
    let notice = match domain.gateway.read_notice(signature, body, domain.clock.now()) {
        Ok(notice) => notice,
        Err(NoticeError::NotExpected) => return Err(NoticeError::NotExpected.into()),
        Err(error) => {
            let mut tx = domain.begin(actor).await?;
            let entry = Entry::new(Action::NoticeRefused)
                .about(domain.gateway.name().to_owned())
                .because(&error.to_string());
            audit::append(&mut tx, &domain.clock, actor, entry).await?;
            tx.commit().await?;
            return Err(error.into());
        }
    };
    let Some(notice) = notice else { return Ok(()) };
    let Some(payment) = sql::by_id(&domain.db, notice.payment).await? else {
        // Of another system with the same account at the gateway.
        tracing::info!(payment = %notice.payment, kind = notice.kind, "a notice of a payment that is not ours");
        return Ok(());
    };
    let mut tx = domain.begin(actor).await?;
    let job = ProcessPayment::noticed(payment.id, notice.reference, &payment.reference).caused_by(actor);
    jobs::enqueue(&mut tx, &domain.clock, job).await?;
    Ok(tx.commit().await?)
}
