//! Asks a signed-in person for their password again.

use frontdesk_model::{Secret, audit::Action};

use super::attempt::{compare, succeeded, try_password, write_down};
use crate::{
    Context,
    actor::{Denied, Person},
    audit::Entry,
    users::{
        Error,
        sql::{self, CredentialsRow},
    },
};

/// Compares the person's password. A wrong one counts as a failed sign-in, so that a stolen session cannot be
/// used to guess it, and is recorded as `failed`.
///
/// # Errors
/// [`Error::Denied`] if the session has ended; [`Error::WrongPassword`];
/// [`Error::Throttled`] after many failures; [`Error::Password`] under a flood.
pub(crate) async fn confirm(
    ctx: &Context,
    person: &Person,
    password: Secret,
    failed: Action,
) -> Result<CredentialsRow, Error> {
    let known = sql::credentials_by_id(&ctx.db, person.id).await?;
    // A session that has ended may not test passwords: it may be from before the last change.
    let known = known.filter(|known| known.session_epoch == person.epoch).ok_or(Denied::Anonymous)?;
    let comparison = async {
        ctx.passwords.expect_room().await?;
        compare(ctx, Some(&known), password).await
    };
    let tried = try_password(ctx, known.attempts_key(), comparison).await?;
    if !tried.came_to.is_match() {
        write_down(ctx, tried.held_back, Some(&known), Entry::new(failed)).await?;
        return Err(Error::WrongPassword);
    }
    succeeded(ctx, &known, known.attempts_key());
    Ok(known)
}
