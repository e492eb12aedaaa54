//! Invalid input: the right status, a problem that names the field, no write.

use axum::body::Body;
use frontdesk_model::Permission as P;
use http::{
    Method, Request,
    header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, IF_MATCH},
};
use serde_json::json;

use crate::support::Desk;

both! {
    a_body_that_cannot_be_read_is_refused_and_the_place_named,
    json_is_taken_as_programs_call_and_write_it,
    a_compressed_body_is_refused_and_said_what_is_taken,
    null_clears_what_can_be_empty_and_is_refused_elsewhere,
    what_is_not_there_or_not_taken_is_said_by_status,
    every_refusal_is_a_problem_that_says_where_it_is_explained,
}

async fn a_body_that_cannot_be_read_is_refused_and_the_place_named(desk: Desk) {
    let program = desk.program(P::ALL).await;
    let before = desk.written().await;
    let deep = format!("{{\"name\":{}{}}}", "[".repeat(20_000), "]".repeat(20_000));
    let cases: [(&[u8], u16, &str, &str); 14] = [
        (b"{", 400, "MALFORMED_REQUEST", ""),
        (b"\xFF\xFE", 400, "MALFORMED_REQUEST", ""),
        (b"{\"name\":\"\xC3\x28\",\"email\":\"a@example.com\"}", 400, "MALFORMED_REQUEST", ""),
        (b"{\"name\":\"A\",\"name\":\"B\"}", 400, "MALFORMED_REQUEST", ""),
        (deep.as_bytes(), 400, "MALFORMED_REQUEST", ""),
        (b"{} {}", 400, "MALFORMED_REQUEST", ""),
        (b"[]", 400, "VALIDATION_ERROR", ""),
        (b"null", 400, "VALIDATION_ERROR", ""),
        (b"\"text\"", 400, "VALIDATION_ERROR", ""),
        (b"{\"name\":1,\"email\":\"a@example.com\"}", 400, "VALIDATION_ERROR", "name"),
        (b"{\"name\":\"Ann\",\"email\":null}", 400, "VALIDATION_ERROR", "email"),
        (
            b"{\"name\":\"Ann\",\"email\":\"a@example.com\",\"role\":\"owner\"}",
            400,
            "VALIDATION_ERROR",
            "role",
        ),
        (b"{\"name\":\"A\\u0000nn\",\"email\":\"a@example.com\"}", 400, "VALIDATION_ERROR", "name"),
        (b"{}", 400, "VALIDATION_ERROR", "email"),
    ];
    for (body, status, code, field) in cases {
        let request = program.request(Method::POST, "/users").header(CONTENT_TYPE, "application/json");
        let problem = program.send(request, Body::from(body.to_vec())).await.is(status).problem();
        let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        let named = problem.details.first().map(|fault| fault.field.as_str()).unwrap_or_default();
        assert_eq!((problem.error.as_str(), named), (code, field), "{shown}");
    }
    let huge = program.request(Method::POST, "/users").header(CONTENT_TYPE, "application/json");
    program.send(huge, Body::from(vec![b' '; 1 << 20])).await.is(413).problem();
    assert_eq!(desk.written().await, before);
}

async fn json_is_taken_as_programs_call_and_write_it(desk: Desk) {
    let program = desk.program(P::ALL).await;
    let body = |n: usize| format!("{{\"name\":\"Ann\",\"email\":\"ann{n}@example.com\"}}");
    let kinds = ["application/json; charset=utf8", "Application/JSON;charset=\"UTF-8\"", "application/json"];
    for (n, kind) in kinds.into_iter().enumerate() {
        let request = program.request(Method::POST, "/users").header(CONTENT_TYPE, kind);
        program.send(request, body(n).into()).await.is(201);
    }
    let request = program.request(Method::POST, "/users").header(CONTENT_TYPE, "application/json");
    let made = program.send(request, format!("\u{FEFF}{}", body(9)).into()).await.is(201);
    let path = format!("/users/{}", made.json()["id"].as_str().unwrap());
    let patch = |kind: &str| {
        let request = program.request(Method::PATCH, &path).header(CONTENT_TYPE, kind);
        program.send(request.header(IF_MATCH, "*"), "{\"name\":\"Anna\"}".into())
    };
    patch("application/merge-patch+json").await.is(200);
    patch("application/json-patch+json").await.is(415).problem();
    let post = program.request(Method::POST, "/users").header(CONTENT_TYPE, "application/merge-patch+json");
    program.send(post, body(10).into()).await.is(415).problem();
}

