//! Scripts of other origins: refused, unless the operator has named the origin.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use frontdesk_model::{Code, Problem};
use http::{
    HeaderName, HeaderValue, Method,
    header::{
        ACCEPT, AUTHORIZATION, CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH, LINK, LOCATION, ORIGIN,
        RETRY_AFTER, VARY,
    },
};
use tower_http::cors::CorsLayer;

use crate::http::{Settings, problem::Refusal};

const ANSWERED: [&str; 4] = ["ratelimit", "ratelimit-policy", "idempotency-replayed", "traceparent"];
/// How long a browser remembers what it may send.
const REMEMBERED: Duration = Duration::from_secs(600);

/// Refuses what a script of a foreign origin sends, preflights included, with 403.
pub(super) async fn guard(State(settings): State<Arc<Settings>>, request: Request, next: Next) -> Response {
    let own = settings.base_url.origin();
    let mut origins = request.headers().get_all(ORIGIN).iter();
    let known = origins.all(|origin| {
        let is = |known: &str| origin.as_bytes().eq_ignore_ascii_case(known.as_bytes());
        is(own) || settings.api_origins.iter().any(|known| is(known))
    });
    let mut response = if known {
        next.run(request).await
    } else {
        tracing::info!("refused as cross-site");
        Refusal(Problem::new(Code::CrossSite)).into_response()
    };
    response.headers_mut().append(VARY, HeaderValue::from_static("origin"));
    response
}

/// Answers preflights of the origins that are named, and lets their scripts read the answers.
pub(super) fn layer(settings: &Settings) -> CorsLayer {
    let origins: Vec<HeaderValue> =
        settings.api_origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()).collect();
    let answered = ANSWERED.map(HeaderName::from_static).into_iter();
    CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([
            ACCEPT,
            AUTHORIZATION,
            CONTENT_TYPE,
            IF_MATCH,
            IF_NONE_MATCH,
            HeaderName::from_static("idempotency-key"),
            HeaderName::from_static("traceparent"),
        ])
        .expose_headers(answered.chain([ETAG, LINK, LOCATION, RETRY_AFTER]).collect::<Vec<_>>())
        .max_age(REMEMBERED)
}
