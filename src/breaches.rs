//! Asks a server that speaks the range protocol of Pwned Passwords whether a password is known from
//! a breach: it is told the first five digits of the password's SHA-1, and answers with how all
//! those go on that begin so. The answer is padded, so that its length tells nobody which it was.

use std::time::Duration;

use frontdesk_domain::breaches::{Breaches, BreachesError, Looked};
use frontdesk_http::BaseUrl;
use frontdesk_model::Secret;
use sha1::{Digest, Sha1};
use tokio::{sync::Semaphore, time::timeout};

use crate::peer::Peer;

/// For the whole of it, waiting for a turn included: somebody is waiting for their page.
const PATIENCE: Duration = Duration::from_secs(2);
/// How many are asked for at the same time. More wait for their turn, within their time.
const AT_ONCE: usize = 32;
/// The longest answer that is read, in bytes. Padded ones have about 60,000.
const LONGEST: usize = 512 * 1024;
/// How many digits are told. A hash has 40.
const TOLD: usize = 5;
const DIGITS: usize = 40;

/// A server that knows passwords from breaches.
pub struct RangeServer {
    peer: Peer,
    origin: Box<str>,
    patience: Duration,
    turns: Semaphore,
}

impl RangeServer {
    pub fn new(url: &BaseUrl) -> Self {
        Self {
            peer: Peer::new(url, PATIENCE),
            origin: url.origin().into(),
            patience: PATIENCE,
            turns: Semaphore::new(AT_ONCE),
        }
    }

    /// The same, that waits for no longer than this.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    async fn ask(&self, password: &Secret) -> Result<bool, BreachesError> {
        // It is never closed.
        let _turn = self.turns.acquire().await.map_err(|error| BreachesError::Broken(error.to_string()))?;
        let hash = hash(password);
        let (begin, rest) = hash.split_at(TOLD);
        let http = self.peer.http().map_err(BreachesError::Broken)?;
        let request = http.get(format!("{}/range/{begin}", self.origin)).header("add-padding", "true");
        let mut response = request.send().await.map_err(broken)?;
        if response.status() != http::StatusCode::OK {
            return Err(BreachesError::Status(response.status().as_u16()));
        }
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(broken)? {
            if body.len() + piece.len() > LONGEST {
                return Err(BreachesError::TooLong(LONGEST));
            }
            body.extend_from_slice(&piece);
        }
        is_among(rest, &body).ok_or(BreachesError::Unreadable)
    }
}

impl Breaches for RangeServer {
    fn knows<'a>(&'a self, password: &'a Secret) -> Looked<'a> {
        Box::pin(async move {
            let answered = timeout(self.patience, self.ask(password)).await;
            answered.map_err(|_| BreachesError::TooSlow(self.patience))?
        })
    }
}

/// As the protocol has it: forty digits, letters in capitals.
fn hash(password: &Secret) -> String {
    Sha1::digest(password.expose().as_bytes()).iter().map(|byte| format!("{byte:02X}")).collect()
}

/// Whether this is how one of the hashes goes on; `None` if it is no such list, since a page that
/// something in between has put there is not to pass for "unknown", nor is nothing at all: whatever a
/// hash begins with, some are known. Padding has a count of 0.
fn is_among(rest: &str, list: &[u8]) -> Option<bool> {
    let (mut found, mut some) = (false, false);
    for line in std::str::from_utf8(list).ok()?.lines().filter(|line| !line.is_empty()) {
        let (known, count) = line.split_once(':')?;
        let count: u64 = count.trim().parse().ok()?;
        if known.len() != DIGITS - TOLD || !known.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        some = true;
        found |= count > 0 && known.eq_ignore_ascii_case(rest);
    }
    some.then_some(found)
}

/// The last cause alone: the others have the address in them, and so a part of the hash.
#[expect(clippy::needless_pass_by_value, reason = "it is given to `map_err`")]
fn broken(error: reqwest::Error) -> BreachesError {
    let causes = std::iter::successors(std::error::Error::source(&error), |&cause| cause.source());
    BreachesError::Broken(causes.last().map_or_else(String::new, ToString::to_string))
}

#[cfg(test)]
mod tests;
