//! Signed-in devices.
//!
//! A session is a row, found by the hash of what is in the cookie. It is over when it was signed
//! out, idle or old for too long, or when the person's epoch has moved on: suspending or removing
//! somebody ends all their sessions by that one number, in the same transaction.

mod devices;
mod presence;
mod store;
mod sweep;

use std::time::Duration;

pub use devices::{end, end_others, list, list_mine, sign_out};
use frontdesk_model::{
    Code, Problem, SessionId, Timestamp,
    audit::Action,
    forms::{Form, SignIn},
    page::ForeignCursor,
};
pub use presence::Presence;
use sha2::{Digest, Sha256};
pub use sweep::SweepSessions;

use crate::{
    Domain,
    accounts::{self, Credentials},
    actor::{Actor, Denied, Origin, Person, Who},
    audit::Entry,
    db::{self, Sql},
    events,
    problem::surprise,
};

/// How long a session lasts.
#[derive(Clone, Copy, Debug)]
pub struct Lifetime {
    /// Without a request.
    pub idle: Duration,
    /// From sign-in, whatever happens.
    pub absolute: Duration,
}

impl Default for Lifetime {
    /// A week without a request, 30 days in all: the most that SP 800-63B allows for one factor.
    fn default() -> Self {
        Self { idle: Duration::from_secs(7 * 24 * 3600), absolute: Duration::from_secs(30 * 24 * 3600) }
    }
}

/// What is in the cookie, hashed. The database never sees the other.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    pub fn of(token: &[u8]) -> Self {
        Self(Sha256::digest(token).into())
    }
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("the account can no longer sign in")]
    Shut,
    #[error("there is no such session")]
    NoSuchSession,
    #[error(transparent)]
    ForeignCursor(#[from] ForeignCursor),
    #[error(transparent)]
    Events(#[from] events::Error),
    #[error(transparent)]
    Database(#[from] db::Error),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Denied(denied) => denied.into(),
            Error::Shut => surprise(&error),
            Error::NoSuchSession => Self::new(Code::NotFound),
            Error::ForeignCursor(foreign) => foreign.into(),
            Error::Events(error) => error.into(),
            Error::Database(error) => error.into(),
        }
    }
}

/// Checks an e-mail address and a password. The caller begins the session with what this returns.
///
/// # Errors
/// As [`accounts::check_password`], and the form's own faults.
#[tracing::instrument(name = "sessions.sign_in", skip_all)]
pub async fn sign_in(domain: &Domain, actor: &Actor, form: SignIn) -> Result<Credentials, accounts::Error> {
    form.check().map_err(accounts::Error::Invalid)?;
    let email = frontdesk_model::Email::parse(&form.email).map_err(|_| accounts::Error::WrongCredentials)?;
    accounts::check_password(domain, actor, &email, form.password).await
}

/// Begins a session: the row, `login.success`, the better hash if there is one, all at once.
///
/// # Errors
/// [`Error::Shut`] if they were suspended or removed, or got another password, between proof and now.
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
    let new = store::NewSession {
        id,
        token,
        user: proof.user,
        epoch: proof.epoch,
        origin,
        at,
        expires_at: at + domain.lifetime.absolute,
    };
    if !store::insert(&mut tx, new).await? {
        return Err(Error::Shut);
    }
    if let Some(hash) = proof.rehash.clone() {
        accounts::rehash(&mut tx, proof.user, hash).await?;
    }
    accounts::seen(&mut tx, proof.user, at).await?;
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

/// Whose session this is, with their roles as they are now; `None` if it is over.
#[tracing::instrument(name = "sessions.load", skip_all)]
pub async fn load(domain: &Domain, token: TokenHash) -> Result<Option<Person>, Error> {
    let now = domain.clock.now();
    let found = store::by_token(&domain.db, token, now, idle_since(domain, now)).await?;
    Ok(found.map(|(person, last_seen)| {
        domain.presence.seen(&person, last_seen, now);
        person
    }))
}

/// Deletes a session by what is in its cookie, without a word: it was ended already, or belongs to
/// a sign-in that replaces it.
pub async fn forget(domain: &Domain, token: TokenHash) -> Result<(), Error> {
    // Mostly there is nothing left, and to see that costs no write.
    if !store::exists(&domain.db, token).await? {
        return Ok(());
    }
    let mut tx = domain.db.write().await?;
    store::delete_by_token(&mut tx, token).await?;
    Ok(tx.commit().await?)
}

/// Every statement of this room.
pub fn statements() -> Vec<Sql> {
    store::ALL.to_vec()
}

/// Who was not seen after this moment has been idle for too long.
fn idle_since(domain: &Domain, now: Timestamp) -> Timestamp {
    now - domain.lifetime.idle
}
