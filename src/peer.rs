//! Another server, which the operator has named for this one to ask.

use std::{error::Error, sync::OnceLock, time::Duration};

use frontdesk_http::BaseUrl;

use crate::tls;

/// The way there.
pub struct Peer {
    http: OnceLock<reqwest::Client>,
    /// It is on this very machine, where no proxy leads.
    is_here: bool,
    /// How long a connection may take to come about.
    connect: Duration,
}

impl Peer {
    pub fn new(url: &BaseUrl, connect: Duration) -> Self {
        Self { http: OnceLock::new(), is_here: url.is_loopback(), connect }
    }

    /// The client to ask with. Made when it is first needed: the certificates of all authorities are
    /// read for it.
    ///
    /// # Errors
    /// Why there can be none, in words for an operator.
    pub fn http(&self) -> Result<&reqwest::Client, String> {
        if let Some(http) = self.http.get() {
            return Ok(http);
        }
        let unable = |error: &dyn Error| error.to_string();
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::client(tls::of_this_machine()).map_err(|error| unable(&error))?)
            .connect_timeout(self.connect)
            // Who was named is asked, and nobody whom they name: what is sent goes nowhere else.
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("frontdesk/", env!("CARGO_PKG_VERSION")));
        if self.is_here {
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(|error| unable(&error))?;
        Ok(self.http.get_or_init(|| http))
    }
}
