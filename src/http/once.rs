//! Carrying out once what is asked twice: for the API's `Idempotency-Key` and for forms alike.

use std::{future::Future, time::Duration};

use frontdesk_domain::{
    Domain,
    idempotency::{self, Claim, Found},
    problem::surprise,
};
use frontdesk_model::{Code, Problem};
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::sleep;
use tracing::Instrument;

/// How often, and how many times, to look for an answer that is being made: five seconds in all.
const LOOK: (Duration, u32) = (Duration::from_millis(50), 100);

/// What came of the work.
pub(super) enum Outcome<T> {
    /// It was carried out now.
    New(T),
    /// It had been carried out before, and this was answered.
    Again(T),
}

/// Carries out the work, or gives the answer that it had. Once begun it is carried through to where its
/// answer is kept, also if the one who asked goes away meanwhile: a browser does, when its button is
/// clicked again, and the second click wants that answer.
///
/// # Errors
/// The work's own; `IDEMPOTENCY_KEY_REUSED`, `IDEMPOTENCY_IN_PROGRESS`, `IDEMPOTENCY_ANSWER_LOST`.
pub(super) async fn once<T: Serialize + DeserializeOwned + Send + 'static>(
    domain: &Domain,
    claim: Option<Claim>,
    work: impl Future<Output = Result<T, Problem>> + Send + 'static,
) -> Result<Outcome<T>, Problem> {
    let Some(claim) = claim else { return work.await.map(Outcome::New) };
    let domain = domain.clone();
    let task = tokio::spawn(async move { carry_through(&domain, claim, work).await }.in_current_span());
    // A panic has been logged where it happened.
    task.await.unwrap_or_else(|_| Err(Problem::new(Code::Internal)))
}

async fn carry_through<T: Serialize + DeserializeOwned>(
    domain: &Domain,
    claim: Claim,
    work: impl Future<Output = Result<T, Problem>>,
) -> Result<Outcome<T>, Problem> {
    // Before the work, so that another request with this key is told so whatever is wrong with it.
    if let Some(answer) = earlier(domain, &claim, false).await? {
        return Ok(Outcome::Again(answer));
    }
    match work.await {
        // Somebody else was faster, by the time it takes to carry it out.
        Err(problem) if problem.error == Code::IdempotencyInProgress => {
            earlier(domain, &claim, true).await?.map(Outcome::Again).ok_or(problem)
        }
        Ok(answer) => {
            if claim.is_taken() {
                keep(domain, &claim, serde_json::to_vec(&answer)).await;
            }
            Ok(Outcome::New(answer))
        }
        // What stands in the way may be what the first one has done: it has ended the session, or used
        // up the link, that this one came with.
        Err(problem) if matches!(problem.error, Code::SignInRequired | Code::LinkSpent) => {
            earlier(domain, &claim, false).await?.map(Outcome::Again).ok_or(problem)
        }
        // Nothing was committed, or what was is for the audit trail to tell.
        Err(problem) => Err(problem),
    }
}

/// What the request was answered before; waits a little for an answer that is being made. `begun`:
/// somebody is known to carry it out, although readers may not see it yet. On SQLite both can be in
/// one group of writes, and the second is told before the group is committed.
async fn earlier<T: DeserializeOwned>(
    domain: &Domain,
    claim: &Claim,
    begun: bool,
) -> Result<Option<T>, Problem> {
    let (pause, times) = LOOK;
    for _ in 0..times {
        match idempotency::find(domain, claim).await? {
            Found::Nothing if begun => sleep(pause).await,
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
async fn keep(domain: &Domain, claim: &Claim, answer: serde_json::Result<Vec<u8>>) {
    let Ok(bytes) = answer else { return };
    if let Err(error) = idempotency::keep(domain, claim, &bytes).await {
        tracing::error!(error = &error as &dyn std::error::Error, "an answer could not be kept");
    }
}
