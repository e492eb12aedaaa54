//! The breached-password check, by the range protocol of Pwned Passwords: the server gets the first five
//! digits of the password's SHA-1, and returns the rest of every known hash that begins with them. The
//! response is padded, so that its length does not reveal the prefix.

use std::time::Duration;

use frontdesk_domain::passwords::{BreachedPasswords, BreachedPasswordsError, Lookup};
use frontdesk_http::BaseUrl;
use frontdesk_model::Secret;
use sha1::{Digest, Sha1};
use tokio::sync::Semaphore;

use super::http_client::HttpClient;

/// The longest time for a check, waiting for a turn included: a person waits for the page.
const TIMEOUT: Duration = Duration::from_secs(2);
/// The most checks at the same time. More wait for their turn.
const CONCURRENCY: usize = 32;
/// The longest response that is read, in bytes. Padded ones have about 60,000.
const MAX_RESPONSE: usize = 512 * 1024;
/// The number of digits that are sent. A hash has 40.
const PREFIX: usize = 5;
const DIGITS: usize = 40;

/// A server of the range protocol.
pub struct RangeServer {
    client: HttpClient,
    origin: Box<str>,
    timeout: Duration,
    turns: Semaphore,
}

impl RangeServer {
    pub fn new(url: &BaseUrl) -> Self {
        Self {
            client: HttpClient::new(url, TIMEOUT),
            origin: url.origin().into(),
            timeout: TIMEOUT,
            turns: Semaphore::new(CONCURRENCY),
        }
    }

    /// Sets the longest time for a check.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    async fn look_up(&self, password: &Secret) -> Result<bool, BreachedPasswordsError> {
        // The semaphore is never closed.
        let _turn =
            self.turns.acquire().await.map_err(|error| BreachedPasswordsError::Broken(error.to_string()))?;
        let hash = hash(password);
        let (begin, rest) = hash.split_at(PREFIX);
        let http = self.client.http().map_err(BreachedPasswordsError::Broken)?;
        let request = http.get(format!("{}/range/{begin}", self.origin)).header("add-padding", "true");
        let mut response = request.send().await.map_err(broken)?;
        if response.status() != http::StatusCode::OK {
            return Err(BreachedPasswordsError::Status(response.status().as_u16()));
        }
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(broken)? {
            if body.len() + piece.len() > MAX_RESPONSE {
                return Err(BreachedPasswordsError::TooLong(MAX_RESPONSE));
            }
            body.extend_from_slice(&piece);
        }
        is_among(rest, &body).ok_or(BreachedPasswordsError::Unreadable)
    }
}

impl BreachedPasswords for RangeServer {
    fn contains<'a>(&'a self, password: &'a Secret) -> Lookup<'a> {
        Box::pin(async move {
            let answered = tokio::time::timeout(self.timeout, self.look_up(password)).await;
            answered.map_err(|_| BreachedPasswordsError::TooSlow(self.timeout))?
        })
    }
}

/// The SHA-1 in the format of the protocol: forty hexadecimal digits in upper case.
fn hash(password: &Secret) -> String {
    Sha1::digest(password.expose().as_bytes()).iter().map(|byte| format!("{byte:02X}")).collect()
}

/// Returns true if the list has this rest of a hash; `None` if it is no such list: the page of a captive
/// portal or an empty response must not pass for "not breached". Padding has a count of 0.
fn is_among(rest: &str, list: &[u8]) -> Option<bool> {
    let (mut found, mut some) = (false, false);
    for line in std::str::from_utf8(list).ok()?.lines().filter(|line| !line.is_empty()) {
        let (known, count) = line.split_once(':')?;
        let count: u64 = count.trim().parse().ok()?;
        if known.len() != DIGITS - PREFIX || !known.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        some = true;
        found |= count > 0 && known.eq_ignore_ascii_case(rest);
    }
    some.then_some(found)
}

/// Keeps the last cause only: the others contain the URL, and so a part of the hash.
#[expect(clippy::needless_pass_by_value, reason = "it is given to `map_err`")]
fn broken(error: reqwest::Error) -> BreachedPasswordsError {
    let causes = std::iter::successors(std::error::Error::source(&error), |&cause| cause.source());
    BreachedPasswordsError::Broken(causes.last().map_or_else(String::new, ToString::to_string))
}

#[cfg(test)]
mod tests;
