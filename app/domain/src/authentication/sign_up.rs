//! Creates an account for its owner.

use frontdesk_model::{audit::Action, authentication::SignUp, form::Form};

use crate::{
    Context,
    credentials::Credentials,
    db::Tx,
    passwords,
    users::{Error, account},
};

/// Creates an account for an anonymous visitor. The caller signs them in.
///
/// # Errors
/// [`Error::Invalid`] with the fault of each field; [`Error::EmailTaken`]; [`Error::Password`] under a
/// flood.
#[tracing::instrument(name = "authentication.sign_up", skip_all)]
pub async fn sign_up(ctx: &Context, form: SignUp) -> Result<Credentials, Error> {
    let mut tx = ctx.begin();
    let credentials = sign_up_in(ctx, &mut tx, form).await?;
    tx.commit().await?;
    Ok(credentials)
}

/// As [`sign_up()`], in the caller's transaction.
///
/// # Errors
/// As [`sign_up()`].
pub async fn sign_up_in(ctx: &Context, tx: &mut Tx, form: SignUp) -> Result<Credentials, Error> {
    form.check().map_err(Error::Invalid)?;
    let (name, email) = account::parse(&form.name, &form.email)?;
    passwords::check_new(ctx, &form.password, &[&form.name, &form.email]).await.map_err(Error::Invalid)?;
    // Hashed before the address is looked up, so that a taken address takes as much time as a free one,
    // and before the first statement, so that the hash does not block other writers.
    let hash = ctx.passwords.hash(form.password).await?;
    let id = account::create(ctx, tx, Action::USER_SIGNED_UP, (&name, &email), Some(hash)).await?;
    Ok(Credentials { user: id, name: name.as_str().to_owned(), epoch: 0, rehash: None })
}
