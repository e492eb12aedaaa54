//! What the server does every so often, whether anybody asks or not.

use std::{error::Error, time::Duration};

use frontdesk_domain::{Domain, idempotency, sessions, tokens};
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::shutdown::Shutdown;

/// How often it is written down who was seen.
const PRESENCE: Duration = Duration::from_secs(5);
/// How often sessions and tokens that are over, and answers that are not replayed any more, are
/// deleted. They are of no use to anybody meanwhile.
const SWEEP: Duration = Duration::from_secs(3_600);

/// Does the chores until `shutdown` begins. What fails is logged, and tried again the next time.
pub async fn run(domain: Domain, shutdown: Shutdown) {
    let every = |period| {
        let mut interval = interval_at(Instant::now() + period, period);
        // After a pause of the machine, once is enough.
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        interval
    };
    let (mut presence, mut sweep) = (every(PRESENCE), every(SWEEP));
    let begun = shutdown.begun();
    tokio::pin!(begun);
    loop {
        tokio::select! {
            () = &mut begun => break,
            _ = presence.tick() => flush(&domain).await,
            _ = sweep.tick() => {
                log("sessions.sweep", sessions::sweep(&domain).await.map(drop));
                log("tokens.sweep", tokens::sweep(&domain).await.map(drop));
                log("idempotency.sweep", idempotency::sweep(&domain).await.map(drop));
            }
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
