//! `Idempotency-Key`: the claim of an idempotent request.

use axum::body::Bytes;
use frontdesk_domain::{
    Domain,
    actor::Actor,
    idempotency::{Claim, Request},
};
use frontdesk_model::{Code, Problem};
use http::{HeaderMap, HeaderName};

use super::operation::{Key, Operation};

/// Marks a replayed response.
pub(super) const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The longest key, in characters.
const LONGEST: usize = 255;

/// The parts of a request that must be equal for a replay.
pub(super) struct Sent<'a> {
    pub operation: &'a Operation,
    pub headers: &'a HeaderMap,
    /// The path and the query.
    pub address: &'a str,
    /// The token's text, with which the stored response is encrypted.
    pub secret: &'a str,
    pub body: &'a Bytes,
}

/// Returns the claim of a request with a key; `None` for a safe request.
///
/// # Errors
/// `IDEMPOTENCY_KEY_INVALID`, `IDEMPOTENCY_KEY_REQUIRED`.
pub(super) fn claim(domain: &Domain, actor: &Actor, sent: &Sent<'_>) -> Result<Option<Claim>, Problem> {
    if sent.operation.key == Key::Safe {
        return Ok(None);
    }
    let Some(key) = key(sent.headers)? else {
        return match sent.operation.key {
            Key::Required => Err(Problem::new(Code::IdempotencyKeyRequired)),
            Key::Safe | Key::Optional => Ok(None),
        };
    };
    let caller = actor.token().map(|token| token.id.to_string()).unwrap_or_default();
    Ok(Some(Claim::new(
        &domain.clock,
        &Request {
            caller: &caller,
            secret: sent.secret,
            key,
            asks: [sent.operation.method.as_str().as_bytes(), sent.address.as_bytes(), sent.body],
            id: &actor.origin.request_id,
        },
    )))
}

/// Reads the key: a string of a structured field (draft-ietf-httpapi-idempotency-key-header), or the
/// same without its quotes, as many programs send it.
fn key(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let invalid = || Problem::new(Code::IdempotencyKeyInvalid);
    let mut lines = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(line) = lines.next() else { return Ok(None) };
    if lines.next().is_some() {
        return Err(invalid());
    }
    let text = line.to_str().map_err(|_| invalid())?.trim();
    let text =
        text.strip_prefix('"').map_or(Some(text), |rest| rest.strip_suffix('"')).ok_or_else(invalid)?;
    let sound = (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if sound { Ok(Some(text)) } else { Err(invalid()) }
}
