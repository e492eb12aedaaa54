//! The declarations of operations, from which everything else is generated: they are complete, and the
//! checked-in document is the one that is served.

use std::collections::BTreeSet;

use frontdesk_api::{
    document,
    operation::{Access, Key, Operation},
    operations,
};
use frontdesk_http::rate_limit::Rates;
use serde_json::Value;

use crate::support::Desk;

both! { the_document_is_served_to_everybody }

async fn the_document_is_served_to_everybody(desk: Desk) {
    let served = desk.program_with("").get("/openapi.json").await.is(200).json();
    assert_eq!(served["openapi"], "3.1.0");
    assert_eq!(served["servers"][0]["url"], "https://desk.example/api/v1");
    assert_eq!(served["paths"], description()["paths"]);
}

fn description() -> Value {
    serde_json::to_value(document(&operations(), "https://desk.example", Rates::default())).unwrap()
}

fn all() -> Vec<std::sync::Arc<Operation>> {
    operations().into_iter().map(|route| route.operation).collect()
}

/// Path of the checked-in document. `INSTA_UPDATE=always` writes it anew, as with every snapshot.
const CHECKED_IN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/openapi.json");

#[test]
fn the_checked_in_document_is_the_present_one() {
    let present = serde_json::to_string_pretty(&description()).unwrap() + "\n";
    if std::env::var("INSTA_UPDATE").is_ok_and(|mode| mode == "always") {
        std::fs::write(CHECKED_IN, &present).unwrap();
    }
    let checked_in = std::fs::read_to_string(CHECKED_IN).unwrap();
    let different = checked_in.lines().zip(present.lines()).position(|(before, now)| before != now);
    assert!(
        checked_in == present,
        "docs/openapi.json differs from line {different:?} on: set INSTA_UPDATE=always"
    );
}

#[test]
fn every_operation_says_all_there_is_to_know() {
    let mut ids = BTreeSet::new();
    for it in all() {
        let id = it.id;
        assert!(ids.insert(id), "{id} is there twice");
        assert!(!it.summary.is_empty() && it.about.ends_with('.'), "{id} is not explained");
        let is_read = it.method == http::Method::GET;
        assert_eq!(it.key == Key::Safe, is_read, "{id}: what changes something takes a key");
        assert_eq!(it.audits.is_empty(), is_read, "{id}: what changes something is audited");
        assert!(it.access != Access::Anyone || is_read, "{id}: strangers only read");
        assert!(!it.problems().is_empty());
        assert!(it.input.object().is_some(), "{id}: what it takes has members");
        assert!(it.path_parameters().all(|name| it.input.members().any(|member| member == name)), "{id}");
        if it.is_list {
            for member in ["limit", "cursor"] {
                assert!(it.input.members().any(|name| name == member), "{id}: a list has {member}");
            }
        }
    }
}

/// Returns true if it contains the placeholder for a text without an example.
fn is_placeholder(example: &Value) -> bool {
    match example {
        Value::String(text) => text == "text",
        Value::Array(items) => items.iter().any(is_placeholder),
        Value::Object(members) => members.values().any(is_placeholder),
        _ => false,
    }
}

/// Bodies of requests and responses, with their examples: everything under `application/…` in the
/// document.
fn contents<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    let Some(members) = value.as_object() else { return };
    for (name, of) in members {
        if name.starts_with("application/") {
            found.push(of);
        } else {
            contents(of, found);
        }
    }
}

#[test]
fn every_example_is_what_its_schema_says_and_none_is_a_placeholder() {
    let document = description();
    let mut all = Vec::new();
    contents(&document["paths"], &mut all);
    contents(&document["webhooks"], &mut all);
    let mut examples = 0;
    for content in all {
        // The whole body, not what `fields` may leave.
        let mut schema = content["schema"].pointer("/anyOf/0").unwrap_or(&content["schema"]).clone();
        schema["components"] = document["components"].clone();
        let schema = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
        let several = content["examples"].as_object().into_iter().flatten().map(|(_, one)| &one["value"]);
        for example in content.get("example").into_iter().chain(several) {
            let faults: Vec<String> = schema.iter_errors(example).map(|fault| fault.to_string()).collect();
            assert!(faults.is_empty(), "{faults:?}: {example:#}");
            assert!(!is_placeholder(example), "{example:#}");
            examples += 1;
        }
    }
    assert!(examples > 100, "{examples}");
}

/// Every `$ref` of the document resolves.
#[test]
fn nothing_refers_to_what_is_not_there() {
    let document = description();
    let mut waiting = vec![&document];
    let mut references = BTreeSet::new();
    while let Some(value) = waiting.pop() {
        match value {
            Value::Object(members) => {
                references.extend(members.get("$ref").and_then(Value::as_str));
                waiting.extend(members.values());
            }
            Value::Array(items) => waiting.extend(items),
            _ => {}
        }
    }
    assert!(references.len() > 5, "{references:?}");
    for reference in references {
        let path = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(path).is_some(), "{reference}");
    }
}
