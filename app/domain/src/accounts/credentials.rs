//! Whether an e-mail address and a password belong together.

use frontdesk_model::{Email, Secret, UserId, audit::Action, user::Status};
use serde::{Deserialize, Serialize};

use super::{
    Error,
    store::{self, CredentialsRow},
};
use crate::{Domain, actor::Actor, audit, events};

/// Proof that somebody is who they say; `sessions::begin` takes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    pub user: UserId,
    pub name: String,
    /// Which sessions were not over when it was proved. What ends sessions meanwhile, such as a new
    /// password, also ends this.
    pub epoch: i64,
    /// The password's hash with today's parameters, if the stored one has others.
    pub rehash: Option<String>,
}

/// Checks a password. An unknown address gets the same answer after the same work: the same
/// queries, the same hash through the same queue, the same write to the audit trail.
///
/// # Errors
/// [`Error::WrongCredentials`]; [`Error::Throttled`] after many failures; [`Error::Password`] under
/// a flood; [`Error::WrongState`] for the suspended, told only to who knows the password.
#[tracing::instrument(name = "accounts.check_password", skip_all)]
pub async fn check_password(
    domain: &Domain,
    actor: &Actor,
    email: &Email,
    password: Secret,
) -> Result<Credentials, Error> {
    let key = email.key();
    let compare = async {
        domain.passwords.expect_room().await?;
        let known = store::credentials(&domain.db, &key).await?;
        let stored = known.as_ref().and_then(|known| known.password_hash.clone());
        let verdict = domain.passwords.verify(password.clone(), stored).await?;
        Ok((known, verdict))
    };
    let Tried { came_to: (known, verdict), held_back } = try_password(domain, &key, compare).await?;
    let known = match known {
        Some(known) if verdict.matches && known.status == Status::Active.as_str() => known,
        known => {
            let suspended = verdict.matches
                && known.as_ref().is_some_and(|known| known.status == Status::Suspended.as_str());
            let failed = audit::Entry::new(Action::LoginFailed);
            let failed = if suspended { failed.because("suspended") } else { failed };
            write_down(domain, actor, held_back, known.as_ref(), failed).await?;
            return Err(if suspended {
                Error::WrongState("This account is suspended. Get in touch with us to have it looked at.")
            } else {
                Error::WrongCredentials
            });
        }
    };
    domain.throttle.succeeded(&key);
    let rehash = if verdict.outdated {
        // Whoever proved the password is let in, even if there is no time to hash it again now.
        domain.passwords.hash(password).await.ok()
    } else {
        None
    };
    Ok(Credentials { user: UserId(known.id), name: known.name, epoch: known.session_epoch, rehash })
}

/// A try at somebody's password.
pub(super) struct Tried<T> {
    pub(super) came_to: T,
    /// If it has failed, it is the failure after which there is a wait.
    pub(super) held_back: bool,
}

/// Has a password compared if it is not too soon after others, which costs nothing.
///
/// # Errors
/// [`Error::Throttled`]; those of the comparison, and then it counts for nothing.
pub(super) async fn try_password<T>(
    domain: &Domain,
    email_key: &str,
    compare: impl Future<Output = Result<T, Error>>,
) -> Result<Tried<T>, Error> {
    let begun = domain.throttle.begin(email_key, domain.clock.now());
    let held_back = begun.map_err(|wait| Error::Throttled { wait })?;
    let came_to = compare.await.inspect_err(|_| domain.throttle.take_back(email_key))?;
    Ok(Tried { came_to, held_back })
}

/// One event for a failure, and another if it is the one after which there is a wait. An address that
/// nobody has is not written down: it may be a password in the wrong field.
pub(super) async fn write_down(
    domain: &Domain,
    actor: &Actor,
    held_back: bool,
    known: Option<&CredentialsRow>,
    failed: audit::Entry,
) -> Result<(), Error> {
    let about = |entry: audit::Entry| match known {
        Some(known) => entry.on(UserId(known.id), &known.name),
        None => entry,
    };
    let mut tx = domain.db.write().await?;
    events::record(&mut tx, domain, actor, about(failed)).await?;
    if held_back {
        let throttled = audit::Entry::new(Action::LoginThrottled);
        events::record(&mut tx, domain, actor, about(throttled)).await?;
    }
    Ok(tx.commit().await?)
}
