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
    "etag, idempotency-replayed, link, location, ratelimit, ratelimit-policy, retry-after, traceparent",
);
/// The time that browsers cache a preflight response for, in seconds.
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");

/// Rejects requests from scripts of other origins, preflights included, with 403. Scripts of a configured
/// origin may send requests and read the responses. Credentials are never allowed: the API reads no
/// cookies.
pub(super) async fn guard(State(settings): State<Arc<Settings>>, request: Request, next: Next) -> Response {
    let mut origins = request.headers().get_all(ORIGIN).iter();
    let origin = origins.next().cloned();
    let is_alone = origins.next().is_none();
    let is_preflight =
        *request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match &origin {
        None => next.run(request).await,
        Some(origin) if !is_alone || !is_known(&settings, origin) => {
            tracing::info!("rejected as cross-site");
            Refusal(Problem::new(Code::CrossSite)).into_response()
        }
        Some(origin) if is_preflight => (StatusCode::NO_CONTENT, preflight(origin)).into_response(),
        Some(origin) => {
            let mut response = next.run(request).await;
            response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            response.headers_mut().insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSE_HEADERS);
            response
        }
    };
    response.headers_mut().append(VARY, HeaderValue::from_static("origin"));
    response
}

fn is_known(settings: &Settings, origin: &HeaderValue) -> bool {
    let is = |known: &str| origin.as_bytes().eq_ignore_ascii_case(known.as_bytes());
    is(settings.base_url.origin()) || settings.api_origins.iter().any(|known| is(known))
}

fn preflight(origin: &HeaderValue) -> HeaderMap {
    [
        (ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone()),
        (ACCESS_CONTROL_ALLOW_METHODS, ALLOW_METHODS),
        (ACCESS_CONTROL_ALLOW_HEADERS, ALLOW_HEADERS),
        (ACCESS_CONTROL_MAX_AGE, MAX_AGE),
    ]
    .into_iter()
    .collect()
}
