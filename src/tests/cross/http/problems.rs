//! Refusals, for people and for programs.

use axum::{body::Body, routing::get};
use frontdesk::{pages, surfaces::assemble};
use frontdesk_model::{Code, Role};
use http::{Method, Request, header::ACCEPT};

use crate::support::{BROWSER, Client, Desk, NOTHING, PASSWORD, PROGRAM};

both! {
    a_program_is_told_in_problem_json,
    a_person_is_told_on_a_page_of_the_site,
    a_request_keeps_the_id_that_it_came_with,
    the_page_of_a_problem_names_the_request,
    a_method_that_an_address_does_not_take_is_answered_with_those_it_does,
    head_is_get_without_a_body,
    an_address_may_be_8_kib_long,
    a_client_that_asks_too_often_is_told_when_to_come_back,
}

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

fn traced(path: &str, accept: &str) -> http::request::Builder {
    Request::get(path).header("traceparent", format!("00-{TRACE}-b7ad6b7169203331-01")).header(ACCEPT, accept)
}

async fn a_program_is_told_in_problem_json(desk: Desk) {
    let program = desk.visitor().program();
    let member = desk.arrive(Role::Member).await.program();
    let wrong = [("email", "ann@example.com"), ("password", PASSWORD)];
    let told = [
        (program.post("/fn/sign_in", &wrong).await, Code::InvalidCredentials),
        (program.post("/fn/sign_up", &NOTHING).await, Code::ValidationError),
        (program.post("/fn/nothing", &NOTHING).await, Code::NotFound),
        (program.post("/account", &NOTHING).await, Code::MethodNotAllowed),
        (member.post("/fn/create_user", &NOTHING).await, Code::NotFound),
        (program.get("/fn/sign_in").await, Code::MethodNotAllowed),
        (program.get("/nothing").await, Code::NotFound),
        (program.get("/setup").await, Code::LinkSpent),
        (member.get("/admin").await, Code::NotFound),
    ];
    for (answer, code) in told {
        let problem = answer.problem();
        assert_eq!((problem.error, answer.status), (code, code.status()));
        assert_eq!(problem.title, code.title());
        let id = answer.header("x-request-id").unwrap();
        assert_eq!(problem.instance, Some(format!("urn:trace:{id}")), "{problem:?}");
        assert!(answer.all("vary").contains(&"accept"), "{answer:?}");
    }
    // Without an `Accept` header the client is a program, too; and so is every client of /api.
    for (accept, path) in
        [("*/*", "/fn/sign_in"), ("text/html;q=0", "/fn/sign_in"), (BROWSER, "/api/v1/nothing")]
    {
        desk.visitor().send(Request::get(path).header(ACCEPT, accept), Body::empty()).await.problem();
    }
}

async fn a_person_is_told_on_a_page_of_the_site(desk: Desk) {
    let member = desk.arrive(Role::Member).await;
    let name = member.get("/account").await.page().with("href", "/account").unwrap().text.clone();
    // Pages of refusals show the signed-in user, both those of the middleware and those of the site.
    for (answer, heading) in [
        (member.get("/nothing").await.is(404), "There is nothing here"),
        (member.get("/admin").await.is(404), "There is nothing here"),
        (member.post("/fn/nothing", &NOTHING).await.is(404), "There is nothing here"),
        (member.post("/account", &NOTHING).await.is(405), "This address does not take that method"),
    ] {
        let page = answer.page();
        assert_eq!(page.heading(), heading);
        assert!(page.text().contains(&name), "{heading}: {}", page.text());
        assert!(page.link("Back to the start").is_some());
    }
}

async fn a_request_keeps_the_id_that_it_came_with(desk: Desk) {
    let visitor = desk.visitor();
    for path in ["/", "/nothing", "/account", "/health/live", "/style/main.css", "/fn/sign_in"] {
        let answer = visitor.send(traced(path, BROWSER), Body::empty()).await;
        assert_eq!(answer.header("x-request-id"), Some(TRACE), "{path}");
        let unclear = Request::get(path).header("traceparent", format!("00-{TRACE}-b7ad6b7169203331"));
        let answer = visitor.send(unclear, Body::empty()).await;
        assert_ne!(answer.header("x-request-id"), Some(TRACE), "{path}");
    }
    // It is in the audit trail, too.
    let request = Request::post("/fn/sign_up")
        .header("traceparent", format!("00-{TRACE}-b7ad6b7169203331-01"))
        .header("content-type", "application/x-www-form-urlencoded");
    let body = "name=Ann&email=ann%40example.com&password=correct+horse+battery+staple";
    visitor.send(request, Body::from(body)).await.is(303);
    let (traced,): (i64,) =
        desk.find("SELECT count(*) FROM audit_events WHERE request_id = $1", vec![TRACE.into()]).await;
    assert_eq!(traced, 2);
}

