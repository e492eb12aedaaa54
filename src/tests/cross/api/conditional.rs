//! Conditional requests: no change of an unseen version, no transfer of a known one.

use axum::body::Body;
use frontdesk_model::Permission as P;
use http::{
    Method,
    header::{IF_MATCH, IF_NONE_MATCH},
};
use serde_json::json;

use crate::support::Desk;

both! {
    a_change_names_the_version_that_was_seen,
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
    for strange in ["*", "W/\"1-x\"", "1", "\"seven\"", "\"99-00\""] {
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
    let tag = changed.header("etag").unwrap().to_owned();
    patch(Some(&tag), json!({"email": "anna@example.com"})).await.is(200);
    // The version comes only from the header.
    let twice = patch(Some(&tag), json!({"version": 9})).await.is(400).problem();
    assert_eq!(twice.details[0].field, "version");
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
