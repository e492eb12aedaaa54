//! From a refusal anywhere to an answer that its reader understands.
//!
//! Layers and handlers refuse with [`Refusal`], which has a status, headers, and the [`Problem`] as
//! a response extension, but no body. The layer [`render`] gives it one: a page for a browser,
//! RFC 9457's `application/problem+json` for programs. It does the same for the bare answers that
//! axum gives by itself (404, 405, 415 and so on), so that none leaves without an explanation.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use axum::{
    body::HttpBody,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use frontdesk_model::{Code, Problem};
use futures::{FutureExt, future::BoxFuture};
use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{
        ACCEPT, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, LAST_MODIFIED, RETRY_AFTER, SET_COOKIE,
        VARY,
    },
    request::Parts,
};

use super::{limits::has_path, notices, plain, trace::TraceId};

/// Marks the answers of server functions to their islands, which read them themselves.
const SERVER_FN_ERROR: HeaderName = HeaderName::from_static("serverfnerror");
/// How long the page of a problem may take before the plain one is sent.
const PATIENCE: Duration = Duration::from_secs(5);

/// An answer that says no: return it from any layer or handler.
#[derive(Clone, Debug)]
pub struct Refusal(pub Problem);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self(problem) = self;
        let mut response = status(&problem).into_response();
        if let Some(seconds) = problem.retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(problem);
        response
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

fn status(problem: &Problem) -> StatusCode {
    StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Makes the page that tells a person about a problem.
pub trait ErrorPages: Send + Sync {
    /// `parts` are those of the request, with the extensions of the refusal added: what an inner
    /// layer knows, such as who is signed in, it can hand over through them.
    fn render(&self, parts: Parts, problem: Problem) -> BoxFuture<'static, Response>;

    /// The page that explains a type of problem.
    fn type_url(&self, code: Code) -> String;
}

/// Gives refusals and bare errors their body.
pub async fn render(State(pages): State<Arc<dyn ErrorPages>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let inner = Request::from_parts(parts.clone(), body);
    let refusal = next.run(inner).await;
    let is_api = is_for_programs(parts.uri.path());
    let Some(mut problem) = problem_of(&refusal, is_api) else { return refusal };
    if is_api {
        problem.kind = pages.type_url(problem.error).into();
    }
    if let Some(id) = parts.extensions.get::<TraceId>() {
        problem.instance = Some(format!("urn:trace:{id}"));
    }
    let (refused, _) = refusal.into_parts();
    let mut response = if !is_api && wants_html(&parts.headers) {
        parts.extensions.extend(refused.extensions);
        page(&*pages, parts, problem.clone()).await
    } else {
        json(&problem)
    };
    *response.status_mut() = status(&problem);
    keep_headers(&refused.headers, response.headers_mut());
    if !is_api {
        response.headers_mut().append(VARY, HeaderValue::from_static("accept"));
    }
    response
}

/// The problem that a response carries or amounts to, if it still needs a body.
fn problem_of(response: &Response, is_api: bool) -> Option<Problem> {
    if let Some(problem) = response.extensions().get::<Problem>() {
        return Some(problem.clone());
    }
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    (is_error && is_bare(response, is_api))
        .then(|| Problem { status: status.as_u16(), ..Problem::new(code(status)) })
}

/// Whether the body is nothing for whoever asked: there is none, or it is plain text as axum writes
/// it, which speaks to programmers, or it is a page and a program asked.
fn is_bare(response: &Response, is_api: bool) -> bool {
    if response.headers().contains_key(SERVER_FN_ERROR) {
        return false;
    }
    match response.headers().get(CONTENT_TYPE) {
        Some(kind) => {
            let kind = kind.as_bytes();
            kind.starts_with(b"text/plain") || is_api && kind.starts_with(b"text/html")
        }
        None => true,
    }
}

/// What a bare status says.
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

/// Whether it is the API that answers there.
pub(super) fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}

/// Whether nobody but programs comes there, whatever they say they accept.
fn is_for_programs(path: &str) -> bool {
    is_api(path) || path == notices::PATH
}

/// Whether the client names HTML among what it takes. Browsers do; `*/*` is said by programs.
pub(super) fn wants_html(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default();
        kind.eq_ignore_ascii_case("text/html") && !parts.any(|part| matches!(part, "q=0" | "q=0.0"))
    })
}

