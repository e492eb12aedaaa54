//! Suspends a user and ends their sessions.

use frontdesk_model::{
    Permission,
    audit::Action,
    forms::{Form, SuspendUser},
    user::{Status, User},
};

use super::{Error, UserChange, change::status_entry, sql::State};
use crate::{Domain, actor::Actor};

/// Suspends a user, for a reason, and ends their sessions.
///
/// # Errors
/// [`Error::Denied`] without `users:suspend` or the rank; [`Error::LastOwner`]; [`Error::WrongState`] for
/// oneself and unless active.
#[tracing::instrument(name = "users.suspend", skip_all)]
pub async fn suspend(domain: &Domain, actor: &Actor, form: SuspendUser) -> Result<User, Error> {
    let mut change = UserChange::begin(domain, actor, Permission::UsersSuspend, form.id).await?;
    form.check().map_err(Error::Invalid)?;
    change.not_oneself("You cannot suspend yourself.")?;
    change.status_must_be(Status::Active, "Only an active user can be suspended.")?;
    change.another_owner_stays().await?;
    let entry = status_entry(Action::UserSuspended, Status::Active, Status::Suspended).because(&form.reason);
    change.commit(State::Suspended { reason: form.reason.trim() }, entry).await
}
