//! The breached-password check. The list is outside: the platform declares the port, the server has the
//! client, and without one passwords are not checked.

use std::{pin::Pin, time::Duration};

use frontdesk_model::{Code, Problem, Secret};
use metrics::counter;

use crate::Platform;

/// Reasons for a missing answer, in words for an operator and without the password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BreachedPasswordsError {
    #[error("there was no answer within {0:?}")]
    TooSlow(Duration),
    #[error("there was no connection, or it broke: {0}")]
    Broken(String),
    #[error("it was answered with status {0}")]
    Status(u16),
    #[error("the answer is not a list of hashes")]
    Unreadable,
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
}

/// Future of an answer.
pub type Lookup<'a> = Pin<Box<dyn Future<Output = Result<bool, BreachedPasswordsError>> + Send + 'a>>;

/// A list of breached passwords that is queried without revealing the password.
pub trait BreachedPasswords: Send + Sync + 'static {
    /// Returns true if the list contains it, in bounded time.
    fn contains<'a>(&'a self, password: &'a Secret) -> Lookup<'a>;
}

/// Rejects a breached password. Without an answer in time the password is accepted: it has passed the
/// other rules, and a third party's outage must not block sign-ups.
///
/// It waits for a network, so it is called before a transaction and never inside one.
///
/// # Errors
/// `VALIDATION_ERROR` at the field `password`.
pub(super) async fn refuse_breached(platform: &Platform, password: &Secret) -> Result<(), Problem> {
    let Some(list) = &platform.breached_passwords else { return Ok(()) };
    let answer = list.contains(password).await;
    let outcome = match &answer {
        Ok(true) => "known",
        Ok(false) => "unknown",
        Err(error) => {
            tracing::warn!(%error, "the breached-password check failed; the password was accepted");
            "no_answer"
        }
    };
    counter!("frontdesk_breached_passwords_total", "outcome" => outcome).increment(1);
    if answer != Ok(true) {
        return Ok(());
    }
    Err(Problem::new(Code::ValidationError).fault(
        "password",
        "breached",
        "This password has been in a data breach, so it is guessed early; choose another one, and change it \
         wherever else you use it",
    ))
}
