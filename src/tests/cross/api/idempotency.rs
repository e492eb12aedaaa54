//! `Idempotency-Key`: a repeated request is carried out once.

use axum::body::Body;
use frontdesk_domain::{Domain, idempotency};
use frontdesk_model::{Permission as P, Problem};
use futures::future::join_all;
use http::{Method, header::CONTENT_TYPE};
use serde_json::{Value, json};

use crate::support::{Answer, DAY, Desk, Program};

both! {
    the_same_request_is_answered_with_the_same_answer,
    the_same_key_for_another_request_is_refused,
    fifty_at_once_on_two_instances_make_one_user,
    what_is_refused_is_not_kept,
    a_key_is_the_callers_own,
    after_a_day_a_key_is_free_again,
    an_answer_that_was_lost_is_told_and_the_work_is_not_done_again,
    a_token_made_twice_is_one_token_and_its_text_is_nowhere_in_the_database,
    a_key_that_is_none_is_refused,
}

fn ann() -> Value {
    json!({"name": "Ann", "email": "ann@example.com"})
}

async fn post(program: &Program, key: &str, path: &str, body: &Value) -> Answer {
    let request = program.request(Method::POST, path).header("idempotency-key", key);
    program.send(request.header(CONTENT_TYPE, "application/json"), body.to_string().into()).await
}

async fn the_same_request_is_answered_with_the_same_answer(desk: Desk) {
    let program = desk.program(P::ALL).await;
    let first = post(&program, "\"one\"", "/users", &ann()).await.is(201);
    let written = desk.written().await;
    // With or without quotes, it is the same key.
    let again = post(&program, "one", "/users", &ann()).await.is(201);
    assert_eq!(
        (again.json(), again.location(), again.header("etag")),
        (first.json(), first.location(), first.header("etag"))
    );
    assert_eq!(
        (first.header("idempotency-replayed"), again.header("idempotency-replayed")),
        (None, Some("true"))
    );
    assert_eq!(desk.written().await, written);

    let path = format!("/users/{}/suspend", first.json()["id"].as_str().unwrap());
    let body = json!({"reason": "Sent spam"});
    let first = post(&program, "two", &path, &body).await.is(200);
    assert_eq!(post(&program, "two", &path, &body).await.is(200).json(), first.json());
    // Without the key it is another request, and a conflict.
    program.post(&path, &body).await.is(409);
}

async fn the_same_key_for_another_request_is_refused(desk: Desk) {
    let program = desk.program(P::ALL).await;
    post(&program, "one", "/users", &ann()).await.is(201);
    let other = json!({"name": "Ben", "email": "ben@example.com"});
    for (path, body) in [("/users", &other), ("/users", &json!({})), ("/tokens", &ann())] {
        let refused = post(&program, "one", path, body).await.is(422).problem();
        assert_eq!(refused.error.as_str(), "IDEMPOTENCY_KEY_REUSED");
    }
}

async fn fifty_at_once_on_two_instances_make_one_user(desk: Desk) {
    let other = desk.beside(|_| ()).await;
    let here = desk.program(P::ALL).await;
    let there = here.at(&other);
    let before = desk.written().await;
    let all = join_all((0..50).map(|n| {
        let program = if n % 2 == 0 { &here } else { &there };
        async move { post(program, "race", "/users", &ann()).await }
    }))
    .await;
    let made: Vec<&Answer> = all.iter().filter(|answer| answer.status == 201).collect();
    assert!(!made.is_empty());
    for answer in &all {
        match answer.status {
            201 => assert_eq!(answer.json(), made[0].json()),
            _ => assert_eq!(answer.problem().error.as_str(), "IDEMPOTENCY_IN_PROGRESS"),
        }
    }
    assert_eq!(made.iter().filter(|answer| answer.header("idempotency-replayed").is_none()).count(), 1);
    assert_eq!(desk.written().await.users, before.users + 1);
}

async fn what_is_refused_is_not_kept(desk: Desk) {
    let program = desk.program(P::ALL).await;
    post(&program, "one", "/users", &json!({"name": "Ann", "email": "ann@"})).await.is(400);
    post(&program, "one", "/users", &ann()).await.is(201);
}

async fn a_key_is_the_callers_own(desk: Desk) {
    let (mine, theirs) = (desk.program(P::ALL).await, desk.program(P::ALL).await);
    post(&mine, "one", "/users", &ann()).await.is(201);
    assert_eq!(post(&theirs, "one", "/users", &ann()).await.is(409).problem().error.as_str(), "EMAIL_EXISTS");
}

