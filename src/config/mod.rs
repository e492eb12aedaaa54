//! Configuration: each option has a flag, a variable, a default and a line of help.

mod duration;
mod files;
mod limits;
mod payments;
mod tls;

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use clap::Args;
use frontdesk_domain::{
    clock::Clock,
    db::{self, DatabaseUrl},
    jobs,
    passwords::{self, BreachedPasswords},
    sessions::Lifetime,
};
use frontdesk_http::{BaseUrl, request::client_address::Network};
use frontdesk_model::Secret;

use crate::{
    adapters::{breached_passwords::RangeServer, stripe::InvalidKey, webhook_sender::HttpWebhookSender},
    listener,
    telemetry::LogFormat,
};
pub use duration::NotADuration;

const DATA: &str = "Data";
const NETWORK: &str = "Network";
const LOG: &str = "Log";
const PASSWORDS: &str = "Passwords and sessions";
const JOBS: &str = "Jobs";

/// Maximum number of connections to `--redirect-listen`. Each needs one short response, and they take
/// none from the main listener.
const REDIRECTED: usize = 256;

/// The configuration, which every command takes.
#[derive(Args, Clone, Debug)]
#[expect(
    rustdoc::bare_urls,
    rustdoc::invalid_html_tags,
    reason = "clap prints these comments as they are, in a terminal"
)]
pub struct Config {
    /// The database: sqlite:<path> or postgres://user:password@host:port/name [default: the file
    /// frontdesk.db in the data directory]
    ///
    /// Flags can be seen by everybody on this machine: give a URL that has a password in it by the
    /// variable or in a file.
    #[arg(long, env = "FRONTDESK_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    #[arg(global = true, help_heading = DATA, conflicts_with = "database_url_file")]
    pub database_url: Option<Secret>,

    /// A file with the database URL in it
    #[arg(long, env = "FRONTDESK_DATABASE_URL_FILE", value_name = "FILE")]
    #[arg(global = true, help_heading = DATA)]
    pub database_url_file: Option<PathBuf>,

    /// Where files are kept; made if it is not there
    #[arg(long, env = "FRONTDESK_DATA_DIR", value_name = "DIRECTORY", default_value = "data")]
    #[arg(global = true, help_heading = DATA)]
    pub data_dir: PathBuf,

    /// Connections to the database
    #[arg(long, env = "FRONTDESK_DATABASE_CONNECTIONS", value_name = "NUMBER", default_value_t = 8)]
    #[arg(global = true, help_heading = DATA, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub database_connections: u32,

    /// The address and port to listen on
    #[arg(long, env = "FRONTDESK_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:3000")]
    #[arg(global = true, help_heading = NETWORK)]
    pub listen: SocketAddr,

    /// Where browsers find this server, such as https://desk.example [default: http://localhost
    /// and the port of --listen, or https:// with --tls-certificate]
    #[arg(long, env = "FRONTDESK_BASE_URL", value_name = "URL")]
    #[arg(global = true, help_heading = NETWORK)]
    pub base_url: Option<BaseUrl>,

    /// The reverse proxies in front, whose X-Forwarded-For is believed: addresses and ranges such
    /// as 10.0.0.0/8, separated by commas
    #[arg(long, env = "FRONTDESK_TRUSTED_PROXY", value_name = "ADDRESSES", value_delimiter = ',')]
    #[arg(global = true, help_heading = NETWORK)]
    pub trusted_proxy: Vec<Network>,

    /// Where to serve /metrics for Prometheus; nothing is counted if it is not given
    #[arg(long, env = "FRONTDESK_METRICS_LISTEN", value_name = "ADDRESS")]
    #[arg(global = true, help_heading = NETWORK)]
    pub metrics_listen: Option<SocketAddr>,

    /// Connections at the same time; more have to wait
    #[arg(long, env = "FRONTDESK_MAX_CONNECTIONS", value_name = "NUMBER", default_value_t = 4_096)]
    #[arg(global = true, help_heading = NETWORK, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_connections: u32,

