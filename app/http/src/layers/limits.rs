//! Limits of size, time and concurrency.
//!
//! Everything before a handler runs is limited by hyper (the header) and here (the URL, the body), so
//! that a handler gets the whole request and slow senders occupy no slot.

use std::{net::Ipv4Addr, sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use frontdesk_domain::passwords::Passwords;
use frontdesk_model::{Code, Problem};
use http::{
    HeaderMap, Method, Uri,
    header::{ACCEPT_ENCODING, CONTENT_ENCODING, EXPECT},
};
use http_body_util::BodyExt;
use tokio::{sync::Semaphore, time::timeout};

use crate::{
    problem::Refusal,
    request::client_address::{ClientAddr, network},
};

/// The longest path and query, in bytes. Our pages never write longer ones.
const LONGEST_URL: usize = 8 * 1024;
/// The part of a body that is still read when it is too large, in bytes.
const DISCARDED: usize = 1024 * 1024;
/// The longest time that it is read for.
const DISCARDING: Duration = Duration::from_secs(1);

/// Rejects a URL that is too long, or has no path, with 400: `GET x` and `CONNECT x:443` name a host,
/// `OPTIONS *` the whole server. Pages rely on a path.
pub async fn url(request: Request, next: Next) -> Response {
    let length = request.uri().path_and_query().map_or(0, |text| text.as_str().len());
    let fault = if length > LONGEST_URL {
        "The address is too long."
    } else if !has_path(request.uri()) {
        "The address is not a path: it does not begin with a slash."
    } else {
        return next.run(request).await;
    };
    Refusal(Problem::new(Code::MalformedRequest).detail(fault)).into_response()
}

/// Returns true if the URL has a path.
pub(crate) fn has_path(url: &Uri) -> bool {
    url.path().starts_with('/')
}

/// Rejects requests that hash a password with 503 while the queue for hashing is full, or the client's share
/// of it.
#[derive(Clone)]
pub struct HashingGate {
    pub passwords: Passwords,
    /// Tells by the method and path of a request if it hashes a password.
    pub hashes: fn(&Method, &str) -> bool,
}

/// Applies a [`HashingGate`]. The use case would reject the request as well, but only after all the
/// work before it, which delays every other request during a flood.
pub async fn hashing(State(gate): State<HashingGate>, request: Request, next: Next) -> Response {
    if !(gate.hashes)(request.method(), request.uri().path()) {
        return next.run(request).await;
    }
    let client = request.extensions().get().map_or(Ipv4Addr::LOCALHOST.into(), |ClientAddr(it)| *it);
    match gate.passwords.reserve(network(client)).await {
        Ok(_place) => next.run(request).await,
        Err(_) => Refusal(Problem::new(Code::Busy).retry_after(1)).into_response(),
    }
}

/// The largest body, in bytes, and the longest time for it to arrive.
#[derive(Clone, Copy, Debug)]
pub struct BodyLimits {
    pub bytes: usize,
    pub time: Duration,
}

/// Reads the whole body before the handler: 413 if it is too large, 408 if it is too slow, 415 if it is
/// compressed.
///
/// Bodies here are forms and JSON, which fit in memory. A larger one needs a route outside of this
/// layer that reads it as a stream.
pub async fn body(State(limits): State<BodyLimits>, request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (parts, mut body) = request.into_parts();
    if is_encoded(&parts.headers) {
        if !parts.headers.contains_key(EXPECT) {
            discard(body).await;
        }
        let problem = Problem::new(Code::UnsupportedMediaType).detail("The body must not be compressed.");
        return ([(ACCEPT_ENCODING, "identity")], Refusal(problem)).into_response();
    }
    match read(&mut body, limits).await {
        Ok(bytes) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Err(code) => {
            // A client that expects 100 (Continue) is not sending yet.
            if code == Code::TooLarge && !parts.headers.contains_key(EXPECT) {
                discard(body).await;
            }
            Refusal(Problem::new(code)).into_response()
        }
    }
}

/// Returns true if the body has a content coding. A compressed body has no limit that it could be held to
/// before it is unpacked.
fn is_encoded(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(CONTENT_ENCODING).iter();
    let mut codings =
        lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b',')).map(<[u8]>::trim_ascii);
    codings.any(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity"))
}

async fn read(body: &mut Body, limits: BodyLimits) -> Result<Bytes, Code> {
    // The announced length first; the body is counted while it arrives.
    if usize::try_from(body.size_hint().lower()).is_ok_and(|length| length > limits.bytes) {
        return Err(Code::TooLarge);
    }
    timeout(limits.time, collect(body, limits.bytes)).await.unwrap_or(Err(Code::RequestTimeout))
}

/// Copies a body into one buffer. A list of its chunks would keep alive, for each of them, the buffer that it
/// was read into: many times the body's length if it arrives byte by byte.
async fn collect(body: &mut Body, most: usize) -> Result<Bytes, Code> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(most);
    let mut whole = Vec::with_capacity(announced.min(most));
    while let Some(frame) = body.frame().await {
        // Trailers are ignored.
        let Ok(chunk) = frame.map_err(|_| Code::MalformedRequest)?.into_data() else { continue };
        if chunk.len() > most - whole.len() {
            return Err(Code::TooLarge);
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.into())
}