async fn after_a_day_a_key_is_free_again(desk: Desk) {
    let program = desk.program(P::ALL).await;
    post(&program, "one", "/users", &ann()).await.is(201);
    desk.domain.clock.advance(DAY - 1);
    post(&program, "one", "/users", &ann()).await.is(201);
    desk.domain.clock.advance(2);
    post(&program, "one", "/users", &json!({"name": "Ben", "email": "ben@example.com"})).await.is(201);
    desk.domain.clock.advance(DAY + 1);
    assert_eq!(idempotency::sweep(&desk.domain).await.unwrap(), 1);
    assert_eq!(desk.find::<(i64,)>("SELECT count(*) FROM idempotency_keys", Vec::new()).await.0, 0);
}

async fn an_answer_that_was_lost_is_told_and_the_work_is_not_done_again(desk: Desk) {
    let program = desk.program(P::ALL).await;
    post(&program, "one", "/users", &ann()).await.is(201);
    forget_answers(&desk.domain).await;
    let waiting = post(&program, "one", "/users", &ann()).await.is(409);
    assert_eq!(waiting.header("retry-after"), Some("1"));
    assert_eq!(waiting.problem().error.as_str(), "IDEMPOTENCY_IN_PROGRESS");
    desk.domain.clock.advance(300);
    let lost = post(&program, "one", "/users", &ann()).await.is(409).problem();
    assert_eq!(lost.error.as_str(), "IDEMPOTENCY_ANSWER_LOST");
    let request: (String,) =
        desk.find("SELECT request_id FROM audit_events WHERE action = 'user.created'", Vec::new()).await;
    assert!(lost.detail.unwrap().contains(&request.0));
}

/// As if the process had been killed between the work and its answer.
async fn forget_answers(domain: &Domain) {
    let mut tx = domain.db.write();
    let sql = frontdesk_domain::db::Sql::new("test.FORGET", "UPDATE idempotency_keys SET answer = NULL");
    tx.execute(sql, Vec::new()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn a_token_made_twice_is_one_token_and_its_text_is_nowhere_in_the_database(desk: Desk) {
    let program = desk.program(P::ALL).await;
    let body = json!({"kind": "service", "name": "ci", "permissions": ["users:read"]});
    let first = post(&program, "one", "/tokens", &body).await.is(201).json();
    assert_eq!(post(&program, "one", "/tokens", &body).await.is(201).json(), first);
    let text = first["text"].as_str().unwrap();
    desk.program_with(text).get("/users").await.is(200);
    let kept: (Vec<u8>,) = desk.find("SELECT answer FROM idempotency_keys", Vec::new()).await;
    assert!(!kept.0.windows(12).any(|some| text.as_bytes().windows(12).any(|other| some == other)));
}

async fn a_key_that_is_none_is_refused(desk: Desk) {
    let program = desk.program(P::ALL).await;
    let document = program.get("/openapi.json").await.is(200).json();
    let parameters = document["paths"]["/users"]["post"]["parameters"].as_array().unwrap();
    let declared = parameters.iter().find(|parameter| parameter["name"] == "Idempotency-Key").unwrap();
    let declared = jsonschema::validator_for(&declared["schema"]).unwrap();
    for wrong in ["", "\"\"", "\"open", "sm\u{e5}", &"x".repeat(256)] {
        let problem: Problem = post(&program, wrong, "/users", &ann()).await.is(400).problem();
        assert_eq!(problem.error.as_str(), "IDEMPOTENCY_KEY_INVALID", "{wrong}");
        assert!(!declared.is_valid(&json!(wrong)), "{wrong}");
    }
    for good in ["a", "a\"b", "a b", "\"quoted\"", "\" \"", "~"] {
        let problem = post(&program, good, "/users", &json!({})).await.is(400).problem();
        assert_eq!(problem.error.as_str(), "VALIDATION_ERROR", "{good}");
        assert!(declared.is_valid(&json!(good)), "{good}");
    }
    let twice =
        program.request(Method::POST, "/users").header("idempotency-key", "a").header("idempotency-key", "b");
    program.send(twice.header(CONTENT_TYPE, "application/json"), Body::from(ann().to_string())).await.is(400);
    post(&program, &"x".repeat(255), "/users", &ann()).await.is(201);
}
