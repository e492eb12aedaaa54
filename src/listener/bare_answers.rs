//! Security headers on hyper's own responses.
//!
//! Hyper answers a request that it cannot parse with a bare 400 or 431, before any layer of ours. Such a
//! response is recognised by its moment: everything was written, no request is being carried out, and none
//! has begun since.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::header_timeout::Turn;

/// A stream that adds header lines to responses that no request of ours has.
pub(super) struct BareAnswers<S> {
    stream: S,
    turn: Turn,
    /// Header lines, each with its end of line.
    headers: Arc<str>,
    /// The number of requests when everything was written last.
    quiet_after: Option<u64>,
    /// A response with its headers, the part that is not written yet.
    rest: Vec<u8>,
}

impl<S: AsyncWrite + Unpin> BareAnswers<S> {
    pub(super) fn new(stream: S, turn: Turn, headers: Arc<str>) -> Self {
        Self { stream, turn, headers, quiet_after: Some(0), rest: Vec::new() }
    }

    /// Returns true if what hyper writes now is its own.
    fn is_bare(&self) -> bool {
        self.turn.requests_if_idle().is_some_and(|requests| self.quiet_after == Some(requests))
    }

    fn add_headers(&mut self, response: &[u8]) {
        let end_of_line = response.windows(2).position(|two| two == b"\r\n").map_or(0, |at| at + 2);
        let (status, rest) = response.split_at(end_of_line);
        self.rest = [status, self.headers.as_bytes(), rest].concat();
        self.quiet_after = None;
    }

    fn poll_rest(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.rest.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(context, &self.rest))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.rest.drain(..written);
        }
        Poll::Ready(Ok(()))
    }

    /// Takes a bare response as a whole; what the stream does not take at once is written with the next flush.
    fn take(&mut self, response: &[u8], context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.add_headers(response);
        match self.poll_rest(context) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Ready(Ok(())) | Poll::Pending => Poll::Ready(Ok(response.len())),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for BareAnswers<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for BareAnswers<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_rest(context))?;
        if self.is_bare() {
            return self.take(bytes, context);
        }
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_rest(context))?;
        if self.is_bare() {
            let response: Vec<u8> = slices.iter().flat_map(|slice| slice.iter().copied()).collect();
            return self.take(&response, context);
        }
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_rest(context))?;
        ready!(Pin::new(&mut self.stream).poll_flush(context))?;
        self.quiet_after = self.turn.requests_if_idle();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_rest(context))?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    use super::*;
    use crate::listener::connections::Activity;

    const BARE: &[u8] = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n";
    const WITH_HEADERS: &str = "HTTP/1.1 400 Bad Request\r\na: b\r\ncontent-length: 0\r\n\r\n";

    fn pair(buffer: usize) -> (BareAnswers<DuplexStream>, DuplexStream, Turn) {
        let (server, client) = duplex(buffer);
        let turn = Turn::new(Arc::new(Activity::new(tokio::time::Instant::now())));
        (BareAnswers::new(server, turn.clone(), "a: b\r\n".into()), client, turn)
    }

    async fn all(mut client: DuplexStream, server: BareAnswers<DuplexStream>) -> String {
        drop(server);
        let mut text = String::new();
        client.read_to_string(&mut text).await.unwrap();
        text
    }

    #[tokio::test]
    async fn a_response_without_a_request_gets_the_headers() {
        let (mut server, client, _turn) = pair(1_024);
        server.write_all(BARE).await.unwrap();
        assert_eq!(all(client, server).await, WITH_HEADERS);
    }

    #[tokio::test]
    async fn a_response_to_a_request_is_left_as_it_is_whatever_it_looks_like() {
        let (mut server, client, turn) = pair(1_024);
        turn.begin_answer(true);
        server.write_all(BARE).await.unwrap();
        // The body has ended, and its last bytes are not flushed yet.
        turn.end_answer();
        server.write_all(BARE).await.unwrap();
        server.flush().await.unwrap();
        let bare = String::from_utf8(BARE.to_vec()).unwrap();
        server.write_all(BARE).await.unwrap();
        assert_eq!(all(client, server).await, format!("{bare}{bare}{WITH_HEADERS}"));
    }

    #[tokio::test]
    async fn a_client_that_reads_slowly_gets_all_of_it() {
        let (mut server, mut client, _turn) = pair(7);
        let reader = tokio::spawn(async move {
            let mut text = String::new();
            client.read_to_string(&mut text).await.unwrap();
            text
        });
        server.write_all(BARE).await.unwrap();
        server.shutdown().await.unwrap();
        assert_eq!(reader.await.unwrap(), WITH_HEADERS);
    }
}
