//! What only this process can do, every so often. What any process can do is a job.

use std::{error::Error, time::Duration};

use frontdesk_domain::Domain;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::shutdown::Shutdown;

/// How often it is written down who was seen: this process knows of those who came to it.
const PRESENCE: Duration = Duration::from_secs(5);

/// Does the chores until `shutdown` begins. What fails is logged, and tried again the next time.
pub async fn run(domain: Domain, shutdown: Shutdown) {
    let mut presence = interval_at(Instant::now() + PRESENCE, PRESENCE);
    // After a pause of the machine, once is enough.
    presence.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let begun = shutdown.begun();
    tokio::pin!(begun);
    loop {
        tokio::select! {
            () = &mut begun => break,
            _ = presence.tick() => flush(&domain).await,
        }
    }
}

/// Writes down who was seen, and which tokens were used: one last time when no more requests come.
pub async fn flush(domain: &Domain) {
    log("sessions.presence.flush", domain.presence.flush(domain).await);
    log("tokens.flush", domain.token_use.flush(domain).await);
}

fn log<E: Error + 'static>(chore: &str, result: Result<(), E>) {
    if let Err(error) = result {
        tracing::warn!(chore, error = &error as &(dyn Error + 'static), "a chore failed");
    }
}