fn json(problem: &Problem) -> Response {
    // Text and numbers: nothing here can fail to serialize.
    let body = serde_json::to_vec(problem).unwrap_or_default();
    ([(CONTENT_TYPE, "application/problem+json")], body).into_response()
}

/// The page; or the plain one where there must be no work in it, because the problem is that there
/// is too much work, where there is no address to make it for, and where making it fails in any way.
async fn page(pages: &dyn ErrorPages, parts: Parts, problem: Problem) -> Response {
    let plain = plain::page(&problem);
    if matches!(problem.error, Code::Busy | Code::TooManyRequests) || !has_path(&parts.uri) {
        return plain;
    }
    // Asked for inside the future, so that a panic on the way to it is caught, too.
    let rendered = AssertUnwindSafe(async { pages.render(parts, problem).await }).catch_unwind();
    match tokio::time::timeout(PATIENCE, rendered).await {
        Ok(Ok(response)) if response.body().size_hint().exact() != Some(0) => response,
        _ => {
            tracing::error!("the page of a problem could not be made");
            plain
        }
    }
}

/// Moves over what the refusal says beside its body, such as `Allow` and `Set-Cookie`. Where both
/// say something, the page is right, except where a header is a list.
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

/// Answers a request whose handler panicked with 500. The panic itself is logged by the hook that
/// [`crate::telemetry::init`] installs, inside the request's span.
pub async fn catch_panic(request: Request, next: Next) -> Response {
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    answer.unwrap_or_else(|_| Refusal(Problem::new(Code::Internal)).into_response())
}

#[cfg(test)]
mod tests {
    use axum::{
        Form, Router,
        body::Body,
        middleware::{from_fn, from_fn_with_state},
        routing::{get, post},
    };
    use http::{Method, header::ALLOW};
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;
    use crate::http::trace;

    /// Shows what reaches a page: who is signed in, as an inner layer left it in the refusal.
    struct Pages;

    #[derive(Clone)]
    struct SignedIn(&'static str);

    impl ErrorPages for Pages {
        fn render(&self, parts: Parts, problem: Problem) -> BoxFuture<'static, Response> {
            assert_ne!(parts.uri.path(), "/broken/at-once", "this page is broken");
            Box::pin(async move {
                assert_ne!(parts.uri.path(), "/broken/later", "this page is broken");
                let who = parts.extensions.get().map_or("nobody", |SignedIn(name)| name);
                let html = format!("<h1>{}</h1>{who}", problem.title);
                ([(CONTENT_TYPE, "text/html"), (VARY, "cookie")], html).into_response()
            })
        }

        fn type_url(&self, code: Code) -> String {
            format!("https://desk.example/docs/problems/{}", code.as_str())
        }
    }

    fn router() -> Router {
        let refuse = async |code: Code| {
            let refusal = Refusal(Problem::new(code).detail("Come back later.").retry_after(7));
            let mut response = ([(SET_COOKIE, "a=1"), (VARY, "origin")], refusal).into_response();
            response.headers_mut().append(SET_COOKIE, HeaderValue::from_static("b=2"));
            response.extensions_mut().insert(SignedIn("ann"));
            response
        };
        let panic = async || -> &'static str { panic!("of the handler") };
        Router::new()
            .route("/locked", get(async move || refuse(Code::WrongState).await))
            .route("/api/v1/locked", get(async move || refuse(Code::WrongState).await))
            .route("/busy", get(async move || refuse(Code::Busy).await))
            .route("/flooded", get(async move || refuse(Code::TooManyRequests).await))
            .route("/panic", get(panic))
            .route("/form", post(async |_: Form<Vec<(String, String)>>| "read"))
            .route(
                "/api/v1/page",
                get(async || (StatusCode::NOT_FOUND, [(CONTENT_TYPE, "text/html")], "a page")),
            )
            .route("/html", get(async || (StatusCode::NOT_FOUND, [(CONTENT_TYPE, "text/html")], "ours")))
            .route(
                "/island",
                get(async || (StatusCode::BAD_REQUEST, [(SERVER_FN_ERROR, "/fn/x")], "for the island")),
            )
            .layer(from_fn(catch_panic))
            .layer(from_fn_with_state(Arc::new(Pages) as Arc<dyn ErrorPages>, render))
            .layer(from_fn(trace::follow))
    }

