//! A connection that begins with a TLS handshake.
//!
//! The handshake is done by whoever reads first, which is the connection's own task: it keeps no
//! other waiting. So what holds for a new connection holds for its handshake, too: it has a slot, it
//! must bring a request's header in time, and the shutdown does not wait for it.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll, ready},
};

use metrics::counter;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::{Accept, TlsAcceptor, server::TlsStream};

/// What is said and heard within TLS on a connection that speaks nothing else.
pub(super) struct Secured<S> {
    state: State<S>,
    peer: SocketAddr,
}

enum State<S> {
    Handshake(Accept<S>),
    Open(TlsStream<S>),
    /// The handshake has failed, and the connection is closed.
    Failed,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Secured<S> {
    pub(super) fn new(tls: &TlsAcceptor, stream: S, peer: SocketAddr) -> Self {
        Self { state: State::Handshake(tls.accept(stream)), peer }
    }

    /// The stream within, once the handshake is done.
    fn poll_open(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Pin<&mut TlsStream<S>>>> {
        if let State::Handshake(handshake) = &mut self.state {
            match ready!(Pin::new(handshake).poll(context)) {
                Ok(stream) => {
                    count("done");
                    self.state = State::Open(stream);
                }
                Err(error) => {
                    // Scanners, clients that do not trust the certificate, and plain HTTP.
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
            tracing::debug!(peer = %self.peer, "a TLS handshake was given up");
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

    /// As [`TlsStream`] has it, which is not there yet when this is asked.
    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.state {
            State::Open(stream) => Pin::new(stream).poll_flush(context),
            // It flushes by itself, and nothing else has been written.
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
