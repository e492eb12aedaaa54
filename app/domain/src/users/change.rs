//! A change of one user, in progress.

use frontdesk_model::{
    Permission, UserId,
    audit::Action,
    user::{Status, User},
};

use super::{Error, sql};
use crate::{
    Domain,
    actor::Actor,
    advisory_lock,
    audit::{self, Entry},
    db, events,
};

/// A change of one user, in progress.
pub(crate) struct UserChange<'a> {
    pub(crate) domain: &'a Domain,
    pub(crate) actor: &'a Actor,
    pub(crate) tx: db::Tx,
    /// The user before the change.
    pub(crate) user: User,
}

impl<'a> UserChange<'a> {
    pub(crate) async fn begin(
        domain: &'a Domain,
        actor: &'a Actor,
        needs: Permission,
        id: UserId,
    ) -> Result<Self, Error> {
        actor.require(needs)?;
        let mut tx = domain.begin(actor).await?;
        let user = sql::by_id(&mut tx, id).await?.ok_or(Error::NoSuchUser)?;
        actor.require_rank_over(&user.roles)?;
        Ok(Self { domain, actor, tx, user })
    }

    /// Refuses changes with which actors would lock themselves out.
    pub(crate) fn not_oneself(&self, why: &'static str) -> Result<(), Error> {
        let oneself = self.actor.user() == Some(self.user.id);
        if oneself { Err(Error::WrongState(why)) } else { Ok(()) }
    }

    /// Takes the lock of changes of owners, and refuses if no other owner who can sign in would remain.
    /// The lock keeps the answer valid until the commit.
    pub(crate) async fn another_owner_stays(&mut self) -> Result<(), Error> {
        if !self.user.roles.has(frontdesk_model::Role::Owner) {
            return Ok(());
        }
        advisory_lock::acquire(&mut self.tx, "owners").await?;
        if sql::other_owners(&mut self.tx, self.user.id).await? == 0 { Err(Error::LastOwner) } else { Ok(()) }
    }

    /// Writes the user's new state, unless it has changed meanwhile, and the event, and commits. Returns
    /// the user after the change.
    pub(crate) async fn commit(mut self, after: sql::State<'_>, entry: audit::Entry) -> Result<User, Error> {
        if !sql::update_state(&mut self.tx, &self.user, after, self.domain.clock.now()).await? {
            return Err(Error::Changed(Vec::new()));
        }
        let entry = entry.on(self.user.id, &self.user.name);
        events::record(&mut self.tx, self.domain, self.actor, entry).await?;
        let user = sql::by_id(&mut self.tx, self.user.id).await?.ok_or(Error::NoSuchUser)?;
        self.tx.commit().await?;
        Ok(user)
    }

    pub(crate) fn status_must_be(&self, status: Status, otherwise: &'static str) -> Result<(), Error> {
        if self.user.status == status { Ok(()) } else { Err(Error::WrongState(otherwise)) }
    }
}

pub(super) fn status_entry(action: Action, before: Status, after: Status) -> Entry {
    Entry::new(action).changed("status", Some(before.as_str()), Some(after.as_str()))
}
