//! Reinstates a suspended user.

use frontdesk_model::{
    Permission,
    audit::Action,
    forms::OneUser,
    user::{Status, User},
};

use super::{Error, UserChange, change::status_entry, sql::State};
use crate::{Domain, actor::Actor};

/// Reinstates a suspended user.
///
/// # Errors
/// [`Error::Denied`] without `users:suspend` or the rank; [`Error::WrongState`] unless suspended.
#[tracing::instrument(name = "users.reinstate", skip_all)]
pub async fn reinstate(domain: &Domain, actor: &Actor, form: OneUser) -> Result<User, Error> {
    let change = UserChange::begin(domain, actor, Permission::UsersSuspend, form.id).await?;
    change.status_must_be(Status::Suspended, "Only a suspended user can be reinstated.")?;
    let entry = status_entry(Action::UserReinstated, Status::Suspended, Status::Active);
    change.commit(State::Active, entry).await
}
