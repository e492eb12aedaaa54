//! Starts a session.

use frontdesk_model::{SessionId, audit::Action};

use super::{Error, TokenHash, sql};
use crate::{
    Domain,
    actor::{Actor, Origin, Person, Who},
    audit::Entry,
    credentials::Credentials,
    events, users,
};

/// Starts a session: inserts the row and `login.success`, and stores the better hash if there is one, in
/// one transaction.
///
/// # Errors
/// [`Error::Shut`] if the user was suspended or removed, or got another password, since the proof.
#[tracing::instrument(name = "sessions.begin", skip_all)]
pub async fn begin(
    domain: &Domain,
    proof: &Credentials,
    token: TokenHash,
    origin: &Origin,
) -> Result<SessionId, Error> {
    let at = domain.clock.now();
    let id = SessionId(domain.clock.id_at(at));
    let mut tx = domain.db.write().await?;
    let new = sql::NewSession {
        id,
        token,
        user: proof.user,
        epoch: proof.epoch,
        origin,
        at,
        expires_at: at + domain.lifetime.absolute,
    };
    if !sql::insert(&mut tx, new).await? {
        return Err(Error::Shut);
    }
    if let Some(hash) = proof.rehash.clone() {
        users::sql::rehash(&mut tx, proof.user, hash).await?;
    }
    users::sql::seen(&mut tx, proof.user, at).await?;
    let person = Person {
        id: proof.user,
        session: id,
        epoch: proof.epoch,
        name: proof.name.clone(),
        email: String::new(),
        roles: frontdesk_model::Roles::default(),
        joined_at: at,
    };
    let actor = Actor { who: Who::Person(person), origin: origin.clone() };
    let entry = Entry::new(Action::LoginSuccess).on(proof.user, &proof.name);
    events::record(&mut tx, domain, &actor, entry).await?;
    tx.commit().await?;
    Ok(id)
}