async fn a_compressed_body_is_refused_and_said_what_is_taken(desk: Desk) {
    let program = desk.program(P::ALL).await;
    for coding in ["gzip", "br", "identity, zstd", "GZIP", "nonsense"] {
        let request = program.request(Method::POST, "/users").header(CONTENT_TYPE, "application/json");
        let refused = program.send(request.header(CONTENT_ENCODING, coding), "{}".into()).await.is(415);
        assert_eq!(refused.header("accept-encoding"), Some("identity"), "{coding}");
        assert_eq!(refused.problem().error.as_str(), "UNSUPPORTED_MEDIA_TYPE");
    }
    let request = program.request(Method::POST, "/users").header(CONTENT_TYPE, "application/json");
    program.send(request.header(CONTENT_ENCODING, "identity"), "{}".into()).await.is(400);
    let form = Request::post("/fn/sign_in").header(CONTENT_ENCODING, "gzip");
    program.send(form, "email=a".into()).await.is(415);
}

async fn null_clears_what_can_be_empty_and_is_refused_elsewhere(desk: Desk) {
    let program = desk.program(P::ALL).await;
    let user =
        program.post("/users", &json!({"name": "Ann", "email": "ann@example.com"})).await.is(201).json();
    let hook = json!({"url": "https://shop.example/", "description": "Shop", "events": ["user.created"]});
    let hook = program.post("/webhooks", &hook).await.is(201).json();
    let before = desk.written().await;
    let patch = |path: String, field: &'static str| {
        let request = program.request(Method::PATCH, &path).header(IF_MATCH, "*");
        let body = json!({field: null});
        let program = &program;
        async move { program.json(request, &body).await }
    };
    let (user, hook) = (
        format!("/users/{}", user["id"].as_str().unwrap()),
        format!("/webhooks/{}", hook["id"].as_str().unwrap()),
    );
    for (path, field) in
        [(&user, "name"), (&user, "email"), (&hook, "url"), (&hook, "events"), (&hook, "enabled")]
    {
        let refused = patch(path.clone(), field).await.is(400).problem();
        assert_eq!((refused.error.as_str(), &*refused.details[0].field), ("VALIDATION_ERROR", field));
    }
    let amount = json!({"payment_id": uuid::Uuid::nil(), "amount": null, "reason": "Broken"});
    let request = program.request(Method::POST, "/refunds").header("idempotency-key", "one");
    let refused = program.json(request, &amount).await.is(400).problem();
    assert_eq!(refused.details[0].field, "amount", "all of it would be refunded");
    assert_eq!(desk.written().await, before);
    let cleared = patch(hook, "description").await.is(200).json();
    assert_eq!(cleared["description"], "");
}

async fn what_is_not_there_or_not_taken_is_said_by_status(desk: Desk) {
    let program = desk.program(P::ALL).await;
    for path in ["/nothing", "/users/00000000-0000-7000-8000-000000000000", "/users/", "/../v1/users"] {
        program.get(path).await.is(404).problem();
    }
    let not_an_id = program.get("/users/7").await.is(400).problem();
    assert_eq!((not_an_id.error.as_str(), not_an_id.details[0].field.as_str()), ("VALIDATION_ERROR", "id"));
    for method in [Method::PUT, Method::DELETE, Method::OPTIONS, Method::PATCH] {
        let refused = program.send(program.request(method, "/users"), Body::empty()).await.is(405);
        assert_eq!(refused.header("allow"), Some("GET,HEAD,POST"));
        refused.problem();
    }
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", ""] {
        let request = program.request(Method::POST, "/users").header(CONTENT_TYPE, kind);
        program.send(request, "{}".into()).await.is(415).problem();
    }
    for (accept, status) in [
        ("text/html", 406),
        ("application/json;q=0", 406),
        ("application/*", 200),
        ("text/html, */*;q=0.1", 200),
    ] {
        let mut request = program.request(Method::GET, "/me");
        request = request.header(ACCEPT, accept);
        program.send_as_it_is(request).await.is(status);
    }
    let hidden = program.request(Method::POST, "/users").header("x-http-method-override", "DELETE");
    program.send(hidden, Body::empty()).await.is(400).problem();
    program.send(program.request(Method::HEAD, "/me"), Body::empty()).await.is(200);
}

async fn every_refusal_is_a_problem_that_says_where_it_is_explained(desk: Desk) {
    let program = desk.program(&[]).await;
    for path in ["/nothing", "/users", "/me?x=1", "/users/7"] {
        let problem = program.get(path).await.problem();
        assert_eq!(problem.kind, format!("https://desk.example/docs/problems/{}", problem.error.as_str()));
        assert!(problem.instance.unwrap().starts_with("urn:trace:"));
    }
}
