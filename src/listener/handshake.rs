//! A connection that begins with a TLS handshake.
//!
//! The handshake is part of the first read, in the connection's own task, so it delays no other
//! connection. It has a slot, it must be followed by a request's header in time, and the shutdown does not
//! wait for it.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll, ready},
};

use metrics::counter;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::{Accept, TlsAcceptor, server::TlsStream};

/// The stream within TLS.
pub(super) struct Secured<S> {
    state: State<S>,
    peer: SocketAddr,
}

enum State<S> {
    Handshake(Accept<S>),
    Open(TlsStream<S>),
    /// The handshake failed, and the connection is closed.
    Failed,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Secured<S> {
    pub(super) fn new(tls: &TlsAcceptor, stream: S, peer: SocketAddr) -> Self {
        Self { state: State::Handshake(tls.accept(stream)), peer }
    }

    /// Returns the stream within TLS, once the handshake is complete.
    fn poll_open(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Pin<&mut TlsStream<S>>>> {
        if let State::Handshake(handshake) = &mut self.state {
            match ready!(Pin::new(handshake).poll(context)) {
                Ok(stream) => {
                    count("done");
                    self.state = State::Open(stream);
                }
                Err(error) => {
                    // Expected: scanners, clients that do not trust the certificate, and plain HTTP.
                    tracing::debug!(peer = %self.peer, %error, "a TLS handshake failed");
                    count("failed");
                    self.state = State::Failed;
                    return Poll::Ready(Err(error));
                }
            }
        }
        Poll::Ready(match &mut self.state {
            State::Open(stream) => Ok(Pin::new(stream)),
            State::Handshake(_) | State::Failed => Err(io::ErrorKind::NotConnected.into()),
        })
    }
}

impl<S> Drop for Secured<S> {
    fn drop(&mut self) {
        if matches!(self.state, State::Handshake(_)) {
            tracing::debug!(peer = %self.peer, "a TLS handshake was abandoned");
            count("given_up");
        }
    }
}

fn count(outcome: &'static str) {
    counter!("frontdesk_tls_handshakes_total", "outcome" => outcome).increment(1);
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Secured<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(self.poll_open(context))?.poll_read(context, into)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Secured<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_open(context))?.poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_open(context))?.poll_write_vectored(context, slices)
    }

    /// As of [`TlsStream`], which does not exist yet when this is called.
    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.state {
            State::Open(stream) => Pin::new(stream).poll_flush(context),
            // The handshake flushes itself, and nothing else has been written.
            State::Handshake(_) | State::Failed => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.state {
            State::Open(stream) => Pin::new(stream).poll_shutdown(context),
            State::Handshake(handshake) => match handshake.get_mut() {
                Some(stream) => Pin::new(stream).poll_shutdown(context),
                None => Poll::Ready(Ok(())),
            },
            State::Failed => Poll::Ready(Ok(())),
        }
    }
}