    /// Requests at the same time; more are refused
    #[arg(long, env = "FRONTDESK_MAX_IN_FLIGHT", value_name = "NUMBER", default_value_t = 1_024)]
    #[arg(global = true, help_heading = NETWORK, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_in_flight: u32,

    /// How long a connection is kept between two requests
    ///
    /// Behind a load balancer it must be longer than the load balancer's own idle timeout, or
    /// requests fail that were on their way when the connection was closed.
    #[arg(long, env = "FRONTDESK_IDLE_TIMEOUT", value_name = "TIME", default_value = "75s")]
    #[arg(global = true, help_heading = NETWORK, value_parser = duration::parse)]
    pub idle_timeout: Duration,

    /// How long the header of a request may take to arrive
    #[arg(long, env = "FRONTDESK_HEADER_TIMEOUT", value_name = "TIME", default_value = "10s")]
    #[arg(global = true, help_heading = NETWORK, value_parser = duration::parse)]
    pub header_timeout: Duration,

    /// How long a request's body may take to arrive, and its answer to be made
    #[arg(long, env = "FRONTDESK_REQUEST_TIMEOUT", value_name = "TIME", default_value = "30s")]
    #[arg(global = true, help_heading = NETWORK, value_parser = duration::parse)]
    pub request_timeout: Duration,

    /// How large a request's body may be
    #[arg(long, env = "FRONTDESK_BODY_LIMIT", value_name = "BYTES", default_value_t = 65_536)]
    #[arg(global = true, help_heading = NETWORK)]
    pub body_limit: usize,

    /// How long to go on accepting requests after a signal to stop, so that a load balancer sees
    /// /health/ready say no first
    #[arg(long, env = "FRONTDESK_SHUTDOWN_DELAY", value_name = "TIME", default_value = "0s")]
    #[arg(global = true, help_heading = NETWORK, value_parser = duration::parse)]
    pub shutdown_delay: Duration,

    /// How long requests in flight, and jobs under way, may then take
    #[arg(long, env = "FRONTDESK_SHUTDOWN_DEADLINE", value_name = "TIME", default_value = "20s")]
    #[arg(global = true, help_heading = NETWORK, value_parser = duration::parse)]
    pub shutdown_deadline: Duration,

    /// What is logged: a level, and others for parts of the program
    #[arg(long, env = "FRONTDESK_LOG", value_name = "FILTER", default_value = "info,sqlx=warn")]
    #[arg(global = true, help_heading = LOG)]
    pub log: String,

    /// How the log is written
    #[arg(long, env = "FRONTDESK_LOG_FORMAT", value_name = "FORMAT", value_enum, default_value_t)]
    #[arg(global = true, help_heading = LOG)]
    pub log_format: LogFormat,

    /// Memory that hashing one password takes, in KiB
    #[arg(long, env = "FRONTDESK_HASH_MEMORY", value_name = "KIB", default_value_t = 19_456)]
    #[arg(global = true, help_heading = PASSWORDS)]
    pub hash_memory: u32,

    /// How often hashing a password passes over that memory
    #[arg(long, env = "FRONTDESK_HASH_PASSES", value_name = "NUMBER", default_value_t = 2)]
    #[arg(global = true, help_heading = PASSWORDS)]
    pub hash_passes: u32,

    /// Passwords hashed at the same time [default: as many as there are cores]
    #[arg(long, env = "FRONTDESK_HASH_THREADS", value_name = "NUMBER")]
    #[arg(global = true, help_heading = PASSWORDS, value_parser = clap::value_parser!(u16).range(1..=1_024))]
    pub hash_threads: Option<u16>,

    /// Passwords that may wait for that; fewer may where they would wait for half of --hash-deadline,
    /// and more are refused
    #[arg(long, env = "FRONTDESK_HASH_QUEUE", value_name = "NUMBER", default_value_t = 64)]
    #[arg(global = true, help_heading = PASSWORDS, value_parser = clap::value_parser!(u16).range(1..))]
    pub hash_queue: u16,

