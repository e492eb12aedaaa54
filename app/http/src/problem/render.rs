//! The layer that renders problems.

use std::{panic::AssertUnwindSafe, time::Duration};

use axum::{
    body::HttpBody,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use frontdesk_model::{Code, Problem};
use futures::FutureExt;
use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, LAST_MODIFIED, SET_COOKIE, VARY},
    request::Parts,
};

use super::{ErrorPages, ProblemFormat, status, type_url};
use crate::{
    layers::{limits::has_path, trace::TraceId},
    request::accept,
};

/// Marks the responses of server functions to their islands, which read them themselves.
pub(super) const SERVER_FN_ERROR: HeaderName = HeaderName::from_static("serverfnerror");
/// The longest time to render the page of a problem before the plain one is sent.
const RENDER_TIMEOUT: Duration = Duration::from_secs(5);

/// Adds a body to refusals and bare errors.
pub async fn render(State(format): State<ProblemFormat>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let inner = Request::from_parts(parts.clone(), body);
    let refusal = next.run(inner).await;
    let Some(mut problem) = problem_of(&refusal, &format) else { return refusal };
    if let Some(id) = parts.extensions.get::<TraceId>() {
        problem.instance = Some(format!("urn:trace:{id}"));
    }
    let (refused, _) = refusal.into_parts();
    let status = status(&problem);
    let mut response = match &format {
        ProblemFormat::Negotiated(pages) if accept::names_html(&parts.headers) => {
            parts.extensions.extend(refused.extensions);
            page(&**pages, parts, problem).await
        }
        ProblemFormat::Negotiated(_) => json(&problem),
        ProblemFormat::Json { origin } => {
            problem.kind = type_url(origin, problem.error).into();
            json(&problem)
        }
    };
    *response.status_mut() = status;
    keep_headers(&refused.headers, response.headers_mut());
    if matches!(format, ProblemFormat::Negotiated(_)) {
        response.headers_mut().append(VARY, HeaderValue::from_static("accept"));
    }
    response
}

/// The problem of a response that still needs a body: the one it carries, or the one of its status.
fn problem_of(response: &Response, format: &ProblemFormat) -> Option<Problem> {
    if let Some(problem) = response.extensions().get::<Problem>() {
        return Some(problem.clone());
    }
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    (is_error && is_bare(response, format))
        .then(|| Problem { status: status.as_u16(), ..Problem::new(code(status)) })
}

/// Returns true if the body is of no use to the client: there is none, it is plain text of axum, which is
/// for programmers, or it is a page where programs expect JSON.
fn is_bare(response: &Response, format: &ProblemFormat) -> bool {
    if response.headers().contains_key(SERVER_FN_ERROR) {
        return false;
    }
    match response.headers().get(CONTENT_TYPE) {
        Some(kind) => {
            let kind = kind.as_bytes();
            let is_page = kind.starts_with(b"text/html");
            kind.starts_with(b"text/plain") || is_page && matches!(format, ProblemFormat::Json { .. })
        }
        None => true,
    }
}

/// The code of a bare status.
fn code(status: StatusCode) -> Code {
    match status {
        StatusCode::UNAUTHORIZED => Code::SignInRequired,
        StatusCode::FORBIDDEN => Code::Forbidden,
        StatusCode::NOT_FOUND => Code::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Code::MethodNotAllowed,
        StatusCode::REQUEST_TIMEOUT => Code::RequestTimeout,
        StatusCode::PAYLOAD_TOO_LARGE => Code::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::UnsupportedMediaType,
        StatusCode::TOO_MANY_REQUESTS => Code::TooManyRequests,
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => Code::HeadersTooLarge,
        StatusCode::SERVICE_UNAVAILABLE => Code::Busy,
        other if other.is_server_error() => Code::Internal,
        _ => Code::MalformedRequest,
    }
}

fn json(problem: &Problem) -> Response {
    // Text and numbers: nothing here can fail to serialize.
    let body = serde_json::to_vec(problem).unwrap_or_default();
    ([(CONTENT_TYPE, "application/problem+json")], body).into_response()
}

/// Renders the page; or the plain one if the server is overloaded, if the request has no path to render
/// a page for, or if rendering fails.
async fn page(pages: &dyn ErrorPages, parts: Parts, problem: Problem) -> Response {
    let plain = pages.plain(&problem);
    if matches!(problem.error, Code::Busy | Code::TooManyRequests) || !has_path(&parts.uri) {
        return plain;
    }
    // Called inside the future, so that a panic before its first await is caught, too.
    let rendered = AssertUnwindSafe(async { pages.render(parts, problem).await }).catch_unwind();
    match tokio::time::timeout(RENDER_TIMEOUT, rendered).await {
        Ok(Ok(response)) if response.body().size_hint().exact() != Some(0) => response,
        _ => {
            tracing::error!("the page of a problem could not be rendered");
            plain
        }
    }
}

/// Copies the headers of the refusal, such as `Allow` and `Set-Cookie`. Where both have a header, that
/// of the page is kept, unless the header is a list.
fn keep_headers(refused: &HeaderMap, response: &mut HeaderMap) {
    let about_the_body = [CONTENT_TYPE, CONTENT_LENGTH, CONTENT_ENCODING, ETAG, LAST_MODIFIED];
    let taken: Vec<HeaderName> = response.keys().cloned().collect();
    for name in refused.keys().filter(|name| !about_the_body.contains(name)) {
        if *name == SET_COOKIE || *name == VARY || !taken.contains(name) {
            for value in refused.get_all(name) {
                response.append(name.clone(), value.clone());
            }
        }
    }
}
