//! Configuration: every option has a flag, a variable, a default and a line of help.

mod address;
mod database;
mod duration;
mod files;
mod jobs;
mod limits;
mod log;
mod network;
mod passwords;
mod payments;
#[cfg(test)]
mod tests;
mod tls;

use std::{io, path::PathBuf, str::FromStr, sync::Arc};

use clap::Args;
use frontdesk_domain::{clock::Clock, db::DatabaseUrl};
use frontdesk_http::BaseUrl;
use frontdesk_model::Secret;

use crate::adapters::{stripe::InvalidKey, webhook_sender::HttpWebhookSender};
pub use duration::NotADuration;

/// The configuration, which every command takes.
#[derive(Args, Clone, Debug)]
pub struct Config {
    #[command(flatten)]
    pub database: database::Database,

    #[command(flatten)]
    pub network: network::Network,

    #[command(flatten)]
    pub log: log::Log,

    #[command(flatten)]
    pub passwords: passwords::Passwords,

    #[command(flatten)]
    pub jobs: jobs::Jobs,

    #[command(flatten)]
    pub tls: tls::Tls,

    #[command(flatten)]
    pub payments: payments::Payments,

    #[command(flatten)]
    pub limits: limits::Limits,
}

/// Errors of the configuration, in words for the operator.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the file {} of {option} cannot be read", path.display())]
    SecretFile { option: &'static str, path: PathBuf, source: io::Error },
    #[error("the database URL cannot be used")]
    DatabaseUrl(#[source] <DatabaseUrl as FromStr>::Err),
    #[error("{} cannot be made", path.display())]
    Make { path: PathBuf, source: io::Error },
    #[error("--shutdown-delay must be shorter than --shutdown-deadline, which includes it")]
    DelayBeyondDeadline,
    #[error("--session-idle must not be longer than --session-lifetime")]
    IdleBeyondLifetime,
    #[error("--tls-certificate and --tls-key belong together: {missing} is missing")]
    HalfOfTls { missing: &'static str },
    #[error("with --tls-certificate the --base-url must begin with https://, and not be {0}")]
    PlainBaseUrl(BaseUrl),
    #[error(
        "--redirect-listen leads to the --base-url: give the https:// address that browsers find this server at"
    )]
    NothingToRedirectTo,
    #[error("{0} must be longer than nothing")]
    Zero(&'static str),
    #[error("--stripe-key is not one")]
    StripeKey(#[source] InvalidKey),
    #[error("there is a secret of Stripe's notices, but no --stripe-key")]
    NoStripeKey,
    #[error("--sandbox and --stripe-key exclude each other: give one of them")]
    SandboxAndStripe,
    #[error("--stripe-webhook-secret is empty, or one of several is")]
    EmptyWebhookSecret,
}

/// Reads a secret from its option or from its file.
fn secret(
    given: Option<&Secret>,
    file: Option<&PathBuf>,
    option: &'static str,
) -> Result<Option<Secret>, Error> {
    match (given, file) {
        (Some(secret), _) => Ok(Some(secret.clone())),
        (None, Some(path)) => files::secret(path).map(Some).map_err(|source| Error::SecretFile {
            option,
            path: path.clone(),
            source,
        }),
        (None, None) => Ok(None),
    }
}

impl Config {
    /// Checks combinations of options.
    ///
    /// # Errors
    /// The first error.
    pub fn check(&self) -> Result<(), Error> {
        let lease = ("--job-lease", self.jobs.job_lease);
        let mut times = self.network.times().into_iter().chain(self.passwords.times()).chain([lease]);
        if let Some((name, _)) = times.find(|(_, time)| time.is_zero()) {
            return Err(Error::Zero(name));
        }
        self.passwords.check()?;
        self.network.check()?;
        self.tls.check(self.network.base_url.as_ref())
    }

    /// Public URL of the server.
    pub fn base_url(&self) -> BaseUrl {
        let port = self.network.listen.port();
        match &self.network.base_url {
            Some(given) => given.clone(),
            None if self.tls.files().is_some() => BaseUrl::secure_localhost(port),
            None => BaseUrl::localhost(port),
        }
    }

    /// Options of the domain.
    ///
    /// # Errors
    /// Those of the gateway: an invalid or unreadable key or secret.
    pub fn domain(&self, url: DatabaseUrl, clock: Clock) -> Result<frontdesk_domain::Options, Error> {
        Ok(frontdesk_domain::Options {
            url,
            database: self.database.options(),
            passwords: self.passwords.options(),
            breached_passwords: self.passwords.breached_passwords(),
            lifetime: self.passwords.lifetime(),
            clock,
            webhook_sender: Arc::new(HttpWebhookSender::new(self.jobs.allow_private_webhooks)),
            gateway: self.payments.gateway(&self.base_url())?,
            approval_above: self.payments.refund_approval_above,
            events_kept: self.database.events_kept(),
            site: self.base_url().origin().into(),
        })
    }

    /// Logs a warning for each file with secrets or data that other users can read. The private key of the certificate
    /// has a warning of its own, whenever it is loaded.
    pub fn warn_of_open_files(&self, url: &DatabaseUrl) {
        self.database.warn_of_open_files(url);
        self.payments.warn_of_open_files();
    }

    /// Options of the worker.
    pub fn worker(&self) -> frontdesk_domain::jobs::Settings {
        self.jobs.settings(self.network.work_deadline())
    }

    /// Options of the HTTP surfaces.
    pub fn http(&self) -> frontdesk_http::Settings {
        let network = &self.network;
        frontdesk_http::Settings {
            base_url: self.base_url(),
            trusted_proxies: network.trusted_proxies(),
            body_bytes: network.body_limit,
            api_origins: network.api_origins.iter().map(|origin| origin.origin().into()).collect(),
            request_timeout: network.request_timeout,
            in_flight: network.max_in_flight as usize,
            rates: self.limits.rates(),
        }
    }
}
