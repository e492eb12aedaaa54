//! Scripts of other origins: refused, unless the operator has named the origin (Fetch, section 3.2).

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use frontdesk_model::{Code, Problem};
use http::{
    HeaderMap, HeaderValue, Method, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
    },
};

use crate::http::{Settings, problem::Refusal};

const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, PATCH, DELETE");
const SENT: HeaderValue = HeaderValue::from_static(
    "authorization, content-type, idempotency-key, if-match, if-none-match, traceparent",
);
const ANSWERED: HeaderValue = HeaderValue::from_static(
    "etag, idempotency-replayed, link, location, ratelimit, ratelimit-policy, retry-after, traceparent",
);
/// How long a browser remembers what it may send, in seconds.
const REMEMBERED: HeaderValue = HeaderValue::from_static("600");

/// Refuses what a script of a foreign origin sends, preflights included, with 403. Those of an
/// origin that is named may send it, and read the answer. Cookies are never allowed: none counts.
pub(super) async fn guard(State(settings): State<Arc<Settings>>, request: Request, next: Next) -> Response {
    let mut origins = request.headers().get_all(ORIGIN).iter();
    let origin = origins.next().cloned();
    let is_alone = origins.next().is_none();
    let is_preflight =
        *request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match &origin {
        None => next.run(request).await,
        Some(origin) if !is_alone || !is_known(&settings, origin) => {
            tracing::info!("refused as cross-site");
            Refusal(Problem::new(Code::CrossSite)).into_response()
        }
        Some(origin) if is_preflight => (StatusCode::NO_CONTENT, preflight(origin)).into_response(),
        Some(origin) => {
            let mut response = next.run(request).await;
            response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            response.headers_mut().insert(ACCESS_CONTROL_EXPOSE_HEADERS, ANSWERED);
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
        (ACCESS_CONTROL_ALLOW_METHODS, METHODS),
        (ACCESS_CONTROL_ALLOW_HEADERS, SENT),
        (ACCESS_CONTROL_MAX_AGE, REMEMBERED),
    ]
    .into_iter()
    .collect()
}
