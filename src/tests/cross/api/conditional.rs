//! Conditional requests: no change of an unseen version, no transfer of a known one.

use axum::body::Body;
use frontdesk_api::operations;
use frontdesk_model::{Permission as P, Role};
use http::{
    Method,
    header::{CONTENT_TYPE, IF_MATCH, IF_NONE_MATCH},
};
use serde_json::json;

use super::twice::example;
use crate::support::Desk;

both! {
    a_change_names_the_version_that_was_seen,
    one_of_several_versions_or_any_is_enough,
    whatever_names_an_old_version_is_not_done,
    a_condition_that_is_not_compared_is_not_ignored,
    what_the_caller_has_already_is_not_sent_again,
}

async fn a_change_names_the_version_that_was_seen(desk: Desk) {
    let program = desk.program(P::ALL).await;
    let made = program.post("/users", &json!({"name": "Ann", "email": "ann@example.com"})).await.is(201);
    let (tag, id) = (made.header("etag").unwrap().to_owned(), made.json()["id"].as_str().unwrap().to_owned());
    let patch = |tag: Option<&str>, body: serde_json::Value| {
        let request = program.request(Method::PATCH, &format!("/users/{id}"));
        let request = if let Some(tag) = tag { request.header(IF_MATCH, tag) } else { request };
        let program = &program;
        async move { program.json(request, &body).await }
    };
    let body = json!({"name": "Anna"});
    assert_eq!(patch(None, body.clone()).await.is(428).problem().error.as_str(), "PRECONDITION_REQUIRED");
    for strange in ["W/\"99-x\"", "1", "\"seven\"", "\"99-00\"", "*, \"seven\""] {
        let refused = patch(Some(strange), body.clone()).await.is(412).problem();
        assert_eq!(refused.error.as_str(), "PRECONDITION_FAILED", "{strange}");
    }
    let changed = patch(Some(&tag), body).await.is(200);
    assert_eq!(
        (&changed.json()["name"], &changed.json()["email"]),
        (&json!("Anna"), &json!("ann@example.com"))
    );
    // A client with the previous version.
    let refused = patch(Some(&tag), json!({"email": "anna@example.com"})).await.is(412).problem();
    assert_eq!(refused.error.as_str(), "PRECONDITION_FAILED");
    // What is there already may be sent again, as after an answer that was lost.
    patch(Some(&tag), json!({"name": "Anna"})).await.is(200);
    let tag = changed.header("etag").unwrap().to_owned();
    patch(Some(&tag), json!({"email": "anna@example.com"})).await.is(200);
    // The version comes only from the header.
    let twice = patch(Some(&tag), json!({"version": 9})).await.is(400).problem();
    assert_eq!(twice.details[0].field, "version");
}

async fn one_of_several_versions_or_any_is_enough(desk: Desk) {
    let program = desk.program(P::ALL).await;
    let made =
        program.post("/users", &json!({"name": "Ann", "email": "ann@example.com"})).await.is(201).json();
    let path = format!("/users/{}", made["id"].as_str().unwrap());
    let mut name = "Ann".to_owned();
    for lines in [
        &["*"][..],
        &["\"nope\", CURRENT"],
        &["\"nope\"", "CURRENT"],
        // A proxy that compresses makes the tag weak, or changes its end.
        &["W/CURRENT"],
        &["GZIP"],
    ] {
        let seen = program.get(&path).await.is(200);
        let tag = seen.header("etag").unwrap();
        let zipped = format!("{}-gzip\"", tag.strip_suffix('"').unwrap());
        name.push('a');
        let request = lines.iter().fold(program.request(Method::PATCH, &path), |request, line| {
            request.header(IF_MATCH, line.replace("CURRENT", tag).replace("GZIP", &zipped))
        });
        let changed = program.json(request, &json!({"name": name})).await.is(200).json();
        assert_eq!(changed["name"], name, "{lines:?}");
    }
}

/// Every operation on something that has a version, with the version before the present one: nothing is
/// done. Then with the present one: it is done.
async fn whatever_names_an_old_version_is_not_done(desk: Desk) {
    let desk = desk.beside(|options| options.approval_above.0 = Some(0)).await;
    let (_, owner) = desk.somebody(&[Role::Owner]).await;
    let program = desk.program_of(owner).await;
    let mut compared = 0;
    for route in operations().into_iter().filter(|it| it.operation.versioned) {
        let it = &*route.operation;
        let (path, body) = example(&desk, it.id).await;
        let seen = program.get(&target(it.path, &path)).await.is(200);
        let version = seen.json()["version"].as_i64().unwrap();
        let send = |tag: String| {
            let request = program.request(it.method.clone(), &path).header(IF_MATCH, tag);
            let request = request.header(CONTENT_TYPE, "application/json");
            program.send(request, if it.takes_body() { body.to_string().into() } else { Body::empty() })
        };
        let before = desk.written().await;
        for old in [format!("\"{}-0\"", version - 1), format!("W/\"{}-0\"", version + 1), "\"x\"".to_owned()]
        {
            let refused = send(old).await.is(412).problem();
            assert_eq!(refused.error.as_str(), "PRECONDITION_FAILED", "{}", it.id);
        }
        assert_eq!(desk.written().await, before, "{}", it.id);
        send(seen.header("etag").unwrap().to_owned()).await.is(it.status);
        compared += 1;
    }
    assert!(compared > 12, "{compared}");
}

/// The path of what an operation changes: `/users/{id}` of `/users/{id}/suspend`.
fn target(declared: &str, path: &str) -> String {
    let parts = declared.split('/').position(|part| part == "{id}").unwrap() + 1;
    path.split('/').take(parts).collect::<Vec<_>>().join("/")
}

async fn a_condition_that_is_not_compared_is_not_ignored(desk: Desk) {
    let program = desk.program(P::ALL).await;
    let before = desk.written().await;
    for route in
        operations().into_iter().filter(|it| it.operation.method != Method::GET && !it.operation.versioned)
    {
        let it = &*route.operation;
        let path = it.path.replace("{id}", "00000000-0000-7000-8000-000000000000");
        let request = program.request(it.method.clone(), &path).header(IF_MATCH, "\"1-0\"");
        let request = request.header("idempotency-key", it.id).header(CONTENT_TYPE, "application/json");
        let refused = program.send(request, Body::from("{}")).await.is(412).problem();
        assert_eq!(refused.error.as_str(), "PRECONDITION_FAILED", "{}", it.id);
    }
    assert_eq!(desk.written().await, before);
}

async fn what_the_caller_has_already_is_not_sent_again(desk: Desk) {
    let program = desk.program(P::ALL).await;
    let first = program.get("/roles").await.is(200);
    let tag = first.header("etag").unwrap();
    let again = |tag: &str| {
        let request = program.request(Method::GET, "/roles").header(IF_NONE_MATCH, tag);
        program.send(request, Body::empty())
    };
    let same = again(&format!("\"other\", W/{tag}")).await.is(304);
    assert!(same.body.is_empty());
    assert_eq!(same.header("etag"), Some(tag));
    again("\"other\"").await.is(200);
}
