//! Network options: addresses, timeouts and sizes.

use std::{net::SocketAddr, time::Duration};

use clap::Args;
use frontdesk_http::{
    BaseUrl,
    request::client_address::{self, TrustedProxies},
};

use super::{Error, address, duration};
use crate::listener;

const NETWORK: &str = "Network";

/// Maximum number of connections to `--redirect-listen`. Each needs one short response, and they take
/// none from the main listener.
pub(super) const REDIRECTED: usize = 256;

/// The most that a shutdown keeps of its deadline for closing.
const CLOSING: Duration = Duration::from_secs(1);

/// Network options.
#[derive(Args, Clone, Debug)]
#[expect(rustdoc::bare_urls, reason = "clap prints these comments as they are, in a terminal")]
pub struct Network {
    /// The address and port to listen on
    #[arg(long, env = "FRONTDESK_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:3000")]
    #[arg(global = true, help_heading = NETWORK, value_parser = address::parse)]
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
    pub trusted_proxy: Vec<client_address::Network>,

    /// Where to serve /metrics for Prometheus; nothing is counted if it is not given
    #[arg(long, env = "FRONTDESK_METRICS_LISTEN", value_name = "ADDRESS")]
    #[arg(global = true, help_heading = NETWORK, value_parser = address::parse)]
    pub metrics_listen: Option<SocketAddr>,

    /// Connections at the same time; for a further one, the connection is closed that has waited the longest
    /// for its client
    #[arg(long, env = "FRONTDESK_MAX_CONNECTIONS", value_name = "NUMBER", default_value_t = 4_096)]
    #[arg(global = true, help_heading = NETWORK, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_connections: u32,

    /// Connections of one client address at the same time, of which half of --max-connections at most;
    /// those of a --trusted-proxy are not limited
    #[arg(long, env = "FRONTDESK_MAX_CONNECTIONS_PER_CLIENT", value_name = "NUMBER", default_value_t = 512)]
    #[arg(global = true, help_heading = NETWORK, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_connections_per_client: u32,

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

    /// How long to go on accepting requests after a signal to stop [default: until a load balancer has
    /// asked /health/ready three times, up to 5s; not at all if none asks]
    #[arg(long, env = "FRONTDESK_SHUTDOWN_DELAY", value_name = "TIME")]
    #[arg(global = true, help_heading = NETWORK, value_parser = duration::parse)]
    pub shutdown_delay: Option<Duration>,

    /// How long after a signal to stop the process ends, whatever is under way; containers are killed
    /// after 10s
    #[arg(long, env = "FRONTDESK_SHUTDOWN_DEADLINE", value_name = "TIME", default_value = "9s")]
    #[arg(global = true, help_heading = NETWORK, value_parser = duration::parse)]
    pub shutdown_deadline: Duration,

    /// The origins whose scripts may call the API from a browser, such as https://app.example,
    /// separated by commas; none if not given
    #[arg(long, env = "FRONTDESK_API_ORIGINS", value_name = "ORIGINS", value_delimiter = ',')]
    #[arg(global = true, help_heading = NETWORK)]
    pub api_origins: Vec<BaseUrl>,
}

impl Network {
    /// Options of the main listener.
    pub fn listener(&self) -> listener::Settings {
        listener::Settings {
            connections: self.max_connections as usize,
            connections_per_client: self.max_connections_per_client as usize,
            trusted_proxies: self.trusted_proxies(),
            idle: self.idle_timeout,
            header: self.header_timeout,
            stall: self.request_timeout,
            shutdown_delay: self.shutdown_delay,
            shutdown_deadline: self.work_deadline(),
        }
    }

    /// The proxies that `X-Forwarded-For` is accepted from.
    pub fn trusted_proxies(&self) -> TrustedProxies {
        self.trusted_proxy.iter().copied().collect()
    }

    /// The time from the signal until requests and jobs are cut off: what is left is for recording that, and
    /// for closing the database.
    pub(super) fn work_deadline(&self) -> Duration {
        self.shutdown_deadline.saturating_sub((self.shutdown_deadline / 4).min(CLOSING))
    }

    /// Rejects options that contradict each other.
    pub(super) fn check(&self) -> Result<(), Error> {
        match self.shutdown_delay {
            Some(delay) if delay >= self.shutdown_deadline => Err(Error::DelayBeyondDeadline),
            _ => Ok(()),
        }
    }

    /// Options of the redirecting listener: few connections, each closed after its response.
    pub fn redirects(&self) -> listener::Settings {
        listener::Settings { connections: REDIRECTED, idle: self.header_timeout, ..self.listener() }
    }

    /// The options that must be longer than nothing.
    pub(super) fn times(&self) -> [(&'static str, Duration); 3] {
        [
            ("--idle-timeout", self.idle_timeout),
            ("--header-timeout", self.header_timeout),
            ("--request-timeout", self.request_timeout),
        ]
    }
}
