//! Authentication: only a valid token in the header.

use std::collections::BTreeSet;

use axum::body::Body;
use frontdesk_domain::tokens;
use frontdesk_model::{Permission as P, Role, TokenId, tokens::RevokeToken};
use http::{Method, Request, header};
use serde_json::json;

use crate::support::{Answer, Desk};

both! {
    a_cookie_opens_nothing,
    what_is_no_token_that_works_is_refused,
    a_token_in_an_address_is_refused_and_said_why,
    what_only_begins_as_a_token_does_may_be_in_an_address,
    a_limit_is_counted_for_each_token_and_told_in_every_answer,
    scripts_of_other_origins_are_refused_unless_named,
    scripts_read_every_answer_and_every_header_that_is_sent,
    what_a_token_made_it_reads,
    a_token_revokes_itself,
}

#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.problem().error.as_str()), (status, code));
}

async fn a_cookie_opens_nothing(desk: Desk) {
    let owner = desk.arrive(Role::Owner).await.program();
    let answer = owner.get("/api/v1/users").await;
    refused(&answer, 401, "TOKEN_REQUIRED");
    assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"frontdesk\""));
    assert_eq!(answer.header("set-cookie"), None);
}

async fn what_is_no_token_that_works_is_refused(desk: Desk) {
    let program = desk.program(&[P::USERS_READ]).await;
    let good = program.token.clone();
    let wrong_checksum =
        format!("{}{}", &good[..good.len() - 1], if good.ends_with('0') { '1' } else { '0' });
    for text in ["fd_", "x", &wrong_checksum, &good.to_uppercase()] {
        let answer = desk.program_with(text).get("/users").await;
        refused(&answer, 401, "TOKEN_INVALID");
        assert_eq!(
            answer.header("www-authenticate"),
            Some("Bearer realm=\"frontdesk\", error=\"invalid_token\"")
        );
    }
    for line in [format!("Basic {good}"), good.clone(), format!("Bearer{good}")] {
        let request =
            desk.program_with("").request(Method::GET, "/users").header(header::AUTHORIZATION, line);
        refused(&desk.program_with("").send(request, Body::empty()).await, 401, "TOKEN_REQUIRED");
    }
    let twice =
        program.request(Method::GET, "/users").header(header::AUTHORIZATION, format!("Bearer {good}"));
    refused(&program.send(twice, Body::empty()).await, 401, "TOKEN_REQUIRED");

    let id: (uuid::Uuid,) = desk.find("SELECT id FROM tokens", Vec::new()).await;
    tokens::revoke(&desk.domain.system(), RevokeToken { id: TokenId(id.0) }).await.unwrap();
    refused(&program.get("/users").await, 401, "TOKEN_INVALID");
    let expired = desk.program(&[P::USERS_READ]).await;
    desk.domain.clock.advance(91 * 24 * 3_600);
    refused(&expired.get("/users").await, 401, "TOKEN_INVALID");
}

async fn a_token_in_an_address_is_refused_and_said_why(desk: Desk) {
    let program = desk.program(P::ALL).await;
    let token = &program.token;
    for query in [
        format!("access_token={token}"),
        format!("q={token}"),
        format!("q=Bearer%20{token}"),
        format!("{token}=1"),
        "token=x".to_owned(),
    ] {
        refused(&desk.program_with("").get(&format!("/users?{query}")).await, 400, "TOKEN_IN_URL");
        refused(&program.get(&format!("/users?{query}")).await, 400, "TOKEN_IN_URL");
    }
    refused(&program.get(&format!("/users/{token}")).await, 400, "TOKEN_IN_URL");
}

