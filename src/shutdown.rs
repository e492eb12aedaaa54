//! Graceful shutdown.

use std::io;

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};

/// The exit status of an interrupted process, by the convention of shells.
const INTERRUPTED: i32 = 130;

/// The signal to shut down. Every part of the server has a clone, and any of them can begin it.
#[derive(Clone, Debug)]
pub struct Shutdown(watch::Sender<bool>);

impl Default for Shutdown {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Shutdown {
    /// Begins the shutdown: no new work is accepted.
    pub fn begin(&self) {
        self.0.send_replace(true);
    }

    pub fn has_begun(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it begins.
    pub async fn begun(&self) {
        // This value is a sender, so the channel is open.
        let _ = self.0.subscribe().wait_for(|begun| *begun).await;
    }

    /// Begins on SIGTERM or SIGINT. A second signal ends the process at once.
    ///
    /// # Errors
    /// The system delivers no signals.
    pub fn begin_on_signals(&self) -> io::Result<()> {
        let (mut terminate, mut interrupt) =
            (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let shutdown = self.clone();
        tokio::spawn(async move {
            either(&mut terminate, &mut interrupt).await;
            tracing::info!("stopping: what is under way is finished, a second signal stops at once");
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
}
