//! Creates the first owner.

use frontdesk_model::{Role, audit::Action, form::Form, invitations::SetUp};

use super::open::open;
use crate::{
    Context, advisory_lock,
    audit::Entry,
    credentials::Credentials,
    db::Tx,
    events,
    one_time_links::{Purpose, digest, sql as links},
    passwords,
    users::{Error, account, sql as users},
};

/// Creates the first owner.
///
/// # Errors
/// [`Error::LinkSpent`]; [`Error::Invalid`]; [`Error::EmailTaken`].
#[tracing::instrument(name = "invitations.set_up", skip_all)]
pub async fn set_up(ctx: &Context, form: SetUp) -> Result<Credentials, Error> {
    let mut tx = ctx.begin();
    let credentials = set_up_in(ctx, &mut tx, form).await?;
    tx.commit().await?;
    Ok(credentials)
}

/// As [`set_up()`], in the caller's transaction.
///
/// # Errors
/// As [`set_up()`].
pub async fn set_up_in(ctx: &Context, tx: &mut Tx, form: SetUp) -> Result<Credentials, Error> {
    open(ctx, Purpose::Setup, &form.token).await?;
    form.check().map_err(Error::Invalid)?;
    let (name, email) = account::parse(&form.name, &form.email)?;
    passwords::check_new(ctx, &form.password, &[&form.name, &form.email]).await.map_err(Error::Invalid)?;
    let hash = ctx.passwords.hash(form.password).await?;
    let at = ctx.clock.now();
    advisory_lock::acquire(tx, "owners").await?;
    let spent = links::spend_link(tx, digest(&form.token), Purpose::Setup, at).await?;
    if spent.is_none() || users::has_owner(&mut *tx).await? {
        return Err(Error::LinkSpent(Purpose::Setup));
    }
    let id = account::insert(ctx, tx, &name, &email, Some(hash)).await?;
    users::insert_role(tx, id, Role::Owner, at, None).await?;
    let entry = account::with_facts(Entry::new(Action::USER_CREATED), &name, &email)
        .changed("role", None, Some(Role::Owner.as_str()))
        .on(id, name.as_str());
    let user = users::by_id(&mut *tx, id).await?.ok_or(Error::LinkSpent(Purpose::Setup))?;
    events::record_change(ctx, tx, entry, None, &user).await?;
    Ok(Credentials { user: id, name: name.as_str().to_owned(), epoch: 0, rehash: None })
}
