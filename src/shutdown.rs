//! Leaving in good order.

use std::io;

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};

/// What a process that was interrupted leaves with, by the convention of shells.
const INTERRUPTED: i32 = 130;

/// Whether the server is about to leave. Everybody has a clone, and anybody can begin it.
#[derive(Clone, Debug)]
pub struct Shutdown(watch::Sender<bool>);

impl Default for Shutdown {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Shutdown {
    /// From now on no new work is taken.
    pub fn begin(&self) {
        self.0.send_replace(true);
    }

    pub fn has_begun(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it begins.
    pub async fn begun(&self) {
        // This very value is a sender, so the channel is open.
        let _ = self.0.subscribe().wait_for(|begun| *begun).await;
    }

    /// Begins when the process is asked to stop by SIGTERM or SIGINT. A second signal means that
    /// somebody does not want to wait, and ends the process on the spot.
    ///
    /// # Errors
    /// The system does not deliver signals.
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
    async fn who_waits_learns_of_it_also_when_it_has_begun_already() {
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
