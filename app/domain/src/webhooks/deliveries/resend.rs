//! Sends a delivery again.

use frontdesk_model::{Permission, audit::Action, webhooks::OneDelivery};

use super::{again, must_be_on, sql};
use crate::{
    Context,
    audit::{self, Entry},
    db::Tx,
    webhooks::{Error, endpoints},
};

/// Sends a delivery again, at once and then by the whole schedule: one that failed permanently, one that
/// waits for its next attempt, or one that succeeded and was lost at the receiver. Its id stays the same.
///
/// # Errors
/// [`Error::Denied`] without `webhooks:manage`; [`Error::NoSuchDelivery`]; [`Error::WrongState`] if it is
/// in progress, or its webhook is disabled.
#[tracing::instrument(name = "webhooks.resend", skip_all)]
pub async fn resend(ctx: &Context, form: OneDelivery) -> Result<(), Error> {
    let mut tx = ctx.begin();
    resend_in(ctx, &mut tx, form).await?;
    Ok(tx.commit().await?)
}

/// As [`resend()`], in the caller's transaction.
///
/// # Errors
/// As [`resend()`].
pub async fn resend_in(ctx: &Context, tx: &mut Tx, form: OneDelivery) -> Result<(), Error> {
    ctx.actor.require(Permission::WEBHOOKS_MANAGE)?;
    let now = ctx.clock.now();
    let (delivery, (_, turn)) = sql::delivery(&mut *tx, form.id).await?.ok_or(Error::NoSuchDelivery)?;
    let webhook =
        endpoints::sql::by_id(&mut *tx, delivery.webhook, now).await?.ok_or(Error::NoSuchDelivery)?;
    must_be_on(&webhook)?;
    if delivery.next_attempt_at.is_some_and(|at| at <= now) {
        return Err(Error::WrongState("It is on its way already."));
    }
    let restartable = sql::Restartable { id: form.id, turn, kind: delivery.kind.clone() };
    if !again::restart(ctx, tx, webhook.id, &restartable).await? {
        return Err(Error::WrongState("It has just changed. Look at it again."));
    }
    let entry = Entry::new(Action::WEBHOOK_RESENT).on(webhook.id, webhook.label()).changed(
        "event",
        None,
        Some(&format!("{} {}", delivery.kind, delivery.event)),
    );
    audit::append(ctx, tx, entry).await?;
    Ok(())
}
