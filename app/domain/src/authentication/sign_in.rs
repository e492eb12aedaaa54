//! Signs a user in by e-mail address and password.

use frontdesk_model::{authentication::SignIn, email_lookup::Lookup, form::Form};

use crate::{
    Context,
    credentials::{Credentials, check_password},
    users,
};

/// Checks an e-mail address and a password. The caller starts the session with the returned credentials.
///
/// # Errors
/// As [`check_password()`], and the form's own faults.
#[tracing::instrument(name = "sessions.sign_in", skip_all)]
pub async fn sign_in(ctx: &Context, form: SignIn) -> Result<Credentials, users::Error> {
    form.check().map_err(users::Error::Invalid)?;
    check_password(ctx, &Lookup::of(&form.email), form.password).await
}
