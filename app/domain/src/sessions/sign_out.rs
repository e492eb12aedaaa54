//! Ends the actor's own session.

use frontdesk_model::audit::Action;

use super::{Error, sql};
use crate::{Domain, actor::Actor, audit::Entry, events};

/// Ends the current session.
#[tracing::instrument(name = "sessions.sign_out", skip_all)]
pub async fn sign_out(domain: &Domain, actor: &Actor) -> Result<(), Error> {
    let Some(person) = actor.person() else { return Ok(()) };
    let mut tx = domain.begin(actor).await?;
    if !sql::delete(&mut tx, person.session).await? {
        // Signing out twice has the same effect as once.
        return Ok(());
    }
    let entry = Entry::new(Action::SessionEnded).on(person.id, &person.name);
    events::record(&mut tx, domain, actor, entry).await?;
    Ok(tx.commit().await?)
}