async fn what_only_begins_as_a_token_does_may_be_in_an_address(desk: Desk) {
    let program = desk.program(P::ALL).await;
    let ann = program
        .post("/users", &json!({"name": "fd_smith", "email": "fd_1@example.com"}))
        .await
        .is(201)
        .json();
    let line = json!({"description": "Tea", "unit_price": 100});
    let order = json!({"customer_id": ann["id"], "currency": "EUR", "reference": "fd_1", "lines": [line]});
    let request = program.request(Method::POST, "/orders").header("idempotency-key", "one");
    program.json(request, &order).await.is(201);
    let count = async |path: &str| program.get(path).await.is(200).json()["items"].as_array().unwrap().len();
    assert_eq!(count("/orders?reference=fd_1").await, 1);
    assert_eq!(count("/users?q=fd_smith").await, 1);
    assert_eq!(count("/users?q=fd_1@example.com").await, 1);
    let wrong_checksum =
        format!("{}{}", &program.token[..51], if program.token.ends_with('0') { '1' } else { '0' });
    assert_eq!(count(&format!("/users?q={wrong_checksum}")).await, 0);
}

async fn a_limit_is_counted_for_each_token_and_told_in_every_answer(desk: Desk) {
    let desk = desk.with(|settings| (settings.rates.api_read, settings.rates.api_write) = (3, 1));
    let (mine, theirs) = (desk.program(P::ALL).await, desk.program(P::ALL).await);
    for left in ["2", "1", "0"] {
        let answer = mine.get("/me").await.is(200);
        assert_eq!(answer.header("ratelimit-policy"), Some("\"api-read\";q=3;w=60"));
        assert_eq!(answer.header("ratelimit"), Some(&*format!("\"api-read\";r={left}")));
    }
    let answer = mine.get("/me").await;
    refused(&answer, 429, "TOO_MANY_REQUESTS");
    assert_eq!(
        (answer.header("retry-after"), answer.header("ratelimit")),
        (Some("20"), Some("\"api-read\";r=0;t=20"))
    );
    theirs.get("/me").await.is(200);
    // Refused requests count, too, and each limit on its own.
    mine.post("/users", &json!({})).await.is(400);
    refused(&mine.post("/users", &json!({})).await, 429, "TOO_MANY_REQUESTS");
    // Requests without a token count by address.
    let stranger = desk.program_with("").from("203.0.113.9");
    for _ in 0..3 {
        stranger.get("/me").await.is(401);
    }
    refused(&stranger.get("/me").await, 429, "TOO_MANY_REQUESTS");
}

async fn scripts_of_other_origins_are_refused_unless_named(desk: Desk) {
    let preflight = |origin: &str| {
        Request::builder()
            .method(Method::OPTIONS)
            .uri("/api/v1/users")
            .header(header::ORIGIN, origin)
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
            .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "authorization,content-type")
    };
    let program = desk.program(P::ALL).await;
    let closed = program.send(preflight("https://app.example"), Body::empty()).await;
    refused(&closed, 403, "CROSS_SITE_REQUEST");
    assert_eq!(closed.header("access-control-allow-origin"), None);

    let open = desk.with(|settings| settings.api_origins = vec!["https://app.example".into()]);
    let program = program.at(&open);
    let allowed = program.send(preflight("https://app.example"), Body::empty()).await.is(204);
    assert_eq!(allowed.header("access-control-allow-origin"), Some("https://app.example"));
    assert_eq!(allowed.header("access-control-allow-credentials"), None);
    refused(&program.send(preflight("https://evil.example"), Body::empty()).await, 403, "CROSS_SITE_REQUEST");
    let read = program.request(Method::GET, "/me").header(header::ORIGIN, "https://app.example");
    let read = program.send(read, Body::empty()).await.is(200);
    assert_eq!(read.header("access-control-allow-origin"), Some("https://app.example"));
    let evil = program.request(Method::GET, "/me").header(header::ORIGIN, "null");
    refused(&program.send(evil, Body::empty()).await, 403, "CROSS_SITE_REQUEST");
}

