//! How requests are treated.

use std::time::Duration;

use super::{client::TrustedProxies, rate::Rates};
use crate::config::BaseUrl;

/// What the layers and pages need to know of the configuration.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where browsers find this server.
    pub base_url: BaseUrl,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: TrustedProxies,
    /// How large a body may be, in bytes.
    pub body_bytes: usize,
    /// How long a body may take to arrive, and a handler to answer.
    pub request_timeout: Duration,
    /// How many requests may be in flight at once.
    pub in_flight: usize,
    /// The origins whose scripts may call the API from a browser.
    pub api_origins: Vec<Box<str>>,
    /// How often one client may ask.
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
