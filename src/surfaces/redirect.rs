//! Redirects from plain HTTP to HTTPS.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{AppendHeaders, IntoResponse, Response},
    routing::any,
};
use frontdesk_http::{
    BaseUrl,
    layers::{
        host,
        security_headers::{self, Https},
        trace::{self, AccessLog},
    },
    problem::{self, ProblemFormat, Refusal},
};
use frontdesk_model::{Code, Problem, urls};
use http::{
    HeaderValue, StatusCode, Uri,
    header::{AUTHORIZATION, CONNECTION, LOCATION},
};
use tower::ServiceBuilder;

/// Redirects pages to the same path at this URL, and refuses programs.
pub fn router(to: &BaseUrl) -> Router {
    let layers = ServiceBuilder::new()
        .layer(from_fn_with_state(AccessLog::default(), trace::follow))
        // HSTS must not be sent over plain HTTP (RFC 6797, section 7.2), where an attacker could send it
        // as well. The response at the other end of the redirect has it.
        .layer(from_fn_with_state(Https(false), security_headers::headers));
    let refuse = ServiceBuilder::new().layer(from_fn(host::host)).layer(from_fn(refuse_tokens));
    let origin: Arc<str> = to.origin().into();
    let programs = [format!("{}/{{*rest}}", urls::API.path()), urls::STRIPE_EVENTS.path().to_owned()];
    let routes = programs.iter().fold(Router::new(), |routes, path| routes.route(path, any(refused)));
    let json = ProblemFormat::Json { origin: origin.clone() };
    routes
        .fallback(redirect)
        .with_state(origin)
        .layer(refuse)
        .layer(from_fn_with_state(json, problem::render))
        .layer(layers)
}

/// Refuses what has a token or a password in its header: a redirect would work, and the caller would never
/// notice that its secret went through the network in the clear.
async fn refuse_tokens(request: Request, next: Next) -> Response {
    if request.headers().contains_key(AUTHORIZATION) { refused().await } else { next.run(request).await }
}

/// Refuses calls of programs.
async fn refused() -> Response {
    let problem = Problem::new(Code::MalformedRequest).detail(
        "Call the API by https://. What was sent here went through the network unencrypted:          if there was a token in it, revoke it.",
    );
    (AppendHeaders([(CONNECTION, "close")]), Refusal(problem)).into_response()
}

/// Responds with 308 to all methods: with 301 browsers would turn a submitted form into a GET and lose
/// it. The origin is ours and the path is the client's; its `Host` is ignored, so there is no open redirect.
async fn redirect(State(origin): State<Arc<str>>, uri: Uri) -> Response {
    // `OPTIONS *` and `CONNECT` have no path.
    let path = uri.path_and_query().map(|it| it.as_str()).filter(|it| it.starts_with('/')).unwrap_or("/");
    match HeaderValue::try_from(format!("{origin}{path}")) {
        Ok(place) => {
            // The client continues on another connection.
            let headers = [(LOCATION, place), (CONNECTION, HeaderValue::from_static("close"))];
            (StatusCode::PERMANENT_REDIRECT, headers, "Use HTTPS.\n").into_response()
        }
        // A parsed path is always a valid header.
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http::{Method, Request, header::STRICT_TRANSPORT_SECURITY};
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    async fn ask(method: Method, uri: &str) -> Response {
        let request = Request::builder().method(method).uri(uri).header("host", "evil.example");
        let to: BaseUrl = "https://desk.example".parse().unwrap();
        router(&to).oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn path_and_query_are_kept_and_the_host_is_ours() {
        for (method, uri, place) in [
            (Method::GET, "/", "/"),
            (Method::HEAD, "/orders?after=a%2Fb&x=1", "/orders?after=a%2Fb&x=1"),
            (Method::POST, "/fn/sign_in", "/fn/sign_in"),
            (Method::GET, "/?", "/?"),
            (Method::GET, "http://evil.example/account?a", "/account?a"),
            (Method::GET, "http://evil.example", "/"),
            (Method::GET, "//evil.example/a", "//evil.example/a"),
            (Method::GET, "/@evil.example", "/@evil.example"),
            (Method::GET, "/.evil.example\\a", "/.evil.example\\a"),
            (Method::OPTIONS, "*", "/"),
            (Method::CONNECT, "evil.example:443", "/"),
            (Method::GET, "/caf\u{e9}", "/caf\u{e9}"),
        ] {
            let answer = ask(method.clone(), uri).await;
            assert_eq!(answer.status(), 308, "{method} {uri}");
            let expected = format!("https://desk.example{place}");
            assert_eq!(answer.headers()[LOCATION].as_bytes(), expected.as_bytes(), "{method} {uri}");
        }
    }

    #[tokio::test]
    async fn programs_are_refused_with_a_reason_and_their_tokens_are_not_carried_on() {
        let to: BaseUrl = "https://desk.example".parse().unwrap();
        let with_token = async |path: &str, token: bool| {
            let mut request = Request::builder().method(Method::POST).uri(path);
            if token {
                request = request.header("authorization", "Bearer fd_secret");
            }
            router(&to).oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
        };
        for (path, token) in [
            ("/api/v1/users", true),
            ("/api/v1/users?limit=1", false),
            ("/api/v1/openapi.json", false),
            ("/hooks/stripe", false),
            ("/anything/else", true),
        ] {
            let answer = with_token(path, token).await;
            assert_eq!(answer.status(), 400, "{path}");
            assert!(!answer.headers().contains_key(LOCATION), "{path}");
            assert_eq!(answer.headers()["connection"], "close");
            assert_eq!(answer.headers()["content-type"], "application/problem+json");
            let body = answer.into_body().collect().await.unwrap().to_bytes();
            let body = String::from_utf8(body.to_vec()).unwrap();
            assert!(body.contains("https://") && body.contains("revoke"), "{body}");
        }
        assert_eq!(with_token("/fn/sign_in", false).await.status(), 308);
    }

    #[tokio::test]
    async fn it_is_short_and_has_the_security_headers_but_hsts() {
        let answer = ask(Method::GET, "/health/ready").await;
        for name in ["content-security-policy", "x-content-type-options", "x-request-id"] {
            assert!(answer.headers().contains_key(name), "{name}");
        }
        assert_eq!(answer.headers()["cache-control"], "no-store");
        assert_eq!(answer.headers()["connection"], "close");
        assert!(!answer.headers().contains_key(STRICT_TRANSPORT_SECURITY));
        assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), "Use HTTPS.\n");
    }
}
