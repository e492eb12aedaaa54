//! Checks an e-mail address and a password.

use frontdesk_model::{Secret, UserId, audit::Action, email_lookup::Lookup, users::Status};

use super::{
    Credentials,
    attempt::{Tried, compare, succeeded, try_password, write_down},
};
use crate::{
    Context, audit,
    passwords::Verdict,
    users::{Error, account, sql},
};

/// Checks a password. An unknown address gets the same answer after the same work: the same queries, the
/// same hash through the same queue, the same insert into the audit trail.
///
/// # Errors
/// [`Error::Invalid`] for an address that no account can have; [`Error::WrongCredentials`];
/// [`Error::Throttled`] after many failures; [`Error::Password`] under a flood; [`Error::WrongState`] for a
/// suspended account, after its correct password only.
#[tracing::instrument(name = "credentials.check_password", skip_all)]
pub async fn check_password(ctx: &Context, email: &Lookup, password: Secret) -> Result<Credentials, Error> {
    let key = email.seen();
    let comparison = async {
        ctx.passwords.expect_room().await?;
        let known = sql::credentials(&ctx.db, email).await?;
        if let (None, Some(fault)) = (&known, email.fault()) {
            return Err(account::invalid("email", fault));
        }
        let verdict = compare(ctx, known.as_ref(), password.clone()).await?;
        Ok((known, verdict))
    };
    let Tried { came_to: (known, verdict), held_back } = try_password(ctx, key, comparison).await?;
    let known = match known {
        Some(known) if verdict.is_match() && known.status == Status::Active.as_str() => known,
        known => {
            let suspended = verdict.is_match()
                && known.as_ref().is_some_and(|known| known.status == Status::Suspended.as_str());
            let failed = audit::Entry::new(Action::LOGIN_FAILED);
            let failed = if suspended { failed.because("suspended") } else { failed };
            write_down(ctx, held_back, known.as_ref(), failed).await?;
            return Err(if suspended {
                Error::WrongState("This account is suspended. Get in touch with us to have it looked at.")
            } else {
                Error::WrongCredentials
            });
        }
    };
    succeeded(ctx, &known, key);
    let rehash = if verdict == (Verdict::Match { outdated: true }) {
        // The sign-in succeeds even if there is no time to hash the password again now.
        ctx.passwords.hash(password).await.ok()
    } else {
        None
    };
    Ok(Credentials { user: UserId(known.id), name: known.name, epoch: known.session_epoch, rehash })
}
