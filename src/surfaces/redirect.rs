//! Redirects from plain HTTP to HTTPS.

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    middleware::from_fn_with_state,
    response::{IntoResponse, Response},
};
use frontdesk_http::{
    BaseUrl,
    layers::{
        security_headers::{self, Https},
        trace::{self, AccessLog},
    },
};
use http::{
    HeaderValue, StatusCode, Uri,
    header::{CONNECTION, LOCATION},
};
use tower::ServiceBuilder;

/// Redirects every request to the same path at this URL.
pub fn router(to: &BaseUrl) -> Router {
    let layers = ServiceBuilder::new()
        .layer(from_fn_with_state(AccessLog::default(), trace::follow))
        // HSTS must not be sent over plain HTTP (RFC 6797, section 7.2), where an attacker could send it
        // as well. The response at the other end of the redirect has it.
        .layer(from_fn_with_state(Https(false), security_headers::headers));
    Router::new().fallback(redirect).with_state(Arc::from(to.origin())).layer(layers)
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
