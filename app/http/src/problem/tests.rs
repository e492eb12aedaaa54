use axum::{
    Form, Router,
    body::Body,
    middleware::{from_fn, from_fn_with_state},
    routing::{get, post},
};
use http::{
    HeaderName, Method,
    header::{ACCEPT, ALLOW, CONTENT_TYPE, SET_COOKIE, VARY},
};
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::{render::SERVER_FN_ERROR, *};
use crate::layers::trace::{self, AccessLog};

/// Shows the extensions that reach a page: the signed-in user, as an inner layer left it in the refusal.
struct Pages;

#[derive(Clone)]
struct SignedIn(&'static str);

impl ErrorPages for Pages {
    fn render(&self, parts: Parts, problem: Problem) -> BoxFuture<'static, Response> {
        assert_ne!(parts.uri.path(), "/broken/at-once", "this page is broken");
        Box::pin(async move {
            assert_ne!(parts.uri.path(), "/broken/later", "this page is broken");
            let user = parts.extensions.get().map_or("", |SignedIn(name)| name);
            let html = format!("<h1>{}</h1>{user}", problem.title);
            ([(CONTENT_TYPE, "text/html"), (VARY, "cookie")], html).into_response()
        })
    }

    fn plain(&self, problem: &Problem) -> Response {
        let html = format!("plain: {} {:?}", problem.title, problem.instance);
        ([(CONTENT_TYPE, "text/html")], html).into_response()
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
    let api = Router::new()
        .route("/api/v1/locked", get(async move || refuse(Code::WrongState).await))
        .route("/api/v1/page", get(async || (StatusCode::NOT_FOUND, [(CONTENT_TYPE, "text/html")], "a page")))
        .layer(from_fn_with_state(ProblemFormat::Json { origin: "https://desk.example".into() }, render));
    let pages = Router::new()
        .route("/locked", get(async move || refuse(Code::WrongState).await))
        .route("/busy", get(async move || refuse(Code::Busy).await))
        .route("/flooded", get(async move || refuse(Code::TooManyRequests).await))
        .route("/panic", get(panic))
        .route("/form", post(async |_: Form<Vec<(String, String)>>| "read"))
        .route("/html", get(async || (StatusCode::NOT_FOUND, [(CONTENT_TYPE, "text/html")], "ours")))
        .route(
            "/island",
            get(async || (StatusCode::BAD_REQUEST, [(SERVER_FN_ERROR, "/fn/x")], "for the island")),
        )
        .fallback(async || StatusCode::NOT_FOUND)
        .layer(from_fn(catch_panic))
        .layer(from_fn_with_state(ProblemFormat::Negotiated(Arc::new(Pages)), render));
    pages.merge(api).layer(from_fn_with_state(AccessLog::default(), trace::follow))
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
async fn a_browser_gets_a_page_with_the_headers_of_the_refusal() {
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
async fn an_overloaded_server_renders_the_plain_page() {
    for (path, status) in [("/busy", 503), ("/flooded", 429)] {
        let (parts, body) = ask(Method::GET, path, BROWSER).await;
        assert_eq!(parts.status, status, "{path}");
        assert_eq!(all(&parts, RETRY_AFTER), ["7"]);
        assert!(body.starts_with("plain: ") && body.contains("urn:trace:"), "{body}");
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
async fn bare_responses_of_axum_get_a_body() {
    let cases = [
        (Method::GET, "/nowhere", 404, Code::NotFound),
        (Method::GET, "/api/v1/page", 404, Code::NotFound),
        (Method::DELETE, "/locked", 405, Code::MethodNotAllowed),
        (Method::POST, "/form", 415, Code::UnsupportedMediaType),
        (Method::GET, "/panic", 500, Code::Internal),
    ];
    for (method, path, status, code) in cases {
        let (parts, body) = ask(method, path, "*/*").await;
        let problem: Problem = serde_json::from_str(&body).unwrap();
        assert_eq!((parts.status.as_u16(), problem.status, problem.error), (status, status, code), "{path}");
        assert_eq!(parts.headers.contains_key(ALLOW), status == 405);
        assert!(!body.contains("handler"), "{body}");
    }
}

#[tokio::test]
async fn the_body_of_a_handler_is_kept() {
    assert_eq!(ask(Method::GET, "/html", BROWSER).await.1, "ours");
    assert_eq!(ask(Method::GET, "/island", "*/*").await.1, "for the island");
}

#[tokio::test]
async fn a_page_that_fails_is_replaced_by_the_plain_one() {
    for path in ["/broken/at-once", "/broken/later"] {
        let (parts, body) = ask(Method::GET, path, BROWSER).await;
        assert_eq!(parts.status, 404, "{path}");
        assert!(body.starts_with("plain: There is nothing here") && body.contains("urn:trace:"), "{body}");
    }
}
