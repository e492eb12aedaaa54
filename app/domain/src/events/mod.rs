//! Records an event: the audit event and its webhook deliveries, with the same id, in the caller's
//! transaction.

use frontdesk_model::Problem;

use crate::{
    Context, Feature,
    audit::{self, Entry},
    db::{self, Tx},
    jobs, webhooks,
};

/// This feature.
pub const FEATURE: Feature = Feature::new("events");

/// A failure to record an event; the caller's transaction must not be committed.
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

/// Records the event of a change made by `tx`, with its webhook deliveries.
pub(crate) async fn record(ctx: &Context, tx: &mut Tx, entry: Entry) -> Result<(), Error> {
    let event = audit::append(ctx, tx, entry).await?;
    Ok(webhooks::publish(ctx, tx, &event).await?)
}
