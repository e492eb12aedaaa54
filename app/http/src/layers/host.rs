//! The `Host` header of HTTP/1.1: there once, and valid (RFC 9112, section 3.2).

use std::net::SocketAddr;

use axum::{
    extract::{ConnectInfo, Request},
    middleware::Next,
    response::{IntoResponse, Response},
};
use frontdesk_model::{Code, Problem};
use http::{HeaderMap, Version, header::HOST, uri::Authority};

use crate::problem::Refusal;

/// Rejects requests without a valid `Host` with 400. Requests that came over no connection, such as those of
/// tests, have none.
pub async fn host(request: Request, next: Next) -> Response {
    let came_over_http = request.extensions().get::<ConnectInfo<SocketAddr>>().is_some();
    if came_over_http && !is_sound(request.version(), request.headers()) {
        let problem = Problem::new(Code::MalformedRequest);
        return Refusal(problem.detail("The header Host is missing, repeated or invalid.")).into_response();
    }
    next.run(request).await
}

fn is_sound(version: Version, headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(HOST).iter();
    match (values.next(), values.next()) {
        (None, _) => version < Version::HTTP_11,
        (Some(host), None) => host.to_str().is_ok_and(is_host),
        (Some(_), Some(_)) => false,
    }
}

/// A name or an address, and possibly a port, without user information.
fn is_host(text: &str) -> bool {
    let Ok(authority) = text.parse::<Authority>() else { return false };
    let rest = text.strip_prefix(authority.host());
    let port_is_sound = rest.is_some_and(|rest| match rest.strip_prefix(':') {
        Some(port) => port.is_empty() || port.parse::<u16>().is_ok(),
        None => rest.is_empty(),
    });
    !authority.host().is_empty() && port_is_sound
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, middleware::from_fn, routing::get};
    use http::StatusCode;
    use tower::ServiceExt;

    use super::*;

    async fn ask(version: Version, hosts: &[&str], over_a_connection: bool) -> StatusCode {
        let mut request = http::Request::get("/").version(version);
        for host in hosts {
            request = request.header(HOST, *host);
        }
        let mut request = request.body(Body::empty()).unwrap();
        if over_a_connection {
            request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 1))));
        }
        let router = Router::new().route("/", get(async || "fine")).layer(from_fn(host));
        router.oneshot(request).await.unwrap().status()
    }

    #[tokio::test]
    async fn a_request_has_one_valid_host() {
        for host in [
            "desk.example",
            "DESK.example:8080",
            "192.0.2.1:80",
            "[2001:db8::1]:443",
            "[::1]",
            "a_b",
            "desk:",
        ] {
            assert_eq!(ask(Version::HTTP_11, &[host], true).await, StatusCode::OK, "{host}");
        }
        for host in [
            "a b/c",
            "a/c",
            "",
            " ",
            "ann@desk.example",
            "desk:port",
            "desk:80:80",
            "desk:70000",
            "[::1",
            "a?b",
            "a#b",
            "http://a",
        ] {
            assert_eq!(ask(Version::HTTP_11, &[host], true).await, StatusCode::BAD_REQUEST, "{host}");
        }
        for hosts in [&[][..], &["desk.example", "desk.example"], &["desk.example", "evil.example"]] {
            assert_eq!(ask(Version::HTTP_11, hosts, true).await, StatusCode::BAD_REQUEST, "{hosts:?}");
        }
    }

    #[tokio::test]
    async fn http_1_0_needs_none_but_not_two() {
        assert_eq!(ask(Version::HTTP_10, &[], true).await, StatusCode::OK);
        assert_eq!(ask(Version::HTTP_10, &["a", "b"], true).await, StatusCode::BAD_REQUEST);
        assert_eq!(ask(Version::HTTP_11, &[], false).await, StatusCode::OK);
    }
}
