//! Removes a role.

use frontdesk_model::{Role, audit::Action, roles::ChangeRole, users::User};

use super::load;
use crate::{
    Context,
    audit::Entry,
    db::Tx,
    users::{
        Error,
        sql::{self, State},
    },
};

/// Removes a role from a user.
///
/// # Errors
/// As [`super::grant()`], and [`Error::LastOwner`].
#[tracing::instrument(name = "roles.revoke", skip_all)]
pub async fn revoke(ctx: &Context, form: ChangeRole) -> Result<User, Error> {
    let mut tx = ctx.begin();
    let user = revoke_in(ctx, &mut tx, form).await?;
    tx.commit().await?;
    Ok(user)
}

/// As [`revoke()`], in the caller's transaction.
///
/// # Errors
/// As [`revoke()`].
pub async fn revoke_in(ctx: &Context, tx: &mut Tx, form: ChangeRole) -> Result<User, Error> {
    let mut change = load(ctx, tx, form.id, form.role).await?;
    if form.role == Role::Owner {
        change.another_owner_stays().await?;
    }
    if !sql::delete_role(change.tx, form.id, form.role).await? {
        return Err(Error::WrongState("This user does not have that role."));
    }
    let entry = Entry::new(Action::ROLE_REVOKED).changed("role", Some(form.role.as_str()), None);
    change.write(State::Same, entry).await
}