    /// How long one of them may wait
    #[arg(long, env = "FRONTDESK_HASH_DEADLINE", value_name = "TIME", default_value = "1s")]
    #[arg(global = true, help_heading = PASSWORDS, value_parser = duration::parse)]
    pub hash_deadline: Duration,

    /// A server that knows passwords from breaches, such as https://api.pwnedpasswords.com; it is told
    /// the first five digits of the SHA-1 of what people choose [default: none is asked]
    #[arg(long, env = "FRONTDESK_BREACHED_PASSWORDS_URL", value_name = "URL")]
    #[arg(global = true, help_heading = PASSWORDS)]
    pub breached_passwords_url: Option<BaseUrl>,

    /// How long a session lasts without a request
    #[arg(long, env = "FRONTDESK_SESSION_IDLE", value_name = "TIME", default_value = "7d")]
    #[arg(global = true, help_heading = PASSWORDS, value_parser = duration::parse)]
    pub session_idle: Duration,

    /// How long a session lasts in all
    #[arg(long, env = "FRONTDESK_SESSION_LIFETIME", value_name = "TIME", default_value = "30d")]
    #[arg(global = true, help_heading = PASSWORDS, value_parser = duration::parse)]
    pub session_lifetime: Duration,

    /// Leave jobs to `frontdesk worker`
    #[arg(long, env = "FRONTDESK_NO_JOBS", value_parser = clap::builder::FalseyValueParser::new())]
    #[arg(global = true, help_heading = JOBS)]
    pub no_jobs: bool,

    /// Jobs that one process works on at the same time
    #[arg(long, env = "FRONTDESK_JOB_CONCURRENCY", value_name = "NUMBER", default_value_t = 4)]
    #[arg(global = true, help_heading = JOBS, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub job_concurrency: u16,

    /// How long after a worker was last heard of another takes over its jobs
    #[arg(long, env = "FRONTDESK_JOB_LEASE", value_name = "TIME", default_value = "30s")]
    #[arg(global = true, help_heading = JOBS, value_parser = duration::parse)]
    pub job_lease: Duration,

    /// Let webhooks lead into private networks and be without HTTPS, for development
    #[arg(long, env = "FRONTDESK_ALLOW_PRIVATE_WEBHOOKS")]
    #[arg(global = true, help_heading = JOBS, value_parser = clap::builder::FalseyValueParser::new())]
    pub allow_private_webhooks: bool,

    #[command(flatten)]
    pub tls: tls::Tls,

    #[command(flatten)]
    pub payments: payments::Payments,

    #[command(flatten)]
    pub limits: limits::Limits,

