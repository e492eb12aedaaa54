//! What happened is written down and told in the transaction in which it happens: the audit trail
//! has it, and so has, by the same id, every webhook that asked for it. Both, or neither.

use frontdesk_model::Problem;

use crate::{
    Domain,
    actor::Actor,
    audit::{self, Entry},
    db::{self, Tx},
    jobs, webhooks,
};

/// Why an event could not be written down; then nothing of its transaction happens.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Database(#[from] db::Error),
    #[error(transparent)]
    Enqueue(jobs::Error),
}

impl From<jobs::Error> for Error {
    fn from(error: jobs::Error) -> Self {
        match error {
            jobs::Error::Database(error) => Self::Database(error),
            error => Self::Enqueue(error),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Database(error) => error.into(),
            Error::Enqueue(error) => error.into(),
        }
    }
}

/// Writes down what `tx` does, and has the webhooks told that asked for it.
pub(crate) async fn record(tx: &mut Tx, domain: &Domain, actor: &Actor, entry: Entry) -> Result<(), Error> {
    let event = audit::append(tx, &domain.clock, actor, entry).await?;
    Ok(webhooks::publish(tx, domain, actor, &event).await?)
}
