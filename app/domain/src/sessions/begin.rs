//! Starts a session.

use frontdesk_model::{SessionId, audit::Action};

use super::{Error, TokenHash, sql};
use crate::{
    Context,
    actor::{Actor, Person, Who},
    audit::Entry,
    credentials::Credentials,
    db::Tx,
    events, users,
};

/// Starts a session: inserts the row and `login.success`, and stores the better hash if there is one, in
/// one transaction.
///
/// # Errors
/// [`Error::Shut`] if the user was suspended or removed, or got another password, since the proof.
#[tracing::instrument(name = "sessions.begin", skip_all)]
pub async fn begin(ctx: &Context, proof: &Credentials, token: TokenHash) -> Result<SessionId, Error> {
    let mut tx = ctx.begin();
    let id = begin_in(ctx, &mut tx, proof, token).await?;
    tx.commit().await?;
    Ok(id)
}

/// As [`begin()`], in the caller's transaction.
///
/// # Errors
/// As [`begin()`].
pub async fn begin_in(
    ctx: &Context,
    tx: &mut Tx,
    proof: &Credentials,
    token: TokenHash,
) -> Result<SessionId, Error> {
    let at = ctx.clock.now();
    let id = SessionId(ctx.clock.id_at(at));
    let new = sql::NewSession {
        id,
        token,
        user: proof.user,
        epoch: proof.epoch,
        origin: &ctx.actor.origin,
        at,
        expires_at: at + ctx.lifetime.absolute,
    };
    if !sql::insert(tx, new).await? {
        return Err(Error::Shut);
    }
    if let Some(hash) = proof.rehash.clone() {
        users::sql::rehash(tx, proof.user, hash).await?;
    }
    users::sql::seen(tx, proof.user, at).await?;
    let person = Person {
        id: proof.user,
        session: id,
        epoch: proof.epoch,
        name: proof.name.clone(),
        email: String::new(),
        roles: frontdesk_model::Roles::default(),
        joined_at: at,
    };
    // The event is the person's own.
    let person = ctx.with_actor(Actor { who: Who::Person(person), origin: ctx.actor.origin.clone() });
    let entry = Entry::new(Action::LOGIN_SUCCESS).on(proof.user, &proof.name);
    events::record(&person, tx, entry).await?;
    Ok(id)
}
