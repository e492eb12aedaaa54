//! The certificate that new connections are shown, replaced while the server runs.
//!
//! Who renews a certificate replaces its files. They are read again every so often and compared by
//! what is in them, so it does not matter how they were replaced: links, names and times are not
//! looked at. What cannot be used, such as a pair of which only the one half is new yet, changes
//! nothing.

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

/// How often the files are read.
const EVERY: Duration = Duration::from_secs(60);

/// When somebody should look why a certificate was not renewed, in seconds before its end. Even one
/// that lasts six days is renewed earlier.
const LATE: i64 = 3 * DAY;
/// A day, in seconds.
const DAY: i64 = 24 * 3_600;

/// The certificate of this server.
#[derive(Debug)]
pub struct Certificate {
    files: Files,
    shown: Arc<Shown>,
    ends: Option<Timestamp>,
    is_exposed: bool,
    /// What was wrong with the files when they were last read: it is said once.
    complaint: Option<String>,
    /// When it was last said that it was not renewed: once a day.
    reminded: Option<Timestamp>,
}

/// What is shown to whoever connects now, by whatever name they call.
#[derive(Debug)]
struct Shown(RwLock<Arc<CertifiedKey>>);

impl Shown {
    fn get(&self) -> Arc<CertifiedKey> {
        // Nothing in between can have broken: it is one assignment.
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn replace(&self, by: CertifiedKey) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(by);
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.get())
    }
}

impl Certificate {
    /// Reads it for the first time. Blocks.
    ///
    /// # Errors
    /// [`Error`], in words for who runs the server.
    pub fn load(files: Files) -> Result<Self, Error> {
        let Pair { certified, ends, is_exposed } = files.read()?;
        let shown = Arc::new(Shown(RwLock::new(Arc::new(certified))));
        Ok(Self { files, shown, ends, is_exposed, complaint: None, reminded: None })
    }

    /// Begins connections with whatever certificate there is at the time.
    ///
    /// # Errors
    /// [`Error::Protocol`].
    pub fn acceptor(&self) -> Result<TlsAcceptor, Error> {
        let config = super::server(self.shown.clone()).map_err(Error::Protocol)?;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    /// Reads the files again every minute and whenever `hangups` says so, until `shutdown` begins.
    pub async fn follow(mut self, clock: Clock, mut hangups: Signal, shutdown: Shutdown) {
        self.announce();
        self.remind(clock.now());
        let mut ticks = interval_at(Instant::now() + EVERY, EVERY);
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
            // A panic there has been logged, and leaves all as it was. A disk that does not answer keeps
            // nobody from leaving.
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

    /// Shows what was read, if it is new and can be used.
    fn take(&mut self, read: Result<Pair, Error>) {
        match read {
            Ok(pair) => {
                self.complaint = None;
                if pair.certified.cert != self.shown.get().cert {
                    self.shown.replace(pair.certified);
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
                        "the certificate before is kept: there is no new one to use"
                    );
                    self.complaint = Some(complaint);
                }
            }
        }
    }

    /// Tells whoever reads the log that nothing new has come although the end is near.
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
                tracing::info!(%file, ends = ends.rfc3339(), "a certificate is shown");
                gauge!("frontdesk_tls_certificate_end_timestamp_seconds").set(precise(ends));
            }
            None => tracing::info!(%file, "a certificate is shown; when it ends cannot be told"),
        }
        if self.is_exposed {
            tracing::warn!(%key, "others than its owner can read the private key: chmod 600");
        }
    }
}

/// In seconds, as metrics are. A double is exact to the second for longer than there are certificates.
fn precise(at: Timestamp) -> f64 {
    at.seconds() as f64
}

#[cfg(test)]
mod tests;
