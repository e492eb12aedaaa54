//! Sources of accounts, so that one person with two accounts cannot make a decision that needs two persons.
//!
//! A person is a source of an account if they created it, made the link through which its password was
//! chosen, or gave it a role. The actions of a service token count as those of the person who created the
//! token.

mod independence;
mod sql;

use frontdesk_model::UserId;

use crate::{
    Context, Feature,
    db::{self, Sql, Tx},
};

pub(crate) use independence::are_two_persons;
pub(crate) use sql::{choose_oneself, person_behind};

/// This feature.
pub const FEATURE: Feature =
    Feature { statements: || Vec::<Sql>::from(sql::ALL), ..Feature::new("account_sources") };

/// How a person became a source of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Created,
    /// The password was chosen through their link.
    Password,
    Role,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Password => "password",
            Self::Role => "role",
        }
    }
}

/// Records the actor as a source of this account. The command line is never a source.
pub(crate) async fn record(ctx: &Context, tx: &mut Tx, account: UserId, kind: Kind) -> Result<(), db::Error> {
    let source = person_behind(tx, &ctx.actor).await?;
    record_person(ctx, tx, account, source, kind).await
}

/// As [`record()`], for a person other than the actor.
pub(crate) async fn record_person(
    ctx: &Context,
    tx: &mut Tx,
    account: UserId,
    source: Option<UserId>,
    kind: Kind,
) -> Result<(), db::Error> {
    match source.filter(|source| *source != account) {
        Some(source) => sql::insert(tx, account, source, kind, ctx.clock.now()).await,
        None => Ok(()),
    }
}
