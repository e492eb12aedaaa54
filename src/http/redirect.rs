//! From plain HTTP to HTTPS: whoever comes to the wrong door is told the right one.

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue, StatusCode, Uri,
    header::{CONNECTION, LOCATION},
};
use tower::ServiceBuilder;

use super::{security, trace};
use crate::config::BaseUrl;

/// Answers everything with the same place at this address.
pub fn router(to: &BaseUrl) -> Router {
    let layers = ServiceBuilder::new()
        .layer(from_fn(trace::follow))
        // Over plain HTTP nobody may ask for HTTPS in the future (RFC 6797, 7.2), since anybody on
        // the way could: that is asked for by the answer that this one leads to.
        .layer(from_fn_with_state(security::Https(false), security::headers));
    Router::new().fallback(redirect).with_state(Arc::from(to.origin())).layer(layers)
}

/// 308 for all methods: with 301 browsers would make a GET of a form that is sent, which is then lost
/// without a word. The place is ours and the path is the client's; what host it asked for is not
/// looked at, so it is led nowhere else.
async fn redirect(State(origin): State<Arc<str>>, uri: Uri) -> Response {
    // `*` of OPTIONS, and CONNECT, which has none, are no paths.
    let path = uri.path_and_query().map(|it| it.as_str()).filter(|it| it.starts_with('/')).unwrap_or("/");
    match HeaderValue::try_from(format!("{origin}{path}")) {
        Ok(place) => {
            // The client has no more to do here.
            let headers = [(LOCATION, place), (CONNECTION, HeaderValue::from_static("close"))];
            (StatusCode::PERMANENT_REDIRECT, headers, "Use HTTPS.\n").into_response()
        }
        // No path that has been parsed is no header.
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
    async fn it_is_short_has_the_usual_headers_and_promises_nothing_over_plain_http() {
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
