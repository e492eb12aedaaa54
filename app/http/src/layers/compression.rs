//! Compresses responses that are made for one request: gzip, brotli or zstd, each at a level that costs
//! less than a tenth of making a page.
//!
//! A compressed response tells by its length how alike its parts are. A site that can make a browser
//! request pages, and can see the lengths of the responses, could so guess what stands beside its input
//! (BREACH). Two rules prevent that, and [`negotiate`] enforces both by ignoring `Accept-Encoding`:
//!
//! - Only responses to GET and HEAD are compressed. New secrets (tokens, links, signing secrets) are in
//!   responses to POST only.
//! - A request with cookies is answered compressed only if the browser declares that no other site caused
//!   it (`Sec-Fetch-Site`). The API reads no cookies, so another site cannot make a browser call it for
//!   its user.
//!
//! The nonces in pages are new in each response, so repeated requests tell nothing about them.

use axum::{body::HttpBody, extract::Request, middleware::Next, response::Response};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
    header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, ETAG, IF_NONE_MATCH},
};
use tower_http::{
    CompressionLevel,
    compression::{CompressionLayer, Predicate},
};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// The values of `Sec-Fetch-Site` for requests from our own pages, and for addresses that were typed in.
const NOT_CROSS_SITE: [&str; 2] = ["same-origin", "none"];
/// Bodies of fewer bytes fit into one packet uncompressed.
const SMALLEST: u64 = 1_024;
/// The codings, as ends of entity tags.
const CODINGS: [&str; 3] = ["br", "gzip", "zstd"];

/// Compresses in the coding that the client prefers. Belongs inside [`negotiate`].
pub fn layer() -> CompressionLayer<Compressible> {
    CompressionLayer::new().quality(CompressionLevel::Precise(1)).compress_when(Compressible)
}

/// Selects text that is large enough.
#[derive(Clone, Copy, Debug)]
pub struct Compressible;

impl Predicate for Compressible {
    fn should_compress<B: HttpBody>(&self, response: &Response<B>) -> bool {
        let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
        let kind = header(CONTENT_TYPE).and_then(|kind| kind.split(';').next()).unwrap_or_default();
        let is_text = kind.starts_with("text/") || kind.ends_with("/json") || kind.ends_with("+json");
        let length = header(CONTENT_LENGTH).and_then(|length| length.parse().ok());
        // A body of unknown length is a download that is sent as it is read.
        is_text
            && length.or_else(|| response.body().size_hint().exact()).is_none_or(|length| length >= SMALLEST)
    }
}

