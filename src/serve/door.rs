//! Where connections come in, and what is spoken there.

use std::{io, net::SocketAddr};

use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// An address that is listened on.
pub struct Door {
    pub(super) listener: TcpListener,
    pub(super) tls: Option<TlsAcceptor>,
}

impl Door {
    /// Plain HTTP, for what is on this machine, behind a proxy, or redirected.
    pub fn plain(listener: TcpListener) -> Self {
        Self { listener, tls: None }
    }

    /// HTTPS, and nothing else.
    pub fn secured(listener: TcpListener, tls: TlsAcceptor) -> Self {
        Self { listener, tls: Some(tls) }
    }

    pub(super) fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}
