//! Passwords that are known from breaches. Who knows them is outside: the platform has words for
//! asking, the server has the client that does it, and without one nobody is asked.

use std::{pin::Pin, time::Duration};

use frontdesk_model::{Code, Problem, Secret};
use metrics::counter;

use crate::Platform;

/// Why there is no answer, in words for an operator; none of them tells anything of the password.
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

/// An answer that is still to come.
pub type Lookup<'a> = Pin<Box<dyn Future<Output = Result<bool, BreachedPasswordsError>> + Send + 'a>>;

/// Who knows passwords from breaches, and is told so little that they do not learn this one.
pub trait BreachedPasswords: Send + Sync + 'static {
    /// Whether it is one of those that are known, in bounded time.
    fn contains<'a>(&'a self, password: &'a Secret) -> Lookup<'a>;
}

/// Refuses a password that is known from a breach. If nobody says so in time it is taken: the rules
/// of its own hold all the same, and nobody is kept out by somebody else's outage.
///
/// It waits for a network, so it is asked before a transaction and never inside of one.
///
/// # Errors
/// A `VALIDATION_ERROR` at the field `password`.
pub async fn refuse_breached(platform: &Platform, password: &Secret) -> Result<(), Problem> {
    let Some(list) = &platform.breached_passwords else { return Ok(()) };
    let answer = list.contains(password).await;
    let outcome = match &answer {
        Ok(true) => "known",
        Ok(false) => "unknown",
        Err(error) => {
            tracing::warn!(%error, "a password was taken without asking whether it is known from a breach");
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
