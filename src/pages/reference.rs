//! `/docs/api` for visitors without cookies: rendered once, and kept compressed.
//!
//! The page has no scripts, so its `Content-Security-Policy` allows none and needs no nonce, which would
//! have to be new in each response. With a search, or with a session, the page is rendered anew.

use axum::{
    body::{Bytes, to_bytes},
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use frontdesk_http::{
    layers::security_headers::{Https, scriptless_page_policy},
    representation::Representation,
    request::accept::names_html,
};
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
    let https = Https(state.config.base_url.is_https());
    let Some(made) = keep(response, https).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    state.reference_page.get_or_init(|| made).respond(&headers)
}

fn is_for_everyone(uri: &Uri, headers: &HeaderMap) -> bool {
    uri.query().is_none() && !headers.contains_key(COOKIE) && names_html(headers)
}

/// Compresses the page, which takes a moment, on a thread that may block.
async fn keep(response: Response, https: Https) -> Option<Representation> {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.ok()?;
    let body = without_nonce(&body, parts.headers.get(CONTENT_SECURITY_POLICY)?)?;
    let policy = HeaderValue::try_from(scriptless_page_policy(https)).ok()?;
    let content_type = parts.headers.get(CONTENT_TYPE)?.clone();
    let headers = HeaderMap::from_iter([
        (CONTENT_SECURITY_POLICY, policy),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (VARY, HeaderValue::from_static("cookie")),
    ]);
    let compressed = move || Representation::compress(content_type, headers, body);
    tokio::task::spawn_blocking(compressed).await.ok().flatten()
}

/// Removes the nonce of this rendering from the elements that have it.
fn without_nonce(body: &[u8], policy: &HeaderValue) -> Option<Bytes> {
    let (_, rest) = policy.to_str().ok()?.split_once("'nonce-")?;
    let (nonce, _) = rest.split_once('\'')?;
    let page = std::str::from_utf8(body).ok()?;
    Some(page.replace(&format!(" nonce=\"{nonce}\""), "").into())
}