    async fn ask(method: Method, path: &str, accept: &str) -> (http::response::Parts, String) {
        let request = http::Request::builder().method(method).uri(path).header(ACCEPT, accept);
        let response = router().oneshot(request.body(Body::from("a=1")).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (parts, String::from_utf8(body.to_vec()).unwrap())
    }

    fn all(parts: &http::response::Parts, name: HeaderName) -> Vec<&str> {
        parts.headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect()
    }

    const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

    #[tokio::test]
    async fn a_browser_gets_a_page_with_all_that_the_refusal_says() {
        let (parts, body) = ask(Method::GET, "/locked", BROWSER).await;
        assert_eq!(
            (parts.status.as_u16(), &*body),
            (409, "<h1>This cannot be done in the present state</h1>ann")
        );
        assert_eq!(all(&parts, CONTENT_TYPE), ["text/html"]);
        assert_eq!(all(&parts, RETRY_AFTER), ["7"]);
        assert_eq!(all(&parts, SET_COOKIE), ["a=1", "b=2"]);
        assert_eq!(all(&parts, VARY), ["cookie", "origin", "accept"]);
    }

    #[tokio::test]
    async fn a_flood_is_answered_without_the_work_of_a_page() {
        for (path, status) in [("/busy", 503), ("/flooded", 429)] {
            let (parts, body) = ask(Method::GET, path, BROWSER).await;
            assert_eq!(parts.status, status, "{path}");
            assert_eq!(all(&parts, RETRY_AFTER), ["7"]);
            // `Pages` would have named her.
            assert!(body.contains("urn:trace:") && !body.contains("ann"), "{body}");
        }
    }

    #[tokio::test]
    async fn a_program_gets_problem_json_with_the_id_of_the_request() {
        for (path, accept) in [
            ("/locked", "*/*"),
            ("/locked", "application/json"),
            ("/locked", "text/html;q=0"),
            ("/api/v1/locked", BROWSER),
        ] {
            let (parts, body) = ask(Method::GET, path, accept).await;
            assert_eq!(parts.status, 409, "{path} {accept}");
            assert_eq!(all(&parts, CONTENT_TYPE), ["application/problem+json"], "{path} {accept}");
            assert_eq!(all(&parts, RETRY_AFTER), ["7"]);
            let problem: Problem = serde_json::from_str(&body).unwrap();
            assert_eq!((problem.status, problem.error), (409, Code::WrongState));
            assert_eq!(problem.detail.as_deref(), Some("Come back later."));
            let id = all(&parts, HeaderName::from_static("x-request-id"))[0];
            assert_eq!(problem.instance, Some(format!("urn:trace:{id}")));
        }
    }

    #[tokio::test]
    async fn what_axum_answers_by_itself_is_explained_too() {
        let cases = [
            (Method::GET, "/nowhere", 404, Code::NotFound),
            (Method::GET, "/api/v1/nowhere", 404, Code::NotFound),
            (Method::GET, "/api/v1/page", 404, Code::NotFound),
            (Method::DELETE, "/locked", 405, Code::MethodNotAllowed),
            (Method::POST, "/form", 415, Code::UnsupportedMediaType),
            (Method::GET, "/panic", 500, Code::Internal),
        ];
        for (method, path, status, code) in cases {
            let (parts, body) = ask(method, path, "*/*").await;
            let problem: Problem = serde_json::from_str(&body).unwrap();
            assert_eq!(
                (parts.status.as_u16(), problem.status, problem.error),
                (status, status, code),
                "{path}"
            );
            assert_eq!(parts.headers.contains_key(ALLOW), status == 405);
            assert!(!body.contains("handler"), "{body}");
        }
    }

    #[tokio::test]
    async fn what_a_handler_wrote_stays() {
        assert_eq!(ask(Method::GET, "/html", BROWSER).await.1, "ours");
        assert_eq!(ask(Method::GET, "/island", "*/*").await.1, "for the island");
    }

    #[tokio::test]
    async fn a_page_that_breaks_is_replaced_by_the_plainest_one() {
        for path in ["/broken/at-once", "/broken/later"] {
            let (parts, body) = ask(Method::GET, path, BROWSER).await;
            assert_eq!(parts.status, 404, "{path}");
            assert!(body.contains("<h1>There is nothing here</h1>") && body.contains("urn:trace:"), "{body}");
        }
    }
}
