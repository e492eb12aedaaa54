//! One attempt to prove a password: throttled, and audited if it fails.

use frontdesk_model::{Secret, UserId, audit::Action};

use crate::{
    Context, Domain, audit,
    passwords::Verdict,
    refusals,
    users::{Error, sql::CredentialsRow},
};

/// Result of an attempt at a user's password.
pub(super) struct Tried<T> {
    pub(super) came_to: T,
    /// The attempt failed, and it is the one after which further attempts are delayed.
    pub(super) held_back: bool,
}

/// Verifies a password unless the address is throttled; a throttled attempt costs no hash.
///
/// # Errors
/// [`Error::Throttled`]; those of the verification, which does not count as a failure then.
pub(super) async fn try_password<T>(
    domain: &Domain,
    email_key: &str,
    compare: impl Future<Output = Result<T, Error>>,
) -> Result<Tried<T>, Error> {
    let begun = domain.sign_in_attempts.begin(email_key, domain.clock.now());
    let held_back = begun.map_err(|wait| Error::Throttled { wait })?;
    let came_to = compare.await.inspect_err(|_| domain.sign_in_attempts.take_back(email_key))?;
    Ok(Tried { came_to, held_back })
}

/// Clears the failures of an address after a success. Of an address that two accounts share, it only takes
/// this attempt back: otherwise the owner of one account could guess at the password of the other.
pub(super) fn succeeded(domain: &Domain, known: &CredentialsRow, email_key: &str) {
    if known.shares_address {
        domain.sign_in_attempts.take_back(email_key);
    } else {
        domain.sign_in_attempts.succeeded(email_key);
    }
}

/// Compares a password with the stored hash of a user, or with none. Logs an error for a stored hash that
/// cannot be computed; such a user needs a link to choose another password.
pub(super) async fn compare(
    domain: &Domain,
    known: Option<&CredentialsRow>,
    password: Secret,
) -> Result<Verdict, Error> {
    let stored = known.and_then(|known| known.password_hash.clone());
    let verdict = domain.passwords.verify(password, stored).await?;
    if let (Some(known), Verdict::Unusable(reason)) = (known, verdict) {
        tracing::error!(user = %known.id, %reason, "the stored password hash cannot be used");
    }
    Ok(verdict)
}

/// Records the failure, and the start of throttling if this failure causes it. An unknown address is not
/// recorded: it may be a password in the wrong field.
pub(super) async fn write_down(
    ctx: &Context,
    held_back: bool,
    known: Option<&CredentialsRow>,
    failed: audit::Entry,
) -> Result<(), Error> {
    let about = |entry: audit::Entry| match known {
        Some(known) => entry.on(UserId(known.id), &known.name),
        None => entry,
    };
    // Not under the request's idempotency key: the key of a failed request stays unused.
    let mut tx = ctx.db.write();
    refusals::record(ctx, &mut tx, about(failed)).await?;
    if held_back {
        let throttled = audit::Entry::new(Action::LOGIN_THROTTLED);
        refusals::record(ctx, &mut tx, about(throttled)).await?;
    }
    Ok(tx.commit().await?)
}