/// Decides if a response may be compressed, and gives each coding an entity tag of its own
/// (RFC 9110, section 8.8.3.3): `"3-9f86d081884c7d65"` becomes `"3-9f86d081884c7d65-gzip"`. Requests that
/// send such a tag back are understood as if they had sent the first one.
pub async fn negotiate(mut request: Request, next: Next) -> Response {
    if !is_safe(request.method(), request.headers()) {
        request.headers_mut().remove(ACCEPT_ENCODING);
    }
    let known = without_codings(request.headers_mut());
    let mut response = next.run(request).await;
    if let Some(tag) = coded_tag(&response, known.as_deref()) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

fn is_safe(method: &Method, headers: &HeaderMap) -> bool {
    let site = headers.get(SEC_FETCH_SITE).and_then(|value| value.to_str().ok());
    let is_own = site.is_some_and(|site| NOT_CROSS_SITE.contains(&site));
    matches!(*method, Method::GET | Method::HEAD) && (is_own || !headers.contains_key(COOKIE))
}

/// Removes the codings from the tags in `If-None-Match`, and returns the header as it was.
fn without_codings(headers: &mut HeaderMap) -> Option<String> {
    let sent = headers.get(IF_NONE_MATCH)?.to_str().ok()?.to_owned();
    let plain = CODINGS.iter().fold(sent.clone(), |tags, coding| tags.replace(&format!("-{coding}\""), "\""));
    headers.insert(IF_NONE_MATCH, HeaderValue::try_from(plain).ok()?);
    Some(sent)
}

/// Returns the tag of a compressed response; that of a 304 is the one that the client has sent.
fn coded_tag(response: &Response, known: Option<&str>) -> Option<HeaderValue> {
    let tag = response.headers().get(ETAG)?.to_str().ok()?.strip_suffix('"')?;
    let with = |coding: &str| format!("{tag}-{coding}\"");
    let tag = if response.status() == StatusCode::NOT_MODIFIED {
        CODINGS.into_iter().map(with).find(|tag| known.is_some_and(|known| known.contains(tag)))?
    } else {
        with(response.headers().get(CONTENT_ENCODING)?.to_str().ok()?)
    };
    HeaderValue::try_from(tag).ok()
}

#[cfg(test)]
mod tests {
    use axum::{
        Router,
        body::{Body, to_bytes},
        middleware::from_fn,
        response::IntoResponse,
        routing::get,
    };
    use http::header::VARY;
    use tower::{ServiceBuilder, ServiceExt};

    use super::*;
    use crate::request::conditional::is_fresh;

    const TAG: &str = "\"3-9f86d081884c7d65\"";

    fn router() -> Router {
        let text = |length: usize| "frontdesk ".repeat(length / 10);
        let html = || [(CONTENT_TYPE, "text/html; charset=utf-8")];
        let tagged = async move |headers: HeaderMap| {
            if is_fresh(&headers, TAG) {
                return (StatusCode::NOT_MODIFIED, [(ETAG, TAG)]).into_response();
            }
            ([(CONTENT_TYPE, "application/json"), (ETAG, TAG)], text(5_000)).into_response()
        };
        let page = move || async move { (html(), text(5_000)) };
        Router::new()
            .route("/", get(page).post(page))
            .route("/small", get(async move || (html(), text(1_020))))
            .route("/image", get(async move || ([(CONTENT_TYPE, "image/png")], text(5_000))))
            .route("/coded", get(async move || ([(CONTENT_ENCODING, "br")], html(), text(5_000))))
            .route("/tagged", get(tagged))
            .layer(ServiceBuilder::new().layer(from_fn(negotiate)).layer(layer()))
    }

    async fn send(method: Method, path: &str, headers: &[(HeaderName, &str)]) -> Response {
        let mut request = http::Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        router().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    fn coding(response: &Response) -> Option<&str> {
        response.headers().get(CONTENT_ENCODING).map(|value| value.to_str().unwrap())
    }

    #[tokio::test]
    async fn a_page_is_sent_in_the_coding_that_the_client_accepts() {
        for (accepted, expected) in [
            ("gzip, deflate, br, zstd", Some("zstd")),
            ("gzip, deflate, br", Some("br")),
            ("gzip", Some("gzip")),
            ("gzip;q=0", None),
            ("deflate", None),
            ("", None),
        ] {
            let response = send(Method::GET, "/", &[(ACCEPT_ENCODING, accepted)]).await;
            assert_eq!(coding(&response), expected, "{accepted}");
            assert_eq!(response.headers()[VARY], "accept-encoding", "{accepted}");
            assert_eq!(response.headers().contains_key(CONTENT_LENGTH), expected.is_none(), "{accepted}");
            let length = to_bytes(response.into_body(), usize::MAX).await.unwrap().len();
            assert_eq!(length < 500, expected.is_some(), "{accepted}: {length}");
        }
    }

    #[tokio::test]
    async fn a_head_request_has_the_headers_of_a_get_request_and_no_body() {
        let response = send(Method::HEAD, "/", &[(ACCEPT_ENCODING, "gzip")]).await;
        assert_eq!(coding(&response), Some("gzip"));
        assert!(!response.headers().contains_key(CONTENT_LENGTH));
        assert!(to_bytes(response.into_body(), usize::MAX).await.unwrap().is_empty());
        let response = send(Method::HEAD, "/", &[]).await;
        assert_eq!(response.headers()[CONTENT_LENGTH], "5000");
    }

    #[tokio::test]
    async fn small_bodies_images_and_coded_bodies_stay_as_they_are() {
        for (path, expected) in [("/small", None), ("/image", None), ("/coded", Some("br"))] {
            let response = send(Method::GET, path, &[(ACCEPT_ENCODING, "gzip")]).await;
            assert_eq!(coding(&response), expected, "{path}");
        }
    }

    #[tokio::test]
    async fn responses_to_posts_and_to_other_sites_are_not_compressed() {
        let gzip = (ACCEPT_ENCODING, "gzip");
        let cookie = (COOKIE, "session=secret");
        let from = |site| (SEC_FETCH_SITE, site);
        assert_eq!(coding(&send(Method::POST, "/", std::slice::from_ref(&gzip)).await), None);
        for (site, expected) in [
            (Some("same-origin"), Some("gzip")),
            (Some("none"), Some("gzip")),
            (Some("same-site"), None),
            (Some("cross-site"), None),
            (None, None),
        ] {
            let mut headers = vec![gzip.clone(), cookie.clone()];
            headers.extend(site.map(from));
            assert_eq!(coding(&send(Method::GET, "/", &headers).await), expected, "{site:?}");
        }
        // Without cookies the response is the same for everyone.
        let headers = [gzip, from("cross-site")];
        assert_eq!(coding(&send(Method::GET, "/", &headers).await), Some("gzip"));
    }

    #[tokio::test]
    async fn each_coding_has_an_entity_tag_that_is_recognised() {
        for (accepted, tag) in [
            ("gzip", "\"3-9f86d081884c7d65-gzip\""),
            ("br", "\"3-9f86d081884c7d65-br\""),
            ("zstd", "\"3-9f86d081884c7d65-zstd\""),
            ("", TAG),
        ] {
            let response = send(Method::GET, "/tagged", &[(ACCEPT_ENCODING, accepted)]).await;
            assert_eq!(response.headers()[ETAG], tag);
            for known in [tag.to_owned(), format!("\"other\", W/{tag}")] {
                let headers = [(ACCEPT_ENCODING, accepted), (IF_NONE_MATCH, &*known)];
                let response = send(Method::GET, "/tagged", &headers).await;
                assert_eq!(response.status(), StatusCode::NOT_MODIFIED, "{known}");
                assert_eq!(response.headers()[ETAG], tag);
                assert_eq!(coding(&response), None);
            }
        }
        let headers = [(ACCEPT_ENCODING, "gzip"), (IF_NONE_MATCH, "\"2-9f86d081884c7d65-gzip\"")];
        assert_eq!(send(Method::GET, "/tagged", &headers).await.status(), StatusCode::OK);
    }
}
