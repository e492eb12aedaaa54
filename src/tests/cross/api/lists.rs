//! Lists: pages that follow each other, whatever is written meanwhile.

use std::collections::BTreeSet;

use frontdesk_model::Permission as P;
use serde_json::json;

use crate::support::{Answer, Desk, Program};

both! {
    following_next_visits_each_row_once_while_others_write,
    fields_are_those_that_were_asked_for,
    an_answer_that_is_no_page_has_the_fields_of_itself,
    a_foreign_cursor_and_a_wrong_limit_are_refused,
}

/// Target of a `Link`, below `/api/v1`.
fn link(answer: &Answer, relation: &str) -> Option<String> {
    let wanted = format!("rel=\"{relation}\"");
    let line = answer.header("link").unwrap();
    let one = line.split(", ").find(|one| one.ends_with(&wanted))?;
    let url = one.strip_prefix('<')?.split('>').next()?;
    Some(url.strip_prefix("https://desk.example/api/v1").unwrap().to_owned())
}

async fn create(program: &Program, name: &str) {
    let body = json!({"name": name, "email": format!("{}@example.com", name.replace(' ', "."))});
    program.post("/users", &body).await.is(201);
}

async fn following_next_visits_each_row_once_while_others_write(desk: Desk) {
    let program = desk.program(P::ALL).await;
    for n in 0..25 {
        create(&program, &format!("Person {n:02}")).await;
    }
    let mut seen = Vec::new();
    let mut next = Some("/users?sort=name&limit=4".to_owned());
    while let Some(path) = next {
        let page = program.get(&path).await.is(200);
        let items = page.json();
        seen.extend(
            items["items"].as_array().unwrap().iter().map(|user| user["name"].as_str().unwrap().to_owned()),
        );
        next = link(&page, "next");
        assert_eq!(next.is_some(), items["next"].is_string());
        // Before the position and after it.
        let n = seen.len();
        create(&program, &format!("Aaron {n:02}")).await;
    }
    let expected: BTreeSet<String> = (0..25).map(|n| format!("Person {n:02}")).collect();
    assert_eq!(seen.iter().filter(|name| name.starts_with("Person")).count(), 25);
    assert!(expected.is_subset(&seen.into_iter().collect()));
}

async fn fields_are_those_that_were_asked_for(desk: Desk) {
    let program = desk.program(P::ALL).await;
    create(&program, "Ann").await;
    let page = program.get("/users?fields=id,email").await.is(200).json();
    let first = page["items"][0].as_object().unwrap();
    assert_eq!(first.keys().collect::<Vec<_>>(), ["email", "id"]);
    let one =
        program.get(&format!("/users/{}?fields=name", first["id"].as_str().unwrap())).await.is(200).json();
    assert_eq!(one, json!({"name": "Ann"}));
    for wrong in ["password_hash", "", "id,,name", "ID"] {
        let refused = program.get(&format!("/users?fields={wrong}")).await.is(400).problem();
        assert_eq!(
            (refused.error.as_str(), refused.details[0].field.as_str()),
            ("VALIDATION_ERROR", "fields")
        );
    }
}

async fn an_answer_that_is_no_page_has_the_fields_of_itself(desk: Desk) {
    let program = desk.program(P::ALL).await;
    let whole = program.get("/roles").await.is(200).json();
    assert_eq!(program.get("/roles?fields=items").await.is(200).json(), whole);
    for (path, field) in [("/roles?fields=name", "fields"), ("/openapi.json?fields=info", "fields")] {
        assert_eq!(program.get(path).await.is(400).problem().details[0].field, field, "{path}");
    }
    // Lists without a name have no such parameter.
    let document = program.get("/openapi.json").await.is(200).json();
    let names = |path: &str| {
        let parameters = document["paths"][path]["get"]["parameters"].as_array().unwrap();
        parameters.iter().any(|parameter| parameter["name"] == "fields")
    };
    assert!(names("/roles") && !names("/openapi.json"));
}

async fn a_foreign_cursor_and_a_wrong_limit_are_refused(desk: Desk) {
    let program = desk.program(P::ALL).await;
    for n in 0..3 {
        create(&program, &format!("Person {n}")).await;
    }
    let page = program.get("/users?limit=1&sort=name").await.is(200).json();
    let cursor = page["next"].as_str().unwrap();
    let foreign = program.get(&format!("/users?limit=1&sort=email&cursor={cursor}")).await.is(400).problem();
    assert_eq!(foreign.error.as_str(), "INVALID_CURSOR");
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("sort=age", "sort"),
        ("page=2", "page"),
        ("q=a&q=b", "q"),
    ] {
        let problem = program.get(&format!("/users?{query}")).await.is(400).problem();
        assert_eq!(
            (problem.error.as_str(), problem.details[0].field.as_str()),
            ("VALIDATION_ERROR", field),
            "{query}"
        );
    }
}
