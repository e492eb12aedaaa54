//! The settings of the HTTP layers.

use std::time::Duration;

use crate::{BaseUrl, rate_limit::Rates, request::client_address::TrustedProxies};

/// The part of the configuration that layers, pages and the API need.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The address that browsers use.
    pub base_url: BaseUrl,
    /// The proxies that `X-Forwarded-For` is accepted from.
    pub trusted_proxies: TrustedProxies,
    /// The largest body, in bytes.
    pub body_bytes: usize,
    /// The longest time for a body to arrive, and for a handler to answer.
    pub request_timeout: Duration,
    /// The most requests in flight at once.
    pub in_flight: usize,
    /// The origins of which scripts may call the API from a browser.
    pub api_origins: Vec<Box<str>>,
    /// The rate limits of one client.
    pub rates: Rates,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_url: BaseUrl::localhost(3_000),
            trusted_proxies: TrustedProxies::default(),
            body_bytes: 64 * 1024,
            request_timeout: Duration::from_secs(30),
            in_flight: 1_024,
            api_origins: Vec::new(),
            rates: Rates::default(),
        }
    }
}
