//! `Idempotency-Key`: a request that comes again gets the answer that it got.

use std::{future::Future, time::Duration};

use bytes::Bytes;
use frontdesk_domain::{
    Domain,
    actor::Actor,
    idempotency::{self, Claim, Found, Request},
    problem::surprise,
};
use frontdesk_model::{Code, Problem};
use http::{HeaderMap, HeaderName};
use tokio::time::sleep;

use super::{
    answer::Answer,
    operation::{Key, Operation},
};

/// Tells that an answer was given before.
pub(super) const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The longest key, in characters.
const LONGEST: usize = 255;
/// How often, and how many times, to look for an answer that is being made: a second in all.
const LOOK: (Duration, u32) = (Duration::from_millis(50), 20);

/// What makes a request the same.
pub(super) struct Sent<'a> {
    pub operation: &'a Operation,
    pub headers: &'a HeaderMap,
    pub address: &'a str,
    /// The token's text, with which the answer is sealed.
    pub secret: &'a str,
    pub body: &'a Bytes,
}

/// The claim of a request that has a key; of one that changes nothing there is none.
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

/// The key: a structured field's string (draft-ietf-httpapi-idempotency-key-header), or the same
/// without its quotes, as many programs send it.
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

/// Carries out the work, or gives the answer that it had. The second value tells which.
///
/// # Errors
/// The work's own; `IDEMPOTENCY_KEY_REUSED`, `IDEMPOTENCY_IN_PROGRESS`, `IDEMPOTENCY_ANSWER_LOST`.
pub(super) async fn once(
    domain: &Domain,
    claim: Option<Claim>,
    work: impl Future<Output = Result<Answer, Problem>>,
) -> Result<(Answer, bool), Problem> {
    let Some(claim) = claim else { return Ok((work.await?, false)) };
    // Before the work, so that another request with this key is told so whatever is wrong with it.
    if let Some(answer) = earlier(domain, &claim).await? {
        return Ok((answer, true));
    }
    match work.await {
        Err(problem) if problem.error == Code::IdempotencyInProgress => {
            // Somebody else was faster, by the time it takes to carry it out.
            Ok((earlier(domain, &claim).await?.ok_or(problem)?, true))
        }
        Ok(answer) => {
            if claim.is_taken() {
                keep(domain, &claim, &answer).await;
            }
            Ok((answer, false))
        }
        // Nothing was committed, or what was is for the audit trail to tell.
        Err(problem) => Err(problem),
    }
}

/// What the request was answered before; waits a little for an answer that is being made.
async fn earlier(domain: &Domain, claim: &Claim) -> Result<Option<Answer>, Problem> {
    let (pause, times) = LOOK;
    for _ in 0..times {
        match idempotency::find(domain, claim).await? {
            Found::Nothing => return Ok(None),
            Found::Answer(kept) => {
                return serde_json::from_slice(&kept).map(Some).map_err(|error| surprise(&error));
            }
            Found::OtherRequest => return Err(Problem::new(Code::IdempotencyKeyReused)),
            Found::Lost { request_id } => {
                let detail = format!("It is in the audit trail under the request {request_id}.");
                return Err(Problem::new(Code::IdempotencyAnswerLost).detail(detail));
            }
            Found::Running => sleep(pause).await,
        }
    }
    Err(Problem::new(Code::IdempotencyInProgress).retry_after(1))
}

/// The work is done and the caller gets their answer; that a second one could not get it, too, is
/// for the log.
async fn keep(domain: &Domain, claim: &Claim, answer: &Answer) {
    let kept = match serde_json::to_vec(answer) {
        Ok(bytes) => idempotency::keep(domain, claim, &bytes).await,
        Err(_) => return,
    };
    if let Err(error) = kept {
        tracing::error!(error = &error as &dyn std::error::Error, "an answer could not be kept");
    }
}
