//! Certificate renewal without a restart.
//!
//! The files are read every minute and compared by their content, so it does not matter how they were
//! replaced: links, names and times are ignored. Unusable files, such as a new certificate with the old
//! key, change nothing.

use std::{
    error::Error as _,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use frontdesk_domain::clock::Clock;
use frontdesk_model::Timestamp;
use metrics::gauge;
use tokio::{
    signal::unix::Signal,
    task::spawn_blocking,
    time::{Instant, MissedTickBehavior, interval_at},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        server::{ClientHello, ResolvesServerCert},
        sign::CertifiedKey,
    },
};

use super::certificate::{Error, Files, Pair};
use crate::shutdown::Shutdown;

/// The interval at which the files are read.
const INTERVAL: Duration = Duration::from_secs(60);

/// The time before its end at which an unrenewed certificate is logged, in seconds. Even one that lasts six
/// days is renewed earlier.
const LATE: i64 = 3 * DAY;
/// A day, in seconds.
const DAY: i64 = 24 * 3_600;

/// The certificate of this server.
#[derive(Debug)]
pub struct Certificate {
    files: Files,
    current: Arc<Current>,
    ends: Option<Timestamp>,
    is_exposed: bool,
    /// The last error of reading the files, which is logged once.
    complaint: Option<String>,
    /// The time of the last warning about a missing renewal: one a day.
    reminded: Option<Timestamp>,
}

/// The certificate for new connections, whatever server name they ask for.
#[derive(Debug)]
struct Current(RwLock<Arc<CertifiedKey>>);

impl Current {
    fn get(&self) -> Arc<CertifiedKey> {
        // A poisoned lock has a valid value: it is written with one assignment.
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn replace(&self, by: CertifiedKey) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(by);
    }
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.get())
    }
}

impl Certificate {
    /// Reads the files. Blocks.
    ///
    /// # Errors
    /// [`Error`], in words for an operator.
    pub fn load(files: Files) -> Result<Self, Error> {
        let Pair { certified, ends, is_exposed } = files.read()?;
        let current = Arc::new(Current(RwLock::new(Arc::new(certified))));
        Ok(Self { files, current, ends, is_exposed, complaint: None, reminded: None })
    }

    /// Returns an acceptor that uses the current certificate for each connection.
    ///
    /// # Errors
    /// [`Error::Protocol`].
    pub fn acceptor(&self) -> Result<TlsAcceptor, Error> {
        let config = super::server(self.current.clone()).map_err(Error::Protocol)?;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    /// Reads the files every minute and on SIGHUP, until `shutdown` begins.
    pub async fn follow(mut self, clock: Clock, mut hangups: Signal, shutdown: Shutdown) {
        self.announce();
        self.remind(clock.now());
        let mut ticks = interval_at(Instant::now() + INTERVAL, INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let begun = shutdown.begun();
        tokio::pin!(begun);
        loop {
            tokio::select! {
                () = &mut begun => break,
                _ = ticks.tick() => {}
                Some(()) = hangups.recv() => tracing::info!("SIGHUP: the certificate is read again"),
            }
            let files = self.files.clone();
            // A panic there has been logged, and changes nothing. A disk that hangs does not delay the
            // shutdown.
            tokio::select! {
                () = &mut begun => break,
                read = spawn_blocking(move || files.read()) => {
                    if let Ok(read) = read {
                        self.take(read);
                    }
                }
            }
            self.remind(clock.now());
        }
    }

    /// Uses the certificate that was read, if it is new and valid.
    fn take(&mut self, read: Result<Pair, Error>) {
        match read {
            Ok(pair) => {
                self.complaint = None;
                if pair.certified.cert != self.current.get().cert {
                    self.current.replace(pair.certified);
                    (self.ends, self.is_exposed, self.reminded) = (pair.ends, pair.is_exposed, None);
                    self.announce();
                }
            }
            Err(error) => {
                let complaint = match error.source() {
                    Some(cause) => format!("{error}: {cause}"),
                    None => error.to_string(),
                };
                if self.complaint.as_ref() != Some(&complaint) {
                    tracing::error!(
                        error = complaint,
                        "the new certificate is unusable: the previous one is kept"
                    );
                    self.complaint = Some(complaint);
                }
            }
        }
    }

    /// Logs a warning if the certificate ends soon.
    fn remind(&mut self, now: Timestamp) {
        let Some(ends) = self.ends.filter(|ends| *ends <= now.plus_seconds(LATE)) else { return };
        if self.reminded.is_none_or(|at| at.plus_seconds(DAY) <= now) {
            let (file, is_over) = (self.files.certificate.display(), ends <= now);
            tracing::warn!(%file, ends = ends.rfc3339(), is_over, "the certificate has not been renewed");
            self.reminded = Some(now);
        }
    }

    fn announce(&self) {
        let (file, key) = (self.files.certificate.display(), self.files.key.display());
        match self.ends {
            Some(ends) => {
                tracing::info!(%file, ends = ends.rfc3339(), "certificate loaded");
                gauge!("frontdesk_tls_certificate_end_timestamp_seconds").set(precise(ends));
            }
            None => tracing::info!(%file, "certificate loaded; its end is unknown"),
        }
        if self.is_exposed {
            tracing::warn!(%key, "others than its owner can read the private key: chmod 600");
        }
    }
}

/// Converts to seconds. A double is exact to the second for any real certificate.
fn precise(at: Timestamp) -> f64 {
    at.seconds() as f64
}

#[cfg(test)]
mod tests;
