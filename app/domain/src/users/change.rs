//! A change of one user, in progress.

use frontdesk_model::{
    Permission, UserId,
    audit::Action,
    users::{Status, User},
};

use super::{Error, sql};
use crate::{Context, advisory_lock, audit::Entry, db::Tx, events};

/// A change of one user, in the caller's transaction.
pub(crate) struct UserChange<'a> {
    pub(crate) ctx: &'a Context,
    pub(crate) tx: &'a mut Tx,
    /// The user before the change.
    pub(crate) user: User,
}

impl<'a> UserChange<'a> {
    /// Loads the user, for an actor who has the permission and the rank.
    pub(crate) async fn load(
        ctx: &'a Context,
        tx: &'a mut Tx,
        needs: Permission,
        id: UserId,
    ) -> Result<Self, Error> {
        ctx.actor.require(needs)?;
        let user = sql::by_id(&mut *tx, id).await?.ok_or(Error::NoSuchUser)?;
        ctx.actor.require_rank_over(id, &user.roles)?;
        ctx.require_version(user.version)?;
        Ok(Self { ctx, tx, user })
    }

    /// Refuses changes with which actors would lock themselves out.
    pub(crate) fn not_oneself(&self, why: &'static str) -> Result<(), Error> {
        let oneself = self.ctx.actor.user() == Some(self.user.id);
        if oneself { Err(Error::WrongState(why)) } else { Ok(()) }
    }

    /// Takes the lock of changes of owners, and refuses if no other owner who can sign in would remain.
    /// The lock keeps the answer valid until the commit.
    pub(crate) async fn another_owner_stays(&mut self) -> Result<(), Error> {
        if !self.user.roles.has(frontdesk_model::Role::Owner) {
            return Ok(());
        }
        advisory_lock::acquire(self.tx, "owners").await?;
        if sql::other_owners(self.tx, self.user.id).await? == 0 { Err(Error::LastOwner) } else { Ok(()) }
    }

    /// Writes the user's new state, unless it has changed meanwhile, and the event. Returns the user after
    /// the change.
    pub(crate) async fn write(self, after: sql::State<'_>, entry: Entry) -> Result<User, Error> {
        let Self { ctx, tx, user } = self;
        if !sql::update_state(tx, &user, after, ctx.clock.now()).await? {
            return Err(Error::Changed(Vec::new()));
        }
        let after = sql::by_id(&mut *tx, user.id).await?.ok_or(Error::NoSuchUser)?;
        events::record_change(ctx, tx, entry.on(user.id, &user.name), Some(&user), &after).await?;
        Ok(after)
    }

    pub(crate) fn status_must_be(&self, status: Status, otherwise: &'static str) -> Result<(), Error> {
        if self.user.status == status { Ok(()) } else { Err(Error::WrongState(otherwise)) }
    }
}

pub(super) fn status_entry(action: Action, before: Status, after: Status) -> Entry {
    Entry::new(action).changed("status", Some(before.as_str()), Some(after.as_str()))
}
