//! TLS options, and the redirect from plain HTTP.

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;
use frontdesk_http::BaseUrl;

use super::{Error, address};
use crate::tls::certificate::Files;

const TLS: &str = "TLS";

/// TLS options.
#[derive(Args, Clone, Debug)]
pub struct Tls {
    /// The certificate of this server, with those that lead from it to an authority, as PEM; then
    /// --listen speaks HTTPS and nothing else
    ///
    /// This file and that of --tls-key are read again every minute, and on SIGHUP: who renews the
    /// certificate replaces them, and need not start the server again.
    #[arg(long, env = "FRONTDESK_TLS_CERTIFICATE", value_name = "FILE")]
    #[arg(global = true, help_heading = TLS)]
    pub tls_certificate: Option<PathBuf>,

    /// The private key of that certificate, as PEM: PKCS#8, PKCS#1 or SEC1
    #[arg(long, env = "FRONTDESK_TLS_KEY", value_name = "FILE")]
    #[arg(global = true, help_heading = TLS)]
    pub tls_key: Option<PathBuf>,

    /// Where plain HTTP is redirected to the same place at --base-url, such as 0.0.0.0:80
    #[arg(long, env = "FRONTDESK_REDIRECT_LISTEN", value_name = "ADDRESS")]
    #[arg(global = true, help_heading = TLS, value_parser = address::parse)]
    pub redirect_listen: Option<SocketAddr>,
}

impl Tls {
    /// Returns the paths of the certificate and its key; `None` for plain HTTP.
    pub fn files(&self) -> Option<Files> {
        let (certificate, key) = (self.tls_certificate.clone()?, self.tls_key.clone()?);
        Some(Files { certificate, key })
    }

    /// Rejects options that contradict each other. `base_url` is the configured one.
    pub(super) fn check(&self, base_url: Option<&BaseUrl>) -> Result<(), Error> {
        let is_served = match (&self.tls_certificate, &self.tls_key) {
            (Some(_), Some(_)) => true,
            (None, None) => false,
            (Some(_), None) => return Err(Error::HalfOfTls { missing: "--tls-key" }),
            (None, Some(_)) => return Err(Error::HalfOfTls { missing: "--tls-certificate" }),
        };
        match base_url {
            Some(plain) if is_served && !plain.is_https() => Err(Error::PlainBaseUrl(plain.clone())),
            _ if self.redirect_listen.is_none() => Ok(()),
            // Not the default, which would redirect every visitor to their own machine.
            Some(url) if url.is_https() => Ok(()),
            _ => Err(Error::NothingToRedirectTo),
        }
    }
}
