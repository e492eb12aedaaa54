use axum::{Router, body::Body, middleware::from_fn_with_state, response::Response, routing::any};
use frontdesk_model::{Code, Problem};
use http::{Method, StatusCode, header::RETRY_AFTER};
use tower::ServiceExt;

use super::{
    headers::{RATELIMIT, RATELIMIT_POLICY},
    *,
};
use crate::request::client_address::{ClientAddr, ClientUnknown};

fn choose(method: &Method, path: &str) -> Limit {
    match (method, path) {
        (&Method::GET, _) => Limit::Page,
        (_, "/fn/sign_in" | "/fn/change_password") => Limit::SignIn,
        (_, "/fn/sign_up" | "/fn/set_up") => Limit::SignUp,
        _ => Limit::Form,
    }
}

fn router(rates: Rates) -> Router {
    let rate = RateLimit { limiter: Limiter::new(rates), choose };
    Router::new().fallback(any(async || "reached")).layer(from_fn_with_state(rate, by_address))
}

async fn send(router: &Router, method: &str, path: &str, client: &str) -> Response {
    let mut request = http::Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    request.extensions_mut().insert(ClientAddr(client.parse().unwrap()));
    router.clone().oneshot(request).await.unwrap()
}

const TIGHT: Rates =
    Rates { page: 3, form: 3, sign_in: 2, sign_up: 1, pay: 1, api_read: 1, api_write: 1, gateway_event: 2 };

#[tokio::test]
async fn a_request_beyond_the_limit_gets_the_time_to_wait() {
    let router = router(TIGHT);
    for _ in 0..2 {
        assert_eq!(send(&router, "POST", "/fn/sign_in", "203.0.113.9").await.status(), StatusCode::OK);
    }
    let refused = send(&router, "POST", "/fn/sign_in", "203.0.113.9").await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    // Two a minute: the next is there 30 seconds after the first.
    assert_eq!(refused.headers()[RETRY_AFTER], "30");
    assert_eq!(refused.headers()[RATELIMIT_POLICY], "\"sign-in\";q=2;w=60");
    assert_eq!(refused.headers()[RATELIMIT], "\"sign-in\";r=0;t=30");
    assert_eq!(refused.extensions().get::<Problem>().unwrap().error, Code::TooManyRequests);
}

#[tokio::test]
async fn this_machine_is_not_limited_but_an_unknown_proxy_on_it_is() {
    let router = router(TIGHT);
    let sign_up = async |is_proxy: bool| {
        let mut request = http::Request::post("/fn/sign_up").body(Body::empty()).unwrap();
        request.extensions_mut().insert(ClientAddr("127.0.0.1".parse().unwrap()));
        if is_proxy {
            request.extensions_mut().insert(ClientUnknown);
        }
        router.clone().oneshot(request).await.unwrap().status()
    };
    assert_eq!((sign_up(true).await, sign_up(true).await), (StatusCode::OK, StatusCode::TOO_MANY_REQUESTS));
    assert_eq!((sign_up(false).await, sign_up(false).await), (StatusCode::OK, StatusCode::OK));
}

#[tokio::test]
async fn limits_and_clients_are_independent() {
    let router = router(TIGHT);
    assert_eq!(send(&router, "POST", "/fn/sign_up", "203.0.113.9").await.status(), StatusCode::OK);
    assert_eq!(
        send(&router, "POST", "/fn/set_up", "203.0.113.9").await.status(),
        StatusCode::TOO_MANY_REQUESTS
    );
    assert_eq!(send(&router, "POST", "/fn/sign_up", "203.0.113.10").await.status(), StatusCode::OK);
    assert_eq!(send(&router, "POST", "/fn/rename", "203.0.113.9").await.status(), StatusCode::OK);
    assert_eq!(send(&router, "GET", "/fn/sign_up", "203.0.113.9").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn forms_of_one_limit_share_its_bucket() {
    let router = router(TIGHT);
    for form in ["/fn/sign_in", "/fn/change_password"] {
        assert_eq!(send(&router, "POST", form, "203.0.113.9").await.status(), StatusCode::OK);
    }
    let refused = send(&router, "POST", "/fn/change_password", "203.0.113.9").await;
    assert_eq!(refused.headers()[RATELIMIT_POLICY], "\"sign-in\";q=2;w=60");
}

#[tokio::test]
async fn an_ipv6_client_counts_by_its_network() {
    let router = router(TIGHT);
    assert_eq!(send(&router, "POST", "/fn/sign_up", "2001:db8::1").await.status(), StatusCode::OK);
    let neighbour = send(&router, "POST", "/fn/sign_up", "2001:db8::ffff:0:1").await;
    assert_eq!(neighbour.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(send(&router, "POST", "/fn/sign_up", "2001:db8:0:1::1").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn this_machine_and_a_limit_of_zero_are_not_limited() {
    let tight = router(TIGHT);
    let open = router(Rates { sign_up: 0, ..TIGHT });
    for _ in 0..10 {
        assert_eq!(send(&tight, "POST", "/fn/sign_up", "127.0.0.1").await.status(), StatusCode::OK);
        assert_eq!(send(&tight, "POST", "/fn/sign_up", "::1").await.status(), StatusCode::OK);
        assert_eq!(send(&open, "POST", "/fn/sign_up", "203.0.113.9").await.status(), StatusCode::OK);
    }
}
