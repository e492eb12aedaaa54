//! Ends the actor's own session.

use frontdesk_model::audit::Action;

use super::{Error, sql};
use crate::{Context, actor::Denied, audit::Entry, db::Tx, events, users};

/// Ends the current session.
#[tracing::instrument(name = "sessions.sign_out", skip_all)]
pub async fn sign_out(ctx: &Context) -> Result<(), Error> {
    let mut tx = ctx.begin();
    sign_out_in(ctx, &mut tx).await?;
    Ok(tx.commit().await?)
}

/// As [`sign_out()`], in the caller's transaction.
///
/// # Errors
/// As [`sign_out()`].
pub async fn sign_out_in(ctx: &Context, tx: &mut Tx) -> Result<(), Error> {
    let Some(person) = ctx.actor.person() else { return Ok(()) };
    if !sql::delete(tx, person.session).await? {
        // Signing out twice has the same effect as once.
        return Ok(());
    }
    let entry = Entry::new(Action::SESSION_ENDED).on(person.id, &person.name);
    let user = users::sql::by_id(&mut *tx, person.id).await?.ok_or(Denied::NoAccount)?;
    events::record_change(ctx, tx, entry, Some(&user), &user).await?;
    Ok(())
}