async fn scripts_read_every_answer_and_every_header_that_is_sent(desk: Desk) {
    /// Headers that scripts read without being told (Fetch, CORS-safelisted response headers), and those that
    /// concern the browser alone.
    const OTHERS: [&str; 20] = [
        "cache-control",
        "content-language",
        "content-length",
        "content-type",
        "expires",
        "last-modified",
        "pragma",
        "vary",
        "access-control-allow-origin",
        "access-control-expose-headers",
        "content-security-policy",
        "cross-origin-opener-policy",
        "cross-origin-resource-policy",
        "permissions-policy",
        "referrer-policy",
        "strict-transport-security",
        "x-content-type-options",
        "x-frame-options",
        "content-encoding",
        "connection",
    ];
    let open = desk.with(|settings| {
        settings.api_origins = vec!["https://app.example".into()];
        settings.rates.api_write = 5;
    });
    let program = open.program(P::ALL).await;
    let user = |body: &str| (Method::POST, "/users", body.to_owned());
    let ann = "{\"name\":\"Ann\",\"email\":\"ann@example.com\"}";
    let mut sent = BTreeSet::new();
    let mut exposed = BTreeSet::new();
    for ((method, path, body), status) in [
        ((Method::GET, "/users?limit=1", String::new()), 200),
        (user(ann), 201),
        (user(ann), 201),
        (user("{"), 400),
        (user(&" ".repeat(1 << 20)), 413),
        ((Method::GET, "/nothing", String::new()), 404),
        ((Method::PUT, "/users", String::new()), 405),
        ((Method::GET, &"/x".repeat(5_000), String::new()), 400),
        (user("gzip"), 415),
        (user("{"), 400),
        (user("{"), 400),
        (user("{"), 429),
    ] {
        let request = program.request(method, path).header(header::ORIGIN, "https://app.example");
        let request = request.header(header::CONTENT_TYPE, "application/json");
        let request = if body == ann { request.header("idempotency-key", "ann") } else { request };
        let request = if body == "gzip" { request.header(header::CONTENT_ENCODING, "gzip") } else { request };
        let answer = program.send(request, body.into()).await.is(status);
        assert_eq!(answer.header("access-control-allow-origin"), Some("https://app.example"), "{status}");
        let names = answer.header("access-control-expose-headers").unwrap();
        exposed = names.split(", ").map(str::to_owned).collect();
        sent.extend(answer.headers.keys().map(|name| name.as_str().to_owned()));
    }
    let stranger =
        open.program_with("").request(Method::GET, "/me").header(header::ORIGIN, "https://app.example");
    let refused = open.program_with("").send(stranger, Body::empty()).await.is(401);
    sent.extend(refused.headers.keys().map(|name| name.as_str().to_owned()));
    sent.retain(|name| !OTHERS.contains(&name.as_str()));
    assert_eq!(sent, exposed);
}

/// A token with one permission reads what it made with it.
async fn what_a_token_made_it_reads(desk: Desk) {
    let (_, customer) = desk.somebody(&[]).await;
    let order = json!({"customer_id": customer, "currency": "EUR",
        "lines": [{"description": "Tea", "unit_price": 100}]});
    let of_order = desk.order(customer, 500).await;
    let payment = desk.pay(desk.order(customer, 500).await, "pm_card_ok").await;
    let hook = json!({"url": "https://shop.example/", "events": ["user.created"]});
    for (permission, path, body) in [
        (P::ORDERS_CREATE, "/orders", order),
        (P::PAYMENTS_CREATE, "/payments", json!({"order_id": of_order, "method": "pm_card_ok"})),
        (P::REFUNDS_CREATE, "/refunds", json!({"payment_id": payment, "reason": "Broken"})),
        (P::USERS_CREATE, "/users", json!({"name": "Ann", "email": "ann@example.com"})),
        (P::WEBHOOKS_MANAGE, "/webhooks", hook),
        (P::TOKENS_MANAGE, "/tokens", json!({"kind": "service", "name": "ci"})),
    ] {
        let [maker, other] = [desk.program(&[permission]).await, desk.program(&[permission]).await];
        let request = maker.request(Method::POST, path).header("idempotency-key", "one");
        let made = maker.json(request, &body).await.is(201);
        let place = made.header("location").unwrap();
        let place = place.strip_prefix("https://desk.example/api/v1").unwrap();
        maker.get(place).await.is(200);
        let status = other.get(place).await.status;
        assert!(matches!(status, 403 | 404), "{permission}: {status}");
    }
}

async fn a_token_revokes_itself(desk: Desk) {
    let program = desk.program(&[]).await;
    let me = program.get("/me").await.is(200).json();
    program.delete(&format!("/tokens/{}", me["token_id"].as_str().unwrap())).await.is(204);
    refused(&program.get("/me").await, 401, "TOKEN_INVALID");
}
