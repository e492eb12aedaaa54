//! The timeout of request headers, which starts when a header has begun.
//!
//! Hyper has a single timeout for idle connections and for headers. A proxy keeps idle connections for a
//! minute or more; a header that takes a minute is an attack (Slowloris).

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Frame, Incoming, SizeHint};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep_until},
};

use super::connections::Activity;

/// The phase of a connection: reading a request, or responding to it. Shared by the stream, which sees
/// bytes, and the service, which sees requests.
#[derive(Clone, Debug)]
pub(super) struct Turn(Arc<State>);

#[derive(Debug)]
struct State {
    /// The number of complete headers.
    requests: AtomicU64,
    answering: AtomicBool,
    activity: Arc<Activity>,
}

impl Turn {
    pub(super) fn new(activity: Arc<Activity>) -> Self {
        let state = State { requests: AtomicU64::new(0), answering: AtomicBool::new(false), activity };
        Self(Arc::new(state))
    }

    /// Marks a complete header. `is_whole`: the request has no body that has to arrive.
    pub(super) fn begin_answer(&self, is_whole: bool) {
        self.0.requests.fetch_add(1, Ordering::Relaxed);
        self.0.answering.store(true, Ordering::Relaxed);
        if is_whole {
            self.0.activity.has_request();
        }
    }

    /// Marks the end of a response: the next request is read.
    pub(super) fn end_answer(&self) {
        self.0.answering.store(false, Ordering::Relaxed);
        self.0.activity.await_request();
    }

    /// The number of requests so far, if none is being answered.
    pub(super) fn requests_if_idle(&self) -> Option<u64> {
        let requests = self.0.requests.load(Ordering::Relaxed);
        (!self.0.answering.load(Ordering::Relaxed)).then_some(requests)
    }
}

/// The body of a request, which marks its end.
pub(super) struct Arriving {
    body: Incoming,
    turn: Turn,
}

impl Arriving {
    pub(super) fn new(body: Incoming, turn: Turn) -> Self {
        Self { body, turn }
    }
}

impl hyper::body::Body for Arriving {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if self.body.is_end_stream() || matches!(frame, Poll::Ready(None)) {
            self.turn.0.activity.has_request();
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The body of a response. When it is dropped, the next request is read.
pub(super) struct Answer {
    body: Body,
    turn: Turn,
}

impl Answer {
    pub(super) fn new(body: Body, turn: Turn) -> Self {
        Self { body, turn }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.turn.end_answer();
    }
}

impl hyper::body::Body for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A stream on which a read fails with `TimedOut` if a header takes too long: from its first byte, and for
/// the first request from the beginning of the connection.
pub(super) struct HeaderTimeout<S> {
    stream: S,
    turn: Turn,
    limit: Duration,
    /// The deadline of the header that has begun.
    deadline: Option<Pin<Box<Sleep>>>,
    /// The number of complete headers when it was set.
    after: u64,
}

impl<S> HeaderTimeout<S> {
    pub(super) fn new(stream: S, turn: Turn, limit: Duration) -> Self {
        let deadline = Some(Box::pin(sleep_until(Instant::now() + limit)));
        Self { stream, turn, limit, deadline, after: 0 }
    }

    /// Returns true if a header has begun, and its time is over.
    fn is_late(&mut self, has_read: bool, context: &mut Context<'_>) -> bool {
        let State { requests, answering, .. } = &*self.turn.0;
        let requests = requests.load(Ordering::Relaxed);
        if self.after != requests {
            self.after = requests;
            self.deadline = None;
        }
        // These bytes are a body, or a pipelined request.
        if answering.load(Ordering::Relaxed) {
            return false;
        }
        if has_read && self.deadline.is_none() {
            self.deadline = Some(Box::pin(sleep_until(Instant::now() + self.limit)));
        }
        // Checked even if bytes arrive: a byte now and then does not extend the deadline.
        self.deadline.as_mut().is_some_and(|deadline| deadline.as_mut().poll(context).is_ready())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for HeaderTimeout<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let progress = Pin::new(&mut self.stream).poll_read(context, into);
        let has_read = into.filled().len() > before;
        if self.is_late(has_read, context) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        progress
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for HeaderTimeout<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
