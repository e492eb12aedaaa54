//! `/docs/api` for visitors without cookies: rendered once, and kept compressed.
//!
//! Its `Content-Security-Policy` keeps the nonce of the first rendering. A nonce protects against scripts
//! in a visitor's input, and this page has none: with a search, or with a session, it is made anew.

use axum::{
    body::to_bytes,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use frontdesk_http::{representation::Representation, request::accept::names_html};
use http::{
    HeaderMap, HeaderValue, StatusCode, Uri,
    header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, VARY},
};

use super::page;
use crate::AppState;

pub(super) async fn serve(State(state): State<AppState>, request: Request) -> Response {
    if !is_for_everyone(request.uri(), request.headers()) {
        return page(State(state), request).await;
    }
    if let Some(kept) = state.reference_page.get() {
        return kept.respond(request.headers());
    }
    let headers = request.headers().clone();
    let response = page(State(state.clone()), request).await;
    if response.status() != StatusCode::OK {
        return response;
    }
    let Some(made) = keep(response).await else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    state.reference_page.get_or_init(|| made).respond(&headers)
}

fn is_for_everyone(uri: &Uri, headers: &HeaderMap) -> bool {
    uri.query().is_none() && !headers.contains_key(COOKIE) && names_html(headers)
}

/// Compresses the page, which takes a moment, on a thread that may block.
async fn keep(response: Response) -> Option<Representation> {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.ok()?;
    let content_type = parts.headers.get(CONTENT_TYPE)?.clone();
    let headers = HeaderMap::from_iter([
        (CONTENT_SECURITY_POLICY, parts.headers.get(CONTENT_SECURITY_POLICY)?.clone()),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (VARY, HeaderValue::from_static("cookie")),
    ]);
    let compressed = move || Representation::compress(content_type, headers, body);
    tokio::task::spawn_blocking(compressed).await.ok().flatten()
}
