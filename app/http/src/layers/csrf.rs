//! Cross-site request forgery: rejects unsafe requests that another site makes a browser send.
//!
//! Browsers send the site that an unsafe request comes from in `Sec-Fetch-Site`, or in `Origin` if they
//! are old or use plain HTTP, and a page cannot change either. Without any tokens this protects every
//! form. A request with neither header comes from no browser, so it carries no visitor's cookies.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use frontdesk_model::{Code, Problem};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Uri,
    header::{HOST, ORIGIN, VARY},
};

use crate::problem::Refusal;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Rejects unsafe requests from other sites with 403. `own` is the origin of the base URL.
pub async fn guard(State(own): State<Arc<str>>, request: Request, next: Next) -> Response {
    if is_safe(request.method()) {
        return next.run(request).await;
    }
    let mut response = if is_from_here(request.uri(), request.headers(), &own) {
        next.run(request).await
    } else {
        tracing::info!("rejected as cross-site");
        Refusal(Problem::new(Code::CrossSite)).into_response()
    };
    response.headers_mut().append(VARY, HeaderValue::from_static("sec-fetch-site, origin"));
    response
}

/// Returns true for methods that change nothing (RFC 9110, section 9.2.1).
fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE)
}

fn is_from_here(uri: &Uri, headers: &HeaderMap, own: &str) -> bool {
    match single(headers, &SEC_FETCH_SITE) {
        Header::Text(site) => site == "same-origin" || site == "none",
        Header::Unclear => false,
        Header::Absent => match single(headers, &ORIGIN) {
            Header::Text(origin) => origin.eq_ignore_ascii_case(own) || is_host(origin, uri, headers),
            Header::Unclear => false,
            Header::Absent => true,
        },
    }
}

/// Returns true if an origin names the host that the request was sent to. The scheme is not compared:
/// behind a proxy that ends TLS it is not known here.
fn is_host(origin: &str, uri: &Uri, headers: &HeaderMap) -> bool {
    let Some((_, authority)) = origin.split_once("://") else { return false };
    let host = match (uri.authority(), single(headers, &HOST)) {
        // Where the request line has the authority, it overrides the header (RFC 9112, section 3.2.2).
        (Some(authority), _) => authority.as_str(),
        (None, Header::Text(host)) => host,
        (None, Header::Absent | Header::Unclear) => return false,
    };
    !authority.is_empty() && authority.eq_ignore_ascii_case(host)
}

enum Header<'a> {
    Absent,
    Text(&'a str),
    /// Repeated, or not text: browsers never send that.
    Unclear,
}

fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Header<'a> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Header::Absent,
        (Some(value), None) => value.to_str().map_or(Header::Unclear, Header::Text),
        (Some(_), Some(_)) => Header::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, middleware::from_fn_with_state, routing::any};
    use http::StatusCode;
    use tower::ServiceExt;

    use super::*;

    async fn send(method: &Method, site: Option<&str>, origins: &[&str]) -> Response {
        let router = Router::new()
            .route("/", any(async || "reached"))
            .layer(from_fn_with_state(Arc::from("https://desk.example"), guard));
        let mut request = http::Request::builder().method(method).uri("/").header(HOST, "desk.internal:3000");
        if let Some(site) = site {
            request = request.header(SEC_FETCH_SITE, site);
        }
        for origin in origins {
            request = request.header(ORIGIN, *origin);
        }
        router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn unsafe_requests_must_come_from_this_site_or_from_no_browser() {
        let safe = [Method::GET, Method::HEAD, Method::OPTIONS, Method::TRACE];
        let other =
            [Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::from_bytes(b"BREW").unwrap()];
        let origins = [
            (Some("http://desk.internal:3000"), true),
            (Some("https://desk.example"), true),
            (Some("HTTPS://DESK.EXAMPLE"), true),
            (Some("https://evil.example"), false),
            (Some("http://desk.internal"), false),
            (Some("http://desk.internal:3000.evil.example"), false),
            (Some("https://desk.example.evil.example"), false),
            (Some("http://"), false),
            (Some("null"), false),
            (Some(""), false),
            (None, true),
        ];
        let sites = [
            (Some("same-origin"), Some(true)),
            (Some("none"), Some(true)),
            (Some("same-site"), Some(false)),
            (Some("cross-site"), Some(false)),
            (Some("what-comes-next"), Some(false)),
            // Without it the origin decides.
            (None, None),
        ];
        for method in safe.iter().chain(&other) {
            for (site, by_site) in sites {
                for (origin, by_origin) in origins {
                    let response = send(method, site, origin.as_slice()).await;
                    let allowed = safe.contains(method) || by_site.unwrap_or(by_origin);
                    let expected = if allowed { StatusCode::OK } else { StatusCode::FORBIDDEN };
                    assert_eq!(response.status(), expected, "{method} {site:?} {origin:?}");
                    assert_eq!(response.headers().contains_key(VARY), !safe.contains(method), "{method}");
                }
            }
        }
    }

    #[tokio::test]
    async fn an_origin_given_twice_is_refused() {
        let response = send(&Method::POST, None, &["https://desk.example", "https://evil.example"]).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
        assert_eq!(response.extensions().get::<Problem>().unwrap().error, Code::CrossSite);
    }
}
