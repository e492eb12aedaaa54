//! Changes the name and the e-mail address of a user.

use frontdesk_model::{
    Email, Fault, Permission, PersonName,
    audit::Action,
    form::Form,
    users::{Status, UpdateUser, User},
};

use super::{Error, UserChange, account, sql};
use crate::{Context, audit, db::Tx, events};

/// Result of an edit.
#[derive(Clone, Debug)]
pub struct Updated {
    /// The user after the edit.
    pub user: User,
    /// False if nothing was different.
    pub changed: bool,
}

/// Changes the name and e-mail address that the form contains.
///
/// # Errors
/// [`Error::Denied`] without `users:update` or the rank; [`Error::Changed`] with the differing fields if
/// the user was edited meanwhile; [`Error::Invalid`]; [`Error::EmailTaken`].
#[tracing::instrument(name = "users.update", skip_all)]
pub async fn update(ctx: &Context, form: UpdateUser) -> Result<Updated, Error> {
    let mut tx = ctx.begin();
    let updated = update_in(ctx, &mut tx, form).await?;
    tx.commit().await?;
    Ok(updated)
}

/// As [`update()`], in the caller's transaction.
///
/// # Errors
/// As [`update()`].
pub async fn update_in(ctx: &Context, tx: &mut Tx, form: UpdateUser) -> Result<Updated, Error> {
    let UserChange { tx, user, .. } = UserChange::load(ctx, tx, Permission::USERS_UPDATE, form.id).await?;
    // Only what is different is checked: what an earlier version stored may break a rule of today.
    let form = UpdateUser {
        name: form.name.filter(|name| *name != user.name),
        email: form.email.filter(|email| *email != user.email),
        ..form
    };
    form.check().map_err(Error::Invalid)?;
    let name = form.name.as_deref().map(account::parse_name).transpose()?;
    let email = form.email.as_deref().map(account::parse_email).transpose()?;
    let name = name.filter(|name| name.as_str() != user.name);
    let email = email.filter(|email| email.as_str() != user.email);
    if user.status == Status::Removed {
        return Err(Error::WrongState("This user is removed. Restore them first."));
    }
    if name.is_none() && email.is_none() {
        return Ok(Updated { user, changed: false });
    }
    if !form.version.has(user.version) {
        return Err(Error::Changed(differences(&user, name.as_ref(), email.as_ref())));
    }
    if let Some(email) = &email {
        let taken = sql::id_by_key(tx, email.key()).await?;
        if taken.is_some_and(|holder| holder != user.id) {
            return Err(Error::EmailTaken);
        }
    }
    let at = ctx.clock.now();
    let written = sql::update(tx, &user, (name.as_ref(), email.as_ref()), at).await;
    // The unique indexes decide between two concurrent requests for the same address.
    if !written.map_err(|error| if error.is_conflict() { Error::EmailTaken } else { error.into() })? {
        return Err(Error::Changed(Vec::new()));
    }
    let entry = audit::Entry::new(Action::USER_UPDATED)
        .on(form.id, name.as_ref().map_or(&*user.name, PersonName::as_str));
    let entry = match &name {
        Some(name) => entry.changed("name", Some(&user.name), Some(name.as_str())),
        None => entry,
    };
    let entry = match &email {
        Some(email) => entry.changed("email", Some(&user.email), Some(email.as_str())),
        None => entry,
    };
    let after = sql::by_id(&mut *tx, form.id).await?.ok_or(Error::NoSuchUser)?;
    events::record_change(ctx, tx, entry, Some(&user), &after).await?;
    Ok(Updated { user: after, changed: true })
}

/// Current values that differ from the submitted ones.
fn differences(now: &User, name: Option<&PersonName>, email: Option<&Email>) -> Vec<Fault> {
    [name.map(|_| ("name", &now.name)), email.map(|_| ("email", &now.email))]
        .into_iter()
        .flatten()
        .map(|(field, now)| Fault {
            field: field.to_owned(),
            code: "changed".to_owned(),
            message: format!("It is “{now}” now"),
        })
        .collect()
}
