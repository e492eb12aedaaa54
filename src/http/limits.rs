//! How large a request may be, how long it may take, and how many there may be at once.
//!
//! What comes before a handler runs is limited by hyper (the header) and here (the address, the
//! body), so that a handler has the whole request in its hands and slow senders hold no one up.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use frontdesk_domain::passwords::Passwords;
use frontdesk_model::{Code, Problem};
use http::{Uri, header::EXPECT};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::{sync::Semaphore, time::timeout};

use super::{notices, problem::Refusal, rate::Limit};

/// The longest path and query, in bytes. Longer ones are not written by our pages.
const LONGEST_ADDRESS: usize = 8 * 1024;
/// How much of a body that is too large is still read, and for how long.
const DISCARDED: usize = 1024 * 1024;
const DISCARDING: Duration = Duration::from_secs(1);

/// Refuses with 400 an address that is too long, and what is no address of anything here: `GET x`
/// and `CONNECT x:443` name a host, `OPTIONS *` the whole server. Pages take a path for granted.
pub async fn address(request: Request, next: Next) -> Response {
    let length = request.uri().path_and_query().map_or(0, |text| text.as_str().len());
    let fault = if length > LONGEST_ADDRESS {
        "The address is too long."
    } else if !has_path(request.uri()) {
        "The address is not a path: it does not begin with a slash."
    } else {
        return next.run(request).await;
    };
    Refusal(Problem::new(Code::MalformedRequest).detail(fault)).into_response()
}

/// Whether it names something on a server.
pub(super) fn has_path(address: &Uri) -> bool {
    address.path().starts_with('/')
}

/// Refuses with 503 what needs a password hashed while there is no room for it. The use case would do
/// the same, after all the work that leads there: under a flood that is what everybody else waits for.
pub async fn hashing(State(passwords): State<Passwords>, request: Request, next: Next) -> Response {
    let limit = Limit::of(request.method(), request.uri().path());
    if limit.hashes() && passwords.expect_room().await.is_err() {
        return Refusal(Problem::new(Code::Busy).retry_after(1)).into_response();
    }
    next.run(request).await
}

/// How large a body may be, in bytes, and how long it may take to arrive.
#[derive(Clone, Copy, Debug)]
pub struct BodyLimits {
    pub bytes: usize,
    pub time: Duration,
}

/// Reads the body before anything else happens: 413 if it is too large, 408 if it is too slow.
///
/// All that is posted here are forms, which fit in memory. What takes more must read its body
/// itself, outside this layer.
pub async fn body(State(limits): State<BodyLimits>, request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (parts, mut body) = request.into_parts();
    let bytes = if parts.uri.path() == notices::PATH { notices::BODY } else { limits.bytes };
    match read(&mut body, BodyLimits { bytes, ..limits }).await {
        Ok(bytes) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Err(code) => {
            // Whoever asks first is not sending yet.
            if code == Code::TooLarge && !parts.headers.contains_key(EXPECT) {
                discard(body).await;
            }
            Refusal(Problem::new(code)).into_response()
        }
    }
}

async fn read(body: &mut Body, limits: BodyLimits) -> Result<Bytes, Code> {
    // What the request says about itself; what it does is counted while it arrives.
    if usize::try_from(body.size_hint().lower()).is_ok_and(|length| length > limits.bytes) {
        return Err(Code::TooLarge);
    }
    match timeout(limits.time, Limited::new(body, limits.bytes).collect()).await {
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Code::TooLarge),
        Ok(Err(_)) => Err(Code::MalformedRequest),
        Err(_) => Err(Code::RequestTimeout),
    }
}

/// Takes in some of what is still being sent: closing on a sender makes browsers show a reset
/// connection in place of our answer.
async fn discard(body: Body) {
    let _ = timeout(DISCARDING, Limited::new(body, DISCARDED).collect()).await;
}

/// Refuses at once what comes while as many requests as there are `slots` are in flight, with 503.
/// To queue them would make every one slow, and the first of them pointless.
pub async fn in_flight(State(slots): State<Arc<Semaphore>>, request: Request, next: Next) -> Response {
    let Ok(_slot) = slots.try_acquire() else {
        tracing::warn!("refused: too many requests are in flight");
        return Refusal(Problem::new(Code::Busy).retry_after(1)).into_response();
    };
    next.run(request).await
}

/// Gives up on a handler that takes too long, with 503. What it was doing is rolled back; but what
/// may come twice goes on, and whoever asks again gets its answer.
pub async fn time(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    timeout(limit, next.run(request)).await.unwrap_or_else(|_| {
        tracing::warn!("gave up: the answer took too long");
        Refusal(Problem::new(Code::Busy).retry_after(5)).into_response()
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
    async fn an_address_may_have_8_kib() {
        for (length, expected) in
            [(LONGEST_ADDRESS, StatusCode::OK), (LONGEST_ADDRESS + 1, StatusCode::BAD_REQUEST)]
        {
            let router = Router::new().fallback(any(async || "reached")).layer(from_fn(address));
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
    async fn a_body_is_refused_when_it_says_or_shows_to_be_too_large() {
        assert_eq!(post(Body::empty()).await, (StatusCode::OK, Bytes::new()));
        assert_eq!(post(Body::from("0123456789")).await, (StatusCode::OK, Bytes::from("0123456789")));
        assert_eq!(post(stream(&["01234", "56789"])).await, (StatusCode::OK, Bytes::from("0123456789")));
        assert_eq!(post(Body::from("0123456789a")).await.0, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(post(stream(&["01234", "56789", "a"])).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_is_slow_or_breaks_off_is_refused() {
        let never =
            futures::stream::once(async { Ok::<_, std::io::Error>("0") }).chain(futures::stream::pending());
        assert_eq!(post(Body::from_stream(never)).await.0, StatusCode::REQUEST_TIMEOUT);
        let broken = futures::stream::iter([Ok("0"), Err(std::io::Error::other("gone"))]);
        assert_eq!(post(Body::from_stream(broken)).await.0, StatusCode::BAD_REQUEST);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_handler_is_given_up() {
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
    async fn one_request_more_than_there_are_slots_is_refused_at_once() {
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
