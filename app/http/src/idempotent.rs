//! Idempotent requests, by the API's `Idempotency-Key` and by the nonce of a form: a replay gets the
//! stored response.

use std::{future::Future, time::Duration};

use frontdesk_domain::{
    Domain,
    idempotency::{self, Claim, Found},
    problem::internal_error,
};
use frontdesk_model::{Code, Problem};
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::sleep;
use tracing::Instrument;

/// The pause between two looks for the response of a request in progress.
const PAUSE: Duration = Duration::from_millis(50);
/// The number of looks: five seconds in all.
const LOOKS: u32 = 100;

/// The response of an idempotent request.
pub enum Outcome<T> {
    /// The response of this request.
    First(T),
    /// The stored response of an earlier request with the same key.
    Replay(T),
}

/// Runs the work, or returns the stored response. Once started, the work runs until its response is
/// stored, even if the client disconnects: a browser does so when a button is clicked again, and the
/// second request needs that response.
///
/// # Errors
/// The work's own; `IDEMPOTENCY_KEY_REUSED`, `IDEMPOTENCY_IN_PROGRESS`, `IDEMPOTENCY_ANSWER_LOST`.
pub async fn run<T: Serialize + DeserializeOwned + Send + 'static>(
    domain: &Domain,
    claim: Option<Claim>,
    work: impl Future<Output = Result<T, Problem>> + Send + 'static,
) -> Result<Outcome<T>, Problem> {
    let Some(claim) = claim else { return work.await.map(Outcome::First) };
    let domain = domain.clone();
    let task = tokio::spawn(async move { run_and_store(&domain, claim, work).await }.in_current_span());
    // A panic has been logged already.
    task.await.unwrap_or_else(|_| Err(Problem::new(Code::Internal)))
}

async fn run_and_store<T: Serialize + DeserializeOwned>(
    domain: &Domain,
    claim: Claim,
    work: impl Future<Output = Result<T, Problem>>,
) -> Result<Outcome<T>, Problem> {
    // Before the work, so that a different request with this key is rejected even if it is invalid.
    if let Some(answer) = stored(domain, &claim, Expect::Unknown).await? {
        return Ok(Outcome::Replay(answer));
    }
    match work.await {
        // A concurrent request with the same key has claimed it first.
        Err(problem) if problem.error == Code::IdempotencyInProgress => {
            stored(domain, &claim, Expect::Claimed).await?.map(Outcome::Replay).ok_or(problem)
        }
        Ok(answer) => {
            if claim.is_taken() {
                store(domain, &claim, serde_json::to_vec(&answer)).await;
            }
            Ok(Outcome::First(answer))
        }
        // The first request may have caused this: it has ended the session, or used the link, that this
        // one came with.
        Err(problem) if matches!(problem.error, Code::SignInRequired | Code::LinkSpent) => {
            stored(domain, &claim, Expect::Unknown).await?.map(Outcome::Replay).ok_or(problem)
        }
        // Nothing was committed but, at most, an audit event.
        Err(problem) => Err(problem),
    }
}

/// Knowledge about an earlier request with the same key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    Unknown,
    /// It has claimed the key, although readers may not see that yet: on SQLite both claims can be in one
    /// group of writes, and the second one is rejected before the group is committed.
    Claimed,
}

/// Returns the stored response, after waiting for a request in progress.
async fn stored<T: DeserializeOwned>(
    domain: &Domain,
    claim: &Claim,
    expect: Expect,
) -> Result<Option<T>, Problem> {
    for _ in 0..LOOKS {
        match idempotency::find(domain, claim).await? {
            Found::Nothing if expect == Expect::Claimed => sleep(PAUSE).await,
            Found::Nothing => return Ok(None),
            Found::Answer(kept) => {
                return serde_json::from_slice(&kept).map(Some).map_err(|error| internal_error(&error));
            }
            Found::OtherRequest => return Err(Problem::new(Code::IdempotencyKeyReused)),
            Found::Lost { request_id } => {
                let detail = format!("It is in the audit trail under the request {request_id}.");
                return Err(Problem::new(Code::IdempotencyAnswerLost).detail(detail));
            }
            Found::Running => sleep(PAUSE).await,
        }
    }
    Err(Problem::new(Code::IdempotencyInProgress).retry_after(1))
}

/// Stores the response. A failure is logged only: the work is done, and its caller gets the response.
async fn store(domain: &Domain, claim: &Claim, answer: serde_json::Result<Vec<u8>>) {
    let Ok(bytes) = answer else { return };
    if let Err(error) = idempotency::keep(domain, claim, &bytes).await {
        tracing::error!(error = &error as &dyn std::error::Error, "a response could not be stored");
    }
}
