//! Keeping somebody out, and letting them back in.

use frontdesk_model::{
    Permission,
    audit::Action,
    forms::{Form, OneUser, SuspendUser},
    user::{Status, User},
};

use super::{Change, Error, store::State};
use crate::{Domain, actor::Actor, audit::Entry};

/// Keeps somebody out, for a reason, and ends their sessions.
///
/// # Errors
/// [`Error::Denied`] without `users:suspend` or the rank; [`Error::LastOwner`];
/// [`Error::WrongState`] for oneself and for those who are not active.
#[tracing::instrument(name = "accounts.suspend", skip_all)]
pub async fn suspend(domain: &Domain, actor: &Actor, form: SuspendUser) -> Result<User, Error> {
    let mut change = Change::begin(domain, actor, Permission::UsersSuspend, form.id).await?;
    form.check().map_err(Error::Invalid)?;
    change.not_oneself("You cannot suspend yourself.")?;
    change.status_must_be(Status::Active, "Only an active user can be suspended.")?;
    change.another_owner_stays().await?;
    let entry = status_entry(Action::UserSuspended, Status::Active, Status::Suspended).because(&form.reason);
    change.commit(State::Suspended { reason: form.reason.trim() }, entry).await
}

/// # Errors
/// [`Error::Denied`] without `users:suspend` or the rank; [`Error::WrongState`] for those who are
/// not suspended.
#[tracing::instrument(name = "accounts.reinstate", skip_all)]
pub async fn reinstate(domain: &Domain, actor: &Actor, form: OneUser) -> Result<User, Error> {
    let change = Change::begin(domain, actor, Permission::UsersSuspend, form.id).await?;
    change.status_must_be(Status::Suspended, "Only a suspended user can be reinstated.")?;
    let entry = status_entry(Action::UserReinstated, Status::Suspended, Status::Active);
    change.commit(State::Active, entry).await
}

/// Puts somebody into the trash, with everything that is theirs, and ends their sessions.
///
/// # Errors
/// [`Error::Denied`] without `users:remove` or the rank; [`Error::LastOwner`];
/// [`Error::WrongState`] for oneself and for those who are removed already.
#[tracing::instrument(name = "accounts.remove", skip_all)]
pub async fn remove(domain: &Domain, actor: &Actor, form: OneUser) -> Result<User, Error> {
    let mut change = Change::begin(domain, actor, Permission::UsersRemove, form.id).await?;
    change.not_oneself("You cannot remove yourself.")?;
    if change.user.status == Status::Removed {
        return Err(Error::WrongState("This user is removed already."));
    }
    change.another_owner_stays().await?;
    let entry = status_entry(Action::UserRemoved, change.user.status, Status::Removed);
    change.commit(State::Removed, entry).await
}

/// Takes somebody out of the trash: their roles are as they were, and who was suspended still is.
///
/// # Errors
/// [`Error::Denied`] without `users:remove` or the rank; [`Error::WrongState`] for those who are
/// not removed.
#[tracing::instrument(name = "accounts.restore", skip_all)]
pub async fn restore(domain: &Domain, actor: &Actor, form: OneUser) -> Result<User, Error> {
    let change = Change::begin(domain, actor, Permission::UsersRemove, form.id).await?;
    change.status_must_be(Status::Removed, "Only a removed user can be restored.")?;
    let to = if change.user.suspended_reason.is_empty() { Status::Active } else { Status::Suspended };
    let entry = status_entry(Action::UserRestored, Status::Removed, to);
    change.commit(State::Restored, entry).await
}

fn status_entry(action: Action, before: Status, after: Status) -> Entry {
    Entry::new(action).changed("status", Some(before.as_str()), Some(after.as_str()))
}