async fn the_page_of_a_problem_names_the_request(desk: Desk) {
    let panics = get(async || -> &'static str { panic!("of a test") });
    let desk = desk.behind(assemble(pages::routes().route("/panics", panics), &desk.state));
    let member = desk.arrive(Role::Member).await;
    for (path, status) in
        [("/panics", 500), ("/nothing", 404), ("/admin/users", 404), ("/setup", 410), ("/fn/x", 404)]
    {
        let page = member.send(traced(path, BROWSER), Body::empty()).await.is(status).page();
        assert!(page.one("code").text.ends_with(TRACE), "{path}: {}", page.text());
    }
    let problem = member.send(traced("/panics", PROGRAM), Body::empty()).await.is(500).problem();
    assert_eq!(problem.instance, Some(format!("urn:trace:{TRACE}")));
    assert_eq!((problem.detail, problem.details), (None, Vec::new()), "nothing but the fact");
    // One panic affects one response: the next request works.
    member.get("/account").await.is(200);
}

async fn a_method_that_an_address_does_not_take_is_answered_with_those_it_does(desk: Desk) {
    let visitor = desk.visitor();
    let cases = [
        ("/", Method::POST, "GET,HEAD"),
        ("/account", Method::DELETE, "GET,HEAD"),
        ("/admin/users", Method::PUT, "GET,HEAD"),
        ("/logout", Method::GET, "POST"),
        ("/fn/sign_in", Method::PATCH, "GET,HEAD,POST"),
        ("/health/live", Method::POST, "GET,HEAD"),
    ];
    for (path, method, allowed) in cases {
        let answer = visitor.send(Request::builder().method(&method).uri(path), Body::empty()).await.is(405);
        assert_eq!(answer.header("allow"), Some(allowed), "{method} {path}");
    }
    let odd = Method::from_bytes(b"BREW").unwrap();
    visitor.send(Request::builder().method(odd).uri("/"), Body::empty()).await.is(405);
    // A prefetched link, or an image with that address, does not sign out.
    let member = desk.arrive(Role::Member).await;
    member.get("/logout").await.is(405);
    member.get("/account").await.is(200);
}

async fn head_is_get_without_a_body(desk: Desk) {
    let member = desk.arrive(Role::Member).await;
    // A message is shown once.
    member.get("/").await.is(200);
    for path in ["/", "/account", "/login", "/nothing", "/admin", "/fn/sign_in", "/health/live"] {
        let (get, head) = (member.get(path).await, member.head(path).await);
        assert_eq!(head.status, get.status, "{path}");
        assert!(head.body.is_empty(), "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
        if let Some(length) = head.header("content-length") {
            assert_eq!(length, get.body.len().to_string(), "{path}");
        }
    }
}

async fn an_address_may_be_8_kib_long(desk: Desk) {
    let visitor = desk.visitor();
    let address = |length: usize| format!("/?{}", "a".repeat(length - 2));
    visitor.get(&address(8 * 1024)).await.is(200);
    let page = visitor.get(&address(8 * 1024 + 1)).await.is(400).page();
    assert!(page.text().contains("The address is too long."));
}

async fn a_client_that_asks_too_often_is_told_when_to_come_back(desk: Desk) {
    let strict = desk.with(|settings| (settings.rates.sign_in, settings.rates.page) = (2, 5));
    let visitor = |address: &str| strict.visitor().from(address);
    let wrong = [("page", "/login"), ("email", "ann@example.com"), ("password", PASSWORD)];
    let guesser = visitor("203.0.113.9");
    for _ in 0..2 {
        guesser.post("/fn/sign_in", &wrong).await.is(422);
    }
    let before = (desk.domain.db.statements(), desk.written().await);
    let refused: Client = guesser.copy();
    let answer = refused.post("/fn/sign_in", &wrong).await.is(429);
    assert_eq!(answer.header("retry-after"), Some("30"));
    assert_eq!(answer.header("ratelimit-policy"), Some("\"sign-in\";q=2;w=60"));
    assert_eq!(answer.header("ratelimit"), Some("\"sign-in\";r=0;t=30"));
    assert!(answer.page().text().contains("Try again in 30 seconds."), "{}", answer.page().text());
    assert_eq!(guesser.program().post("/fn/sign_in", &wrong).await.is(429).problem().retry_after, Some(30));
    // It costs no query.
    assert_eq!(desk.domain.db.statements() - before.0, 1, "the one that counts");
    assert_eq!(desk.written().await, before.1);
    // Other pages, other people, and this machine itself are not affected.
    guesser.get("/login").await.is(200);
    visitor("203.0.113.10").post("/fn/sign_in", &wrong).await.is(422);
    for _ in 0..9 {
        strict.visitor().get("/login").await.is(200);
    }
}
