//! One-time links: the first owner's, and invitations to choose a password.
//!
//! The database holds only the hash of a link's token, so reading it does not let anyone follow one.

pub(crate) mod sql;

use frontdesk_model::{LinkId, Problem, Secret, UserId};
use sha2::{Digest, Sha256};

use crate::{
    Context, Domain, Feature, account_sources,
    db::{self, Tx},
    problem::internal_error,
};

/// This feature and its lists.
pub const FEATURE: Feature = Feature { statements, ..Feature::new("one_time_links") };

/// Lifetime of a setup link, in seconds: a day.
pub const SETUP_SECONDS: i64 = 24 * 3600;

/// Lifetime of an invitation, in seconds: a week.
pub const INVITE_SECONDS: i64 = 7 * 24 * 3600;

/// The purpose of a one-time link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Creates the first owner.
    Setup,
    /// Sets a password.
    Invite,
}

impl Purpose {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Invite => "invite",
        }
    }
}

pub(crate) async fn insert(
    domain: &Domain,
    tx: &mut Tx,
    purpose: Purpose,
    (user, by): (Option<UserId>, Option<UserId>),
) -> Result<Secret, Error> {
    let mut random = [0; 32];
    getrandom::fill(&mut random)?;
    let token = Secret::new(random.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    let at = domain.clock.now();
    let seconds = match purpose {
        Purpose::Setup => SETUP_SECONDS,
        Purpose::Invite => INVITE_SECONDS,
    };
    let id = LinkId(domain.clock.id_at(at));
    let expires_at = at.plus_seconds(seconds);
    sql::insert_link(tx, sql::NewLink { id, token_hash: digest(&token), purpose, user, by, at, expires_at })
        .await?;
    Ok(token)
}

/// Inserts a link to choose a password, made by the actor.
pub(crate) async fn insert_invite(ctx: &Context, tx: &mut Tx, user: UserId) -> Result<Secret, Error> {
    let by = account_sources::person_behind(tx, &ctx.actor).await?;
    insert(ctx, tx, Purpose::Invite, (Some(user), by)).await
}

pub(crate) fn digest(token: &Secret) -> Vec<u8> {
    Sha256::digest(token.expose().as_bytes()).to_vec()
}

/// A failure to create a one-time link.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the machine gives no randomness")]
    Randomness(#[from] getrandom::Error),
    #[error(transparent)]
    Database(#[from] db::Error),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Randomness(error) => internal_error(&error),
            Error::Database(error) => error.into(),
        }
    }
}

/// The statements of this feature.
fn statements() -> Vec<db::Sql> {
    sql::ALL.to_vec()
}
