//! CORS: scripts of other origins are rejected, unless the origin is configured (Fetch, section 3.2).

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use frontdesk_http::{Settings, problem::Refusal};
use frontdesk_model::{Code, Problem};
use http::{
    HeaderMap, HeaderValue, Method, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
    },
};

const ALLOW_METHODS: HeaderValue = HeaderValue::from_static("GET, POST, PATCH, DELETE");
const ALLOW_HEADERS: HeaderValue = HeaderValue::from_static(
    "authorization, content-type, idempotency-key, if-match, if-none-match, traceparent",
);
const EXPOSE_HEADERS: HeaderValue = HeaderValue::from_static(
    "accept-encoding, allow, etag, idempotency-replayed, link, location, ratelimit, ratelimit-policy, retry-after, \
     www-authenticate, x-request-id",
);
/// The time that browsers cache a preflight response for, in seconds.
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");

/// Rejects requests from scripts of other origins, preflights included, with 403. Scripts of a configured
/// origin may send requests and read the responses: see [`expose`]. Credentials are never allowed: the API
/// reads no cookies.
pub async fn guard(State(settings): State<Arc<Settings>>, request: Request, next: Next) -> Response {
    let is_preflight =
        *request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    match origin(&settings, request.headers()) {
        Origin::None => next.run(request).await,
        Origin::Foreign => {
            tracing::info!("rejected as cross-site");
            Refusal(Problem::new(Code::CrossSite)).into_response()
        }
        Origin::Known(_) if is_preflight => (StatusCode::NO_CONTENT, preflight()).into_response(),
        Origin::Known(_) => next.run(request).await,
    }
}

/// Lets scripts of a configured origin read the response. It is around everything that responds, so that they
/// can read every rejection.
pub async fn expose(State(settings): State<Arc<Settings>>, request: Request, next: Next) -> Response {
    let origin = origin(&settings, request.headers());
    let mut response = next.run(request).await;
    if let Origin::Known(origin) = origin {
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        response.headers_mut().insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSE_HEADERS);
    }
    response.headers_mut().append(VARY, HeaderValue::from_static("origin"));
    response
}

/// The origin of the script that sends a request.
enum Origin {
    /// No script of another site.
    None,
    Known(HeaderValue),
    Foreign,
}

fn origin(settings: &Settings, headers: &HeaderMap) -> Origin {
    let mut origins = headers.get_all(ORIGIN).iter();
    match (origins.next(), origins.next()) {
        (None, _) => Origin::None,
        (Some(origin), None) if is_known(settings, origin) => Origin::Known(origin.clone()),
        (Some(_), _) => Origin::Foreign,
    }
}

fn is_known(settings: &Settings, origin: &HeaderValue) -> bool {
    let is = |known: &str| origin.as_bytes().eq_ignore_ascii_case(known.as_bytes());
    is(settings.base_url.origin()) || settings.api_origins.iter().any(|known| is(known))
}

fn preflight() -> HeaderMap {
    [
        (ACCESS_CONTROL_ALLOW_METHODS, ALLOW_METHODS),
        (ACCESS_CONTROL_ALLOW_HEADERS, ALLOW_HEADERS),
        (ACCESS_CONTROL_MAX_AGE, MAX_AGE),
    ]
    .into_iter()
    .collect()
}