    /// The origins whose scripts may call the API from a browser, such as https://app.example,
    /// separated by commas; none if not given
    #[arg(long, env = "FRONTDESK_API_ORIGINS", value_name = "ORIGINS", value_delimiter = ',')]
    #[arg(global = true, help_heading = NETWORK)]
    pub api_origins: Vec<BaseUrl>,
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
        let times = [
            ("--idle-timeout", self.idle_timeout),
            ("--header-timeout", self.header_timeout),
            ("--request-timeout", self.request_timeout),
            ("--hash-deadline", self.hash_deadline),
            ("--job-lease", self.job_lease),
            ("--session-idle", self.session_idle),
            ("--session-lifetime", self.session_lifetime),
        ];
        if let Some((name, _)) = times.iter().find(|(_, time)| time.is_zero()) {
            return Err(Error::Zero(name));
        }
        if self.session_idle > self.session_lifetime {
            return Err(Error::IdleBeyondLifetime);
        }
        self.tls.check(self.base_url.as_ref())
    }

    /// Public URL of the server.
    pub fn base_url(&self) -> BaseUrl {
        let port = self.listen.port();
        match &self.base_url {
            Some(given) => given.clone(),
            None if self.tls.files().is_some() => BaseUrl::secure_localhost(port),
            None => BaseUrl::localhost(port),
        }
    }

    /// URL of the database.
    ///
    /// # Errors
    /// An invalid URL, or a file that cannot be read.
    pub fn database_url(&self) -> Result<DatabaseUrl, Error> {
        let file = self.database_url_file.as_ref();
        match secret(self.database_url.as_ref(), file, "--database-url-file")? {
            Some(url) => url.expose().parse().map_err(Error::DatabaseUrl),
            None => Ok(DatabaseUrl::Sqlite(self.data_dir.join("frontdesk.db"))),
        }
    }

    /// Creates the data directory and the SQLite file if they are missing, readable only by their owner.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn make_files(&self, url: &DatabaseUrl) -> Result<(), Error> {
        let made = |path: &Path, result: io::Result<()>| {
            result.map_err(|source| Error::Make { path: path.to_owned(), source })
        };
        made(&self.data_dir, files::private_directory(&self.data_dir))?;
        if let DatabaseUrl::Sqlite(file) = url {
            if let Some(parent) = file.parent().filter(|parent| !parent.as_os_str().is_empty()) {
                made(parent, files::private_directory(parent))?;
            }
            made(file, files::private_file(file))?;
        }
        Ok(())
    }

    /// Options of the domain.
    ///
    /// # Errors
    /// Those of the gateway: an invalid or unreadable key or secret.
    pub fn domain(&self, url: DatabaseUrl, clock: Clock) -> Result<frontdesk_domain::Options, Error> {
        let passwords = passwords::Options::default();
        Ok(frontdesk_domain::Options {
            url,
            database: db::Options { connections: self.database_connections, ..db::Options::default() },
            passwords: passwords::Options {
                memory_kib: self.hash_memory,
                passes: self.hash_passes,
                threads: self.hash_threads.map_or(passwords.threads, usize::from),
                queue: usize::from(self.hash_queue),
                deadline: self.hash_deadline,
            },
            breached_passwords: self.breached_passwords(),
            lifetime: Lifetime { idle: self.session_idle, absolute: self.session_lifetime },
            clock,
            courier: Arc::new(HttpWebhookSender::new(self.allow_private_webhooks)),
            gateway: self.payments.gateway()?,
            approval_above: self.payments.refund_approval_above,
            site: self.base_url().origin().into(),
        })
    }

    fn breached_passwords(&self) -> Option<Arc<dyn BreachedPasswords>> {
        let url = self.breached_passwords_url.as_ref()?;
        Some(Arc::new(RangeServer::new(url)))
    }

    /// Options of the worker.
    pub fn jobs(&self) -> jobs::Settings {
        jobs::Settings {
            concurrency: usize::from(self.job_concurrency),
            lease: self.job_lease,
            deadline: self.shutdown_deadline,
            ..jobs::Settings::default()
        }
    }

    /// Options of the HTTP surfaces.
    pub fn http(&self) -> frontdesk_http::Settings {
        frontdesk_http::Settings {
            base_url: self.base_url(),
            trusted_proxies: self.trusted_proxy.iter().copied().collect(),
            body_bytes: self.body_limit,
            api_origins: self.api_origins.iter().map(|origin| origin.origin().into()).collect(),
            request_timeout: self.request_timeout,
            in_flight: self.max_in_flight as usize,
            rates: self.limits.rates(),
        }
    }

    /// Options of the main listener.
    pub fn serve(&self) -> listener::Settings {
        listener::Settings {
            connections: self.max_connections as usize,
            idle: self.idle_timeout,
            header: self.header_timeout,
            stall: self.request_timeout,
            shutdown_delay: self.shutdown_delay,
            shutdown_deadline: self.shutdown_deadline,
        }
    }

    /// Options of the redirecting listener: few connections, each closed after its response.
    pub fn serve_redirects(&self) -> listener::Settings {
        listener::Settings { connections: REDIRECTED, idle: self.header_timeout, ..self.serve() }
    }
}

#[cfg(test)]
mod tests;
