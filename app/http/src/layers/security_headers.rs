//! Security headers, on every response.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{
    HeaderName, HeaderValue,
    header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
        X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
    },
};

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const CROSS_ORIGIN_OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// The headers of a response that does not set them itself.
const DEFAULTS: [(HeaderName, &str); 9] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "strict-origin-when-cross-origin"),
    (PERMISSIONS_POLICY, "camera=(), microphone=(), geolocation=(), payment=(self)"),
    (CROSS_ORIGIN_OPENER_POLICY, "same-origin"),
    (CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
    // `frame-ancestors` says the same to every browser of today; this is for scanners and old ones.
    (X_FRAME_OPTIONS, "DENY"),
    // For anything but pages, which set `page_policy` with their nonce.
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    ),
    // Responses may hold personal data, so not even the browser keeps them. `Vary` is needed only by
    // responses that set a `Cache-Control` of their own.
    (CACHE_CONTROL, "no-store"),
    // Two years, as the preload list requires. Only over HTTPS.
    (STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains"),
];

/// Sets the headers that are missing.
pub async fn headers(State(https): State<Https>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in DEFAULTS {
        if https.0 || name != STRICT_TRANSPORT_SECURITY {
            headers.entry(name).or_insert(HeaderValue::from_static(value));
        }
    }
    response
}

/// The headers as lines of a response, for responses that pass no layer.
pub fn lines(https: Https) -> String {
    let sent = DEFAULTS.into_iter().filter(|(name, _)| https.0 || *name != STRICT_TRANSPORT_SECURITY);
    sent.map(|(name, value)| format!("{name}: {value}\r\n")).collect()
}

/// True if browsers reach this server by HTTPS.
#[derive(Clone, Copy, Debug)]
pub struct Https(pub bool);

/// The policy of a page that is rendered once for all visitors and has no scripts: it needs no nonce, which
/// would have to be new in each response.
pub fn scriptless_page_policy(https: Https) -> String {
    page_policy_of("'none'", "'self'", https)
}

/// The Content-Security-Policy of a page with this nonce on its scripts and styles.
///
/// `'wasm-unsafe-eval'` allows compiling WebAssembly, and not `eval`.
pub fn page_policy(nonce: &str, https: Https) -> String {
    let scripts = format!("'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'");
    page_policy_of(&scripts, &format!("'self' 'nonce-{nonce}'"), https)
}

fn page_policy_of(scripts: &str, styles: &str, https: Https) -> String {
    let upgrade = if https.0 { "; upgrade-insecure-requests" } else { "" };
    format!(
        "default-src 'self'; \
         script-src {scripts}; \
         style-src {styles}; \
         img-src 'self' data:; \
         connect-src 'self'; \
         object-src 'none'; \
         base-uri 'none'; \
         form-action 'self'; \
         frame-ancestors 'none'{upgrade}"
    )
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, middleware::from_fn_with_state, response::Redirect, routing::get};
    use http::StatusCode;
    use tower::ServiceExt;

    use super::*;

    async fn ask(path: &str, https: bool) -> Response {
        let own = [(CACHE_CONTROL, "public, max-age=60"), (CONTENT_SECURITY_POLICY, "default-src 'self'")];
        let router = Router::new()
            .route("/", get(async || "fine"))
            .route("/own", get(async move || (own, "fine")))
            .route("/not-modified", get(async || StatusCode::NOT_MODIFIED))
            .route("/elsewhere", get(async || Redirect::to("/")))
            .route("/fails", get(async || StatusCode::INTERNAL_SERVER_ERROR))
            .layer(from_fn_with_state(Https(https), headers));
        router.oneshot(http::Request::get(path).body(Body::empty()).unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn every_response_has_every_header_once() {
        for path in ["/", "/own", "/not-modified", "/elsewhere", "/fails", "/nowhere"] {
            let response = ask(path, true).await;
            for (name, value) in DEFAULTS {
                let values: Vec<_> = response.headers().get_all(&name).iter().collect();
                assert_eq!(values.len(), 1, "{name} of {path}");
                assert!(path == "/own" || values[0] == value, "{name} of {path}");
            }
        }
    }

    #[tokio::test]
    async fn the_headers_of_a_response_are_kept() {
        let response = ask("/own", true).await;
        assert_eq!(response.headers()[CACHE_CONTROL], "public, max-age=60");
        assert_eq!(response.headers()[CONTENT_SECURITY_POLICY], "default-src 'self'");
    }

    #[tokio::test]
    async fn https_is_enforced_only_over_https() {
        assert!(!ask("/", false).await.headers().contains_key(STRICT_TRANSPORT_SECURITY));
        assert!(!page_policy("n", Https(false)).contains("upgrade-insecure-requests"));
        assert!(page_policy("n", Https(true)).ends_with("; upgrade-insecure-requests"));
    }

    #[test]
    fn a_page_runs_only_scripts_with_its_nonce() {
        let policy = page_policy("bm9uY2U", Https(false));
        assert!(policy.contains("script-src 'nonce-bm9uY2U' 'strict-dynamic' 'wasm-unsafe-eval';"));
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
    }
}
