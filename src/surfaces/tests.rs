//! The layers of the pages and of the other surfaces, in their order.

use std::time::Duration;

use axum::{
    body::Body,
    extract::Request,
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use frontdesk_domain::{Domain, Options, clock::Clock, db, passwords, sessions::Lifetime};
use frontdesk_http::{
    Settings,
    problem::{ErrorPages, Refusal},
};
use frontdesk_model::{Code, Problem};
use futures::future::BoxFuture;
use http::{HeaderName, StatusCode, header, request::Parts};
use tempfile::TempDir;
use tower::ServiceExt;

use super::*;
use crate::{adapters::webhook_sender::HttpWebhookSender, shutdown::Shutdown};

struct Pages;

impl ErrorPages for Pages {
    fn render(&self, _: Parts, problem: Problem) -> BoxFuture<'static, Response> {
        Box::pin(async move { Html(format!("<h1>{}</h1>", problem.title)).into_response() })
    }

    fn plain(&self, problem: &Problem) -> Response {
        Html(format!("<h1>{}</h1>", problem.title)).into_response()
    }
}

async fn app(settings: Settings) -> (Router, TempDir) {
    let temporary = tempfile::tempdir().unwrap();
    let options = Options {
        url: db::DatabaseUrl::Sqlite(temporary.path().join("desk.db")),
        database: db::Options { connections: 1, ..db::Options::default() },
        passwords: passwords::Options { threads: 1, ..passwords::Options::default() },
        breached_passwords: None,
        lifetime: Lifetime::default(),
        clock: Clock::system(),
        webhook_sender: Arc::new(HttpWebhookSender::new(true)),
        gateway: Default::default(),
        approval_above: Default::default(),
        events_kept: Default::default(),
        site: "https://desk.example".into(),
    };
    let domain = Domain::open(&options).await.unwrap();
    let state = AppState::new(domain, settings, Shutdown::default());
    let state = AppState { pages: Arc::new(Pages), ..state };
    let routes = Router::new()
        .route("/", get(async || Html("<h1>Welcome</h1>")))
        .route("/elsewhere", get(async || Redirect::to("/")))
        .route("/not-modified", get(async || StatusCode::NOT_MODIFIED))
        .route("/invalid", get(async || Refusal(Problem::new(Code::ValidationError))))
        .route("/panic", get(async || -> &'static str { panic!("of the handler") }))
        .route("/slow", get(async || tokio::time::sleep(Duration::from_secs(3_600)).await))
        .route("/fn/rename", post(async |body: String| body));
    (assemble(routes, &state), temporary)
}

fn get_request(path: &str) -> Request {
    http::Request::get(path).header(header::ACCEPT, "text/html").body(Body::empty()).unwrap()
}

#[tokio::test]
async fn every_answer_is_traced_and_secured() {
    let settings = Settings { request_timeout: Duration::from_millis(20), ..Settings::default() };
    let (app, _temporary) = app(settings).await;
    let cases = [
        ("/", 200),
        ("/elsewhere", 303),
        ("/not-modified", 304),
        ("/invalid", 422),
        ("/panic", 500),
        ("/slow", 503),
        ("/nowhere", 404),
        ("/fn/rename", 405),
        ("/health/live", 200),
        ("/health/ready", 200),
        ("/health/nothing", 404),
        ("/style/main.css", 200),
    ];
    for (path, status) in cases {
        let response = app.clone().oneshot(get_request(path)).await.unwrap();
        if path == "/style/main.css" && response.status() == 404 {
            continue; // a built site has the stylesheet under another name
        }
        assert_eq!(response.status(), status, "{path}");
        let all = [
            "x-request-id",
            "x-content-type-options",
            "content-security-policy",
            "cache-control",
            "permissions-policy",
        ];
        for name in all {
            assert!(response.headers().contains_key(HeaderName::from_static(name)), "{name} of {path}");
        }
        let kept = response.headers()[header::CACHE_CONTROL] != "no-store";
        assert_eq!(kept, path.starts_with("/style/"), "{path}");
        assert_eq!(response.headers().contains_key(header::ALLOW), status == 405, "{path}");
        let is_problem = status >= 400;
        assert_eq!(
            response.headers().get(header::VARY).is_some_and(|vary| vary == "accept"),
            is_problem,
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_form_from_another_site_is_refused_before_its_body_is_read() {
    let (app, _temporary) = app(Settings::default()).await;
    let request = |site: &str, body: Body| {
        let request = http::Request::post("/fn/rename").header("sec-fetch-site", site);
        app.clone().oneshot(request.body(body).unwrap())
    };
    let never = || Body::from_stream(futures::stream::pending::<Result<&str, std::io::Error>>());
    assert_eq!(request("cross-site", never()).await.unwrap().status(), StatusCode::FORBIDDEN);
    assert_eq!(request("same-origin", Body::from("name=ann")).await.unwrap().status(), StatusCode::OK);
    let large = Body::from("a".repeat(64 * 1024 + 1));
    assert_eq!(request("same-origin", large).await.unwrap().status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn health_answers_however_busy_the_server_is() {
    let (app, _temporary) = app(Settings { in_flight: 1, ..Settings::default() }).await;
    let slow = tokio::spawn(app.clone().oneshot(get_request("/slow")));
    // Until the slow request has its slot.
    while app.clone().oneshot(get_request("/")).await.unwrap().status() == StatusCode::OK {
        tokio::task::yield_now().await;
    }
    assert_eq!(app.clone().oneshot(get_request("/health/live")).await.unwrap().status(), StatusCode::OK);
    slow.abort();
}
