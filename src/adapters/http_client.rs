//! The HTTP client for servers that the operator has configured.

use std::{error::Error, sync::OnceLock, time::Duration};

use frontdesk_http::BaseUrl;

use crate::tls;

/// A client for one server.
pub(super) struct HttpClient {
    http: OnceLock<reqwest::Client>,
    /// True for a server on this machine, which no proxy can reach.
    is_loopback: bool,
    /// The longest time to connect.
    connect: Duration,
}

impl HttpClient {
    pub(super) fn new(url: &BaseUrl, connect: Duration) -> Self {
        Self { http: OnceLock::new(), is_loopback: url.is_loopback(), connect }
    }

    /// Returns the client, made on first use: it reads the certificates of all authorities.
    ///
    /// # Errors
    /// The reason that there is none, in words for an operator.
    pub(super) fn http(&self) -> Result<&reqwest::Client, String> {
        if let Some(http) = self.http.get() {
            return Ok(http);
        }
        let unable = |error: &dyn Error| error.to_string();
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::client(tls::system_roots()).map_err(|error| unable(&error))?)
            .connect_timeout(self.connect)
            // Credentials must not be sent to a server that a redirect names.
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("frontdesk/", env!("CARGO_PKG_VERSION")));
        if self.is_loopback {
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(|error| unable(&error))?;
        Ok(self.http.get_or_init(|| http))
    }
}
