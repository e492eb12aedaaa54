//! Graceful shutdown.

use std::{
    io,
    sync::{
        Arc, OnceLock,
        mpsc::{self, RecvTimeoutError},
    },
    time::Duration,
};

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
    time::{Instant, sleep, timeout},
};

/// The exit status of an interrupted process, by the convention of shells.
const INTERRUPTED: i32 = 130;
/// The exit status of a process that ends at its deadline with work in flight.
const OVERDUE: i32 = 1;

/// A load balancer has asked within this time for the readiness, if there is one.
const RECENT: Duration = Duration::from_secs(60);
/// The number of refusals after which a load balancer sends no more requests: most need two or three.
const REFUSALS: u64 = 3;
/// The longest time to wait for them.
const DRAIN: Duration = Duration::from_secs(5);
/// The time in which connections and requests are accepted that were on their way.
const MARGIN: Duration = Duration::from_millis(100);
/// The time for closing the database after the last deadline of requests and jobs.
const CLOSING: Duration = Duration::from_millis(500);

/// The signal to shut down. Every part of the server has a clone, and any of them can begin it.
#[derive(Clone, Debug)]
pub struct Shutdown(Arc<State>);

#[derive(Debug)]
struct State {
    begun: watch::Sender<bool>,
    began_at: OnceLock<Instant>,
    readiness: watch::Sender<Readiness>,
}

/// Readiness checks so far.
#[derive(Clone, Copy, Debug, Default)]
struct Readiness {
    checks: u64,
    last: Option<Instant>,
}

impl Default for Shutdown {
    fn default() -> Self {
        Self(Arc::new(State {
            begun: watch::Sender::new(false),
            began_at: OnceLock::new(),
            readiness: watch::Sender::new(Readiness::default()),
        }))
    }
}

impl Shutdown {
    /// Begins the shutdown: no new work is accepted.
    pub fn begin(&self) {
        self.0.began_at.get_or_init(Instant::now);
        self.0.begun.send_replace(true);
    }

    pub fn has_begun(&self) -> bool {
        *self.0.begun.borrow()
    }

    /// The time since it began.
    pub fn elapsed(&self) -> Duration {
        self.0.began_at.get().map_or(Duration::ZERO, Instant::elapsed)
    }

    /// Waits until it begins.
    pub async fn begun(&self) {
        // This value is a sender, so the channel is open.
        let _ = self.0.begun.subscribe().wait_for(|begun| *begun).await;
    }

    /// Records that a load balancer has asked for the readiness.
    pub fn readiness_checked(&self) {
        let now = Instant::now();
        self.0.readiness.send_modify(|readiness| {
            readiness.checks += 1;
            readiness.last = Some(now);
        });
    }

    /// Waits until it begins, and then for the time in which requests are still accepted: `delay`, or until
    /// the load balancer has heard often enough that this server is not ready. Without a load balancer that
    /// asks for the readiness that is only a moment.
    pub async fn drained(&self, delay: Option<Duration>) {
        self.begun().await;
        if let Some(delay) = delay {
            return sleep(delay).await;
        }
        let mut readiness = self.0.readiness.subscribe();
        let before = *readiness.borrow();
        if before.last.is_some_and(|last| last.elapsed() < RECENT) {
            let refused = readiness.wait_for(|now| now.checks >= before.checks + REFUSALS);
            // An error means that it does not ask often enough.
            let _ = timeout(DRAIN, refused).await;
        }
        sleep(MARGIN).await;
    }

    /// Begins on SIGTERM or SIGINT. A second signal ends the process at once, and so does `deadline` after
    /// the first, whatever is in flight.
    ///
    /// # Errors
    /// The system delivers no signals, or starts no thread.
    pub fn begin_on_signals(&self, deadline: Duration) -> io::Result<()> {
        let (mut terminate, mut interrupt) =
            (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let shutdown = self.clone();
        let (begun, watchdog) = mpsc::sync_channel(1);
        // A thread: it must work although all tasks wait for a database that hangs.
        std::thread::Builder::new().name("shutdown".to_owned()).spawn(move || {
            // Nothing more is sent: the second wait ends with the time, or with the process.
            let is_overdue = || watchdog.recv_timeout(deadline + CLOSING) == Err(RecvTimeoutError::Timeout);
            if watchdog.recv().is_ok() && is_overdue() {
                tracing::warn!("stopped at the shutdown deadline with work in flight");
                std::process::exit(OVERDUE);
            }
        })?;
        tokio::spawn(async move {
            either(&mut terminate, &mut interrupt).await;
            tracing::info!("stopping: what is under way is finished, a second signal stops at once");
            let _ = begun.try_send(());
            shutdown.begin();
            either(&mut terminate, &mut interrupt).await;
            tracing::warn!("stopped at once, by a second signal");
            std::process::exit(INTERRUPTED);
        });
        Ok(())
    }
}

async fn either(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn waiters_are_woken_even_after_it_has_begun() {
        let shutdown = Shutdown::default();
        let waiter = tokio::spawn({
            let shutdown = shutdown.clone();
            async move { shutdown.begun().await }
        });
        assert!(!shutdown.has_begun());
        shutdown.begin();
        waiter.await.unwrap();
        shutdown.begun().await;
        assert!(shutdown.has_begun());
    }

    /// The time from the beginning of a shutdown until no more requests are accepted.
    async fn drain(delay: Option<Duration>, checked_before: Option<Duration>, every: Duration) -> Duration {
        let shutdown = Shutdown::default();
        if let Some(before) = checked_before {
            shutdown.readiness_checked();
            tokio::time::advance(before).await;
        }
        shutdown.begin();
        let checks = tokio::spawn({
            let shutdown = shutdown.clone();
            async move {
                loop {
                    sleep(every).await;
                    shutdown.readiness_checked();
                }
            }
        });
        shutdown.drained(delay).await;
        checks.abort();
        shutdown.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn requests_are_accepted_until_the_load_balancer_knows() {
        let second = Duration::from_secs(1);
        let whole = |time: Duration| time.as_millis() / 100 * 100;
        // Without a load balancer there is only what is on its way.
        assert_eq!(whole(drain(None, None, second).await), 100);
        assert_eq!(whole(drain(None, Some(2 * RECENT), second).await), 100);
        // With one, three refusals, and no longer than five seconds.
        assert_eq!(whole(drain(None, Some(second), second).await), 3_100);
        assert_eq!(whole(drain(None, Some(second), second / 5).await), 700);
        assert_eq!(whole(drain(None, Some(second), 10 * second).await), 5_100);
        // A configured time is kept.
        assert_eq!(whole(drain(Some(2 * second), None, second).await), 2_000);
        assert_eq!(whole(drain(Some(Duration::ZERO), Some(second), second).await), 0);
    }
}
