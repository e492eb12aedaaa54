//! Writes the last-seen times of sessions and tokens, which each process collects in memory, to the
//! database every few seconds.

use std::{error::Error, time::Duration};

use frontdesk_domain::Domain;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::shutdown::Shutdown;

/// The interval between two writes.
const INTERVAL: Duration = Duration::from_secs(5);

/// Writes until `shutdown` begins. A failure is logged, and retried the next time.
pub async fn run(domain: Domain, shutdown: Shutdown) {
    let mut ticks = interval_at(Instant::now() + INTERVAL, INTERVAL);
    // After a suspension of the machine, one write is enough.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let begun = shutdown.begun();
    tokio::pin!(begun);
    loop {
        tokio::select! {
            () = &mut begun => break,
            _ = ticks.tick() => flush(&domain).await,
        }
    }
}

/// Writes the times of this process. Called once more when the last request has ended.
pub async fn flush(domain: &Domain) {
    log("sessions.last_seen.flush", domain.last_seen.flush(domain).await);
    log("tokens.flush", domain.token_use.flush(domain).await);
}

fn log<E: Error + 'static>(write: &str, result: Result<(), E>) {
    if let Err(error) = result {
        tracing::warn!(write, error = &error as &(dyn Error + 'static), "last-seen times were not written");
    }
}
