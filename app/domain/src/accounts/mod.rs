//! People and what they may do.
//!
//! A change of somebody goes one way: `Change::begin` asks for the permission, opens the unit of
//! work, reads the person as they are now and compares ranks; the use case applies its rule and
//! says what it did; `Change::commit` writes the person and the audit event together.

mod access;
mod credentials;
mod links;
mod list;
mod password;
mod people;
mod roles;
mod seed;
mod store;

use frontdesk_model::{
    Code, Fault, Permission, Problem, UserId,
    page::ForeignCursor,
    user::{Status, User},
};

pub use access::{reinstate, remove, restore, suspend};
pub use credentials::{Credentials, check_password};
pub use links::{
    FirstLink, INVITE_SECONDS, OpenLink, accept_invite, first_link, invite, open_link, set_up, setup_link,
};
pub use list::{UserList, list, list_statements};
pub use password::change_password;
pub use people::{Overview, Updated, by_email, create, get, overview, register, update};
pub use roles::{grant, revoke};
pub(crate) use seed::Random;
pub use seed::{Seeded, Seeding, seed};
pub use store::Purpose;
pub(crate) use store::{by_id, rehash, roles, roles_column, seen, take_turn};

use crate::{
    Domain,
    actor::{Actor, Denied},
    audit, db, events, passwords,
    problem::surprise,
};

/// Why a change of somebody, or a look at them, did not happen.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error(transparent)]
    Invalid(Problem),
    #[error("the e-mail address or the password is wrong")]
    WrongCredentials,
    #[error("the current password is wrong")]
    WrongPassword,
    #[error("too many failed sign-ins; {wait} seconds to wait")]
    Throttled { wait: i64 },
    #[error("the e-mail address is taken")]
    EmailTaken,
    #[error("there is no such user")]
    NoSuchUser,
    #[error("the last owner must stay one")]
    LastOwner,
    #[error("somebody else changed the user meanwhile")]
    Changed(Vec<Fault>),
    #[error("not in this state: {0}")]
    WrongState(&'static str),
    #[error("the link is used or expired")]
    LinkSpent(Purpose),
    #[error(transparent)]
    ForeignCursor(#[from] ForeignCursor),
    #[error(transparent)]
    Password(#[from] passwords::Error),
    #[error("the machine gives no randomness")]
    Randomness(#[from] getrandom::Error),
    #[error(transparent)]
    Events(#[from] events::Error),
    #[error(transparent)]
    Database(#[from] db::Error),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Denied(denied) => denied.into(),
            Error::Invalid(problem) => problem,
            Error::WrongCredentials => Self::new(Code::InvalidCredentials).fault(
                "email",
                "wrong",
                "The e-mail address or the password is not right. Check both and try again",
            ),
            Error::WrongPassword => Self::new(Code::ValidationError).fault(
                "current",
                "wrong",
                "This is not the password that you have now. Check it and try again",
            ),
            Error::Throttled { wait } => Self::new(Code::TooManyRequests)
                .detail("There were too many failed tries for this account. Wait a little and try again.")
                .retry_after(u64::try_from(wait).unwrap_or(1)),
            Error::EmailTaken => Self::new(Code::EmailExists).fault(
                "email",
                "taken",
                "There is an account with this e-mail address already",
            ),
            Error::NoSuchUser => Self::new(Code::NotFound),
            Error::LastOwner => Self::new(Code::LastOwner)
                .detail("This is the last owner. Make somebody else an owner first."),
            Error::Changed(faults) => Self {
                details: faults,
                ..Self::new(Code::EditConflict)
                    .detail("Look at what is there now, then save again if you still want your version.")
            },
            Error::WrongState(why) => Self::new(Code::WrongState).detail(why),
            Error::LinkSpent(Purpose::Invite) => Self::new(Code::LinkSpent)
                .detail("It works once, for a week, and until there is a newer one. Ask for a new one."),
            Error::LinkSpent(Purpose::Setup) => Self::new(Code::LinkSpent).detail(
                "It works once, for a day, and until there is a newer one. As long as there is no owner, whoever \
                 runs this server gets a new one with the command “frontdesk admin setup-link”.",
            ),
            Error::ForeignCursor(foreign) => foreign.into(),
            Error::Password(passwords::Error::Busy) => Self::new(Code::Busy).retry_after(1),
            Error::Password(error) => surprise(&error),
            Error::Randomness(error) => surprise(&error),
            Error::Events(error) => error.into(),
            Error::Database(error) => error.into(),
        }
    }
}

/// A change of one person, under way.
struct Change<'a> {
    domain: &'a Domain,
    actor: &'a Actor,
    tx: db::Tx,
    /// As they are before the change.
    user: User,
}

impl<'a> Change<'a> {
    async fn begin(
        domain: &'a Domain,
        actor: &'a Actor,
        needs: Permission,
        id: UserId,
    ) -> Result<Self, Error> {
        actor.require(needs)?;
        let mut tx = domain.begin(actor).await?;
        let user = store::by_id(&mut tx, id).await?.ok_or(Error::NoSuchUser)?;
        actor.require_rank_over(&user.roles)?;
        Ok(Self { domain, actor, tx, user })
    }

    /// For what would be a way to lock oneself out.
    fn not_oneself(&self, why: &'static str) -> Result<(), Error> {
        let oneself = self.actor.user() == Some(self.user.id);
        if oneself { Err(Error::WrongState(why)) } else { Ok(()) }
    }

    /// Takes the turn of those who change owners, and refuses if no other owner would be left who
    /// can sign in. Taking turns is what makes the answer true until the commit.
    async fn another_owner_stays(&mut self) -> Result<(), Error> {
        if !self.user.roles.has(frontdesk_model::Role::Owner) {
            return Ok(());
        }
        store::take_turn(&mut self.tx, "owners").await?;
        if store::other_owners(&mut self.tx, self.user.id).await? == 0 {
            Err(Error::LastOwner)
        } else {
            Ok(())
        }
    }

    /// Writes the person's new state, if nobody was faster, and the event, and commits. Returns them as
    /// they are then.
    async fn commit(mut self, after: store::State<'_>, entry: audit::Entry) -> Result<User, Error> {
        if !store::update_state(&mut self.tx, &self.user, after, self.domain.clock.now()).await? {
            return Err(Error::Changed(Vec::new()));
        }
        let entry = entry.on(self.user.id, &self.user.name);
        events::record(&mut self.tx, self.domain, self.actor, entry).await?;
        let user = store::by_id(&mut self.tx, self.user.id).await?.ok_or(Error::NoSuchUser)?;
        self.tx.commit().await?;
        Ok(user)
    }

    fn status_must_be(&self, status: Status, otherwise: &'static str) -> Result<(), Error> {
        if self.user.status == status { Ok(()) } else { Err(Error::WrongState(otherwise)) }
    }
}

/// Every statement of this room.
pub fn statements() -> Vec<db::Sql> {
    store::ALL.iter().copied().chain(list_statements()).chain(seed::statements()).collect()
}
