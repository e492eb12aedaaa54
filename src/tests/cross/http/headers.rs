//! Security headers, on every kind of response.

use std::{collections::BTreeSet, io, time::Duration};

use axum::{body::Body, routing::get};
use frontdesk::{pages, surfaces::assemble};
use frontdesk_model::Role;
use http::{Request, header};

use crate::support::{Answer, Client, Desk, NOTHING, PASSWORD, promises};

both! {
    every_kind_of_answer_is_secured,
    a_page_has_a_nonce_of_its_own_and_runs_nothing_without,
    without_https_a_browser_is_not_told_to_use_it,
    a_file_is_known_by_its_tag,
}

/// One response of each kind, with its status.
async fn one_of_each(desk: &Desk) -> Vec<(&'static str, u16, Answer)> {
    let visitor = desk.visitor();
    let admin = desk.arrive(Role::Admin).await;
    let (name, id) = desk.somebody(&[]).await;
    let style = stylesheet(&visitor).await;
    let file = visitor.get(&style).await;
    let tag = file.header("etag").unwrap().to_owned();
    let cross_site = Request::post("/fn/sign_up").header("sec-fetch-site", "cross-site");
    let never = Body::from_stream(futures::stream::pending::<io::Result<&str>>());
    let hasty = desk.with(|settings| settings.request_timeout = Duration::from_millis(30)).visitor();
    let strict = desk.with(|settings| settings.rates.form = 1).visitor().from("203.0.113.9");
    strict.post("/logout", &NOTHING).await;
    let full = desk.with(|settings| settings.in_flight = 0).visitor();
    let taken = [
        ("page", "/signup"),
        ("name", "Ann"),
        ("email", &*crate::support::address(&name)),
        ("password", PASSWORD),
    ];
    let panics = pages::routes().route("/panics", get(async || -> &'static str { panic!("of a test") }));
    let panics = desk.behind(assemble(panics, &desk.state));
    vec![
        ("a page", 200, visitor.get("/").await),
        ("a file", 200, file),
        ("health", 200, visitor.get("/health/live").await),
        ("a link that is shown", 200, admin.post("/fn/invite_user", &[("id", id.to_string())]).await),
        ("a redirect of a page", 303, visitor.get("/account").await),
        ("a redirect of a form", 303, visitor.post("/logout", &NOTHING).await),
        (
            "a file that is known",
            304,
            visitor.send(Request::get(&style).header(header::IF_NONE_MATCH, tag), Body::empty()).await,
        ),
        ("a page that cannot be read", 400, admin.get("/admin/users?limit=0").await),
        ("a form of another site", 403, visitor.send(cross_site, Body::empty()).await),
        ("no page", 404, visitor.get("/nothing").await),
        ("no form", 404, visitor.post("/fn/nothing", &NOTHING).await),
        ("another method", 405, visitor.post("/account", &NOTHING).await),
        ("a slow body", 408, hasty.send(Request::post("/logout"), never).await),
        ("a conflict", 409, visitor.post("/fn/sign_up", &taken).await),
        ("a spent link", 410, visitor.get("/setup").await),
        ("a large body", 413, visitor.post("/fn/sign_up", &[("name", "x".repeat(70_000))]).await),
        ("no form's body", 415, visitor.send(Request::post("/fn/sign_up"), Body::from("{}")).await),
        ("a refused form", 422, visitor.post("/fn/sign_up", &[("page", "/signup")]).await),
        ("too many", 429, strict.post("/logout", &NOTHING).await),
        ("a panic", 500, panics.visitor().get("/panics").await),
        ("a panic, to a program", 500, panics.visitor().program().get("/panics").await),
        ("no room", 503, full.get("/").await),
        ("no room, to a program", 503, full.program().get("/").await),
    ]
}

async fn every_kind_of_answer_is_secured(desk: Desk) {
    let mut all = one_of_each(&desk).await;
    // Last, because nothing works afterwards.
    let ann = desk.arrive(Role::Member).await;
    desk.domain.db.close().await;
    let token = desk.visitor().get("/invite?token=x").await;
    all.push(("a broken database", 500, token));
    all.push(("a broken database, to a program", 500, desk.visitor().program().get("/invite?token=x").await));
    let unread = ann.get("/account").await;
    assert_eq!(unread.header("set-cookie"), None, "it is not taken for a session that is over");
    all.push(("a session that cannot be read", 503, unread));
    for (what, status, answer) in &all {
        assert_eq!(answer.status, *status, "{what}: {answer:?}");
        promises::secured(what, answer, &desk.state.config.base_url);
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.contains("base-uri 'none'") && policy.contains("form-action"), "{what}: {policy}");
        if !answer.is_html() {
            assert!(policy.starts_with("default-src 'none'"), "{what}: {policy}");
        }
        // The panic's message is in the log only.
        assert!(!answer.text().contains("of a test"), "{what}");
    }
    let seen: BTreeSet<u16> = all.iter().map(|(_, status, _)| *status).collect();
    let wanted = [200, 303, 304, 400, 403, 404, 405, 408, 409, 410, 413, 415, 422, 429, 500, 503];
    assert_eq!(seen, wanted.into());
}

async fn a_page_has_a_nonce_of_its_own_and_runs_nothing_without(desk: Desk) {
    let visitor = desk.visitor();
    let mut nonces = BTreeSet::new();
    for path in ["/", "/login", "/signup", "/nothing"] {
        for _ in 0..2 {
            let answer = visitor.get(path).await;
            let policy = answer.header("content-security-policy").unwrap();
            let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
            assert!(
                policy.contains(&format!("script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval';"))
            );
            assert!(
                policy.contains("object-src 'none'") && policy.contains("form-action 'self'"),
                "{policy}"
            );
            let page = answer.page();
            let bearers =
                page.elements().filter(|element| matches!(element.name.as_str(), "script" | "style"));
            assert!(bearers.into_iter().all(|element| element.get("nonce") == Some(nonce)), "{path}");
            assert_eq!(page.with("rel", "stylesheet").unwrap().get("nonce"), Some(nonce), "{path}");
            assert_eq!(
                answer.text().matches(nonce).count(),
                answer.text().matches("nonce=").count(),
                "{path}"
            );
            nonces.insert(nonce.to_owned());
        }
    }
    assert_eq!(nonces.len(), 8, "a nonce is used once");
}

async fn without_https_a_browser_is_not_told_to_use_it(desk: Desk) {
    desk.register("Ann", &[]).await;
    // Not every browser takes a secure cookie over plain HTTP from the same machine.
    let local = desk.with(|settings| settings.base_url = "http://localhost:3000".parse().unwrap());
    let ann = local.visitor();
    let answer = ann.sign_in("Ann").await.is(303);
    assert_eq!(answer.header("strict-transport-security"), None);
    assert!(!answer.cookie("session-3000").unwrap().contains(&"Secure"));
    let page = ann.get("/account").await.is(200);
    assert!(!page.header("content-security-policy").unwrap().contains("upgrade-insecure-requests"));

    let plain = desk.with(|settings| settings.base_url = "http://desk.internal:3000".parse().unwrap());
    let ann = plain.visitor();
    let answer = ann.sign_in("Ann").await.is(303);
    assert!(!answer.cookie("session-3000").unwrap().contains(&"Secure"));
    ann.get("/account").await.is(200);
    ann.post("/logout", &NOTHING).await.is(303);
    ann.get("/account").await.is(303);

    let page = desk.visitor().get("/").await;
    assert!(page.header("content-security-policy").unwrap().ends_with("; upgrade-insecure-requests"));
}

async fn stylesheet(visitor: &Client) -> String {
    let page = visitor.get("/").await.page();
    page.with("rel", "stylesheet").unwrap().get("href").unwrap().to_owned()
}

async fn a_file_is_known_by_its_tag(desk: Desk) {
    let visitor = desk.visitor();
    let style = stylesheet(&visitor).await;
    let file = visitor.get(&style).await.is(200);
    assert_eq!(file.header("content-type"), Some("text/css; charset=utf-8"));
    assert!(file.header("vary").unwrap().contains("accept-encoding"));
    let before = desk.domain.db.statements();
    let ask = Request::get(&style).header(header::IF_NONE_MATCH, file.header("etag").unwrap());
    let known = visitor.send(ask, Body::empty()).await.is(304);
    assert!(known.body.is_empty());
    assert_eq!(
        (known.header("etag"), known.header("cache-control")),
        (file.header("etag"), file.header("cache-control"))
    );
    // Signed-in users get the same, without a query for the session.
    visitor.set_cookie("__Host-session", "AAAAAAAAAAAAAAAAAAAAAA");
    visitor.get(&style).await.is(200);
    assert_eq!(desk.domain.db.statements(), before);
    visitor.post(&style, &NOTHING).await;
}
