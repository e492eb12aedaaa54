//! From connections to requests: accepting, TLS, the limits of HTTP/1.1 itself, and graceful shutdown.

mod handshake;
mod header_timeout;
pub mod open_files;
mod serve;
mod stall_timeout;
#[cfg(test)]
mod tests;

use std::{io, net::SocketAddr, time::Duration};

use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

pub use serve::serve;

/// A socket that accepts connections, with or without TLS.
pub struct Listener {
    socket: TcpListener,
    tls: Option<TlsAcceptor>,
}

impl Listener {
    /// Plain HTTP: for this machine, behind a proxy, or to redirect.
    pub fn plain(socket: TcpListener) -> Self {
        Self { socket, tls: None }
    }

    /// HTTPS only.
    pub fn secured(socket: TcpListener, tls: TlsAcceptor) -> Self {
        Self { socket, tls: Some(tls) }
    }

    fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }
}

/// The limits of connections.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The most connections. Further ones wait in the system's queue.
    pub connections: usize,
    /// The longest time between two requests on a connection.
    pub idle: Duration,
    /// The longest time for a request's header, from its first byte; and for a new connection until its
    /// first header, with the TLS handshake.
    pub header: Duration,
    /// The longest time in which a client reads nothing of its response.
    pub stall: Duration,
    /// The time in which requests are still accepted after the shutdown has begun.
    pub shutdown_delay: Duration,
    /// The longest time for requests in flight after that.
    pub shutdown_deadline: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connections: 4_096,
            idle: Duration::from_secs(75),
            header: Duration::from_secs(10),
            stall: Duration::from_secs(30),
            shutdown_delay: Duration::ZERO,
            shutdown_deadline: Duration::from_secs(20),
        }
    }
}