/// Reads a part of what is still being sent: if the connection is closed on a sender, browsers show a
/// reset connection instead of the response.
async fn discard(mut body: Body) {
    let read = async {
        let mut left = DISCARDED;
        while let Some(Ok(frame)) = body.frame().await {
            let length = frame.data_ref().map_or(0, Bytes::len);
            match left.checked_sub(length) {
                Some(rest) => left = rest,
                None => break,
            }
        }
    };
    let _ = timeout(DISCARDING, read).await;
}

/// Rejects requests with 503 while all `slots` are taken. A queue would make every one of them slow.
pub async fn in_flight(State(slots): State<Arc<Semaphore>>, request: Request, next: Next) -> Response {
    let Ok(_slot) = slots.try_acquire() else {
        tracing::warn!("rejected: too many requests in flight");
        return Refusal(Problem::new(Code::Busy).retry_after(1)).into_response();
    };
    next.run(request).await
}

/// Cancels a handler that takes too long: with 503 if it only reads. Otherwise with 504, because its commit
/// may be under way, and an idempotent request continues in the background; a retry gets its response.
pub async fn time(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    let changes_nothing = request.method().is_safe();
    timeout(limit, next.run(request)).await.unwrap_or_else(|_| {
        tracing::warn!("timed out: the response took too long");
        let problem = if changes_nothing {
            Problem::new(Code::Busy).retry_after(5)
        } else {
            Problem::new(Code::OutcomeUnknown)
        };
        Refusal(problem).into_response()
    })
}

#[cfg(test)]
mod tests {
    use axum::{
        Router,
        middleware::{from_fn, from_fn_with_state},
        routing::any,
    };
    use futures::StreamExt;
    use http::{StatusCode, header::RETRY_AFTER};
    use tower::ServiceExt;

    use super::*;

    async fn send(router: Router, request: Request) -> (StatusCode, Bytes) {
        let response = router.oneshot(request).await.unwrap();
        (response.status(), response.into_body().collect().await.unwrap().to_bytes())
    }

    #[tokio::test]
    async fn a_url_can_have_8_kib() {
        for (length, expected) in [(LONGEST_URL, StatusCode::OK), (LONGEST_URL + 1, StatusCode::BAD_REQUEST)]
        {
            let router = Router::new().fallback(any(async || "reached")).layer(from_fn(url));
            let path = format!("/?{}", "a".repeat(length - 2));
            let request = http::Request::get(path).body(Body::empty()).unwrap();
            assert_eq!(send(router, request).await.0, expected, "{length}");
        }
    }

    async fn post(body: Body) -> (StatusCode, Bytes) {
        let limits = BodyLimits { bytes: 10, time: Duration::from_secs(1) };
        let router = Router::new()
            .route("/", any(async |body: Bytes| body))
            .layer(from_fn_with_state(limits, super::body));
        send(router, http::Request::post("/").body(body).unwrap()).await
    }

    fn stream(pieces: &[&'static str]) -> Body {
        let pieces: Vec<std::io::Result<&'static str>> = pieces.iter().map(|piece| Ok(*piece)).collect();
        Body::from_stream(futures::stream::iter(pieces))
    }

    #[tokio::test]
    async fn a_body_that_is_announced_or_found_too_large_is_rejected() {
        assert_eq!(post(Body::empty()).await, (StatusCode::OK, Bytes::new()));
        assert_eq!(post(Body::from("0123456789")).await, (StatusCode::OK, Bytes::from("0123456789")));
        assert_eq!(post(stream(&["01234", "56789"])).await, (StatusCode::OK, Bytes::from("0123456789")));
        assert_eq!(post(Body::from("0123456789a")).await.0, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(post(stream(&["01234", "56789", "a"])).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_is_slow_or_breaks_off_is_rejected() {
        let never =
            futures::stream::once(async { Ok::<_, std::io::Error>("0") }).chain(futures::stream::pending());
        assert_eq!(post(Body::from_stream(never)).await.0, StatusCode::REQUEST_TIMEOUT);
        let broken = futures::stream::iter([Ok("0"), Err(std::io::Error::other("gone"))]);
        assert_eq!(post(Body::from_stream(broken)).await.0, StatusCode::BAD_REQUEST);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_handler_is_cancelled() {
        let slow = async || tokio::time::sleep(Duration::from_secs(60)).await;
        let router =
            Router::new().route("/", any(slow)).layer(from_fn_with_state(Duration::from_secs(30), time));
        let response = router.oneshot(http::Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(
            (response.status(), &response.headers()[RETRY_AFTER]),
            (StatusCode::SERVICE_UNAVAILABLE, &"5".parse().unwrap())
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_beyond_the_slots_is_rejected_at_once() {
        let slow = async || tokio::time::sleep(Duration::from_secs(1)).await;
        let router = Router::new()
            .route("/", any(slow))
            .layer(from_fn_with_state(Arc::new(Semaphore::new(2)), in_flight));
        let ask = || router.clone().oneshot(http::Request::get("/").body(Body::empty()).unwrap());
        let (first, second, third) = tokio::join!(ask(), ask(), ask());
        assert_eq!(first.unwrap().status(), StatusCode::OK);
        assert_eq!(second.unwrap().status(), StatusCode::OK);
        assert_eq!(third.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(ask().await.unwrap().status(), StatusCode::OK, "their slots are free again");
    }
}
