//! The declarations of operations, from which everything else is generated: they are complete, and the
//! checked-in document is the one that is served.

use std::collections::BTreeSet;

use frontdesk_api::{
    document, document_without_webhooks,
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
    assert!(served["webhooks"].is_object());
    let stranger = desk.program_with("");
    let plain = stranger.get("/openapi.json?webhooks=false").await.is(200).json();
    assert_eq!((&plain["webhooks"], &plain["paths"]), (&Value::Null, &served["paths"]));
    assert_eq!(stranger.get("/openapi.json?webhooks=true").await.is(200).json(), served);
    assert_eq!(
        stranger.get("/openapi.json?webhooks=no").await.is(400).problem().details[0].field,
        "webhooks"
    );
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
        let mut schema = content["schema"].clone();
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

/// Every member of the document with this name.
fn named<'a>(document: &'a Value, name: &str) -> Vec<&'a Value> {
    let (mut waiting, mut found) = (vec![document], Vec::new());
    while let Some(value) = waiting.pop() {
        match value {
            Value::Object(members) => {
                found.extend(members.get(name));
                waiting.extend(members.values());
            }
            Value::Array(items) => waiting.extend(items),
            _ => {}
        }
    }
    found
}

/// Generators make a type of each schema, and each answer has one type.
#[test]
fn every_body_is_a_named_schema_and_every_schema_is_used() {
    let document = description();
    let mut all = Vec::new();
    contents(&document["paths"], &mut all);
    for content in all {
        assert!(content["schema"]["$ref"].is_string(), "{content:#}");
    }
    let references: BTreeSet<_> = named(&document, "$ref").into_iter().filter_map(Value::as_str).collect();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        assert!(references.contains(&*format!("#/components/schemas/{name}")), "{name} is not used");
        assert!(name.starts_with(|first: char| first.is_ascii_uppercase()), "{name}");
        let is_explained = schema["description"].is_string() || schema["properties"].is_object();
        assert!(is_explained || schema["allOf"].is_array(), "{name}");
    }
    for name in ["CreateUser", "UpdateUser", "PlaceOrder", "User", "UserPage", "OrderPage", "Problem"] {
        assert!(references.contains(&*format!("#/components/schemas/{name}")), "{name}");
    }
}

/// A client of today reads the answers of a later version, and sends nothing that is refused.
#[test]
fn values_are_open_in_answers_and_closed_in_requests() {
    let document = description();
    let schemas = &document["components"]["schemas"];
    let open =
        ["ProblemCode", "AuditAction", "RefundState", "OrderState", "PaymentState", "Role", "UserStatus"];
    for name in open {
        assert!(schemas[name]["x-extensible-enum"].as_array().unwrap().len() > 2, "{name}");
        assert_eq!(schemas[name]["enum"], Value::Null, "{name}");
    }
    for it in all() {
        let method = it.method.as_str().to_ascii_lowercase();
        let operation = &document["paths"][it.path][&method];
        assert!(named(&operation["parameters"], "x-extensible-enum").is_empty(), "{}", it.id);
        let body = operation["requestBody"].pointer("/content/application~1json/schema/$ref");
        if let Some(reference) = body.and_then(Value::as_str) {
            let schema = document.pointer(&reference[1..]).unwrap();
            assert!(named(schema, "x-extensible-enum").is_empty(), "{}", it.id);
        }
    }
    assert!(schemas["CreateToken"]["properties"]["kind"]["enum"].is_array());
    assert!(schemas["CreateWebhook"]["properties"]["events"]["items"]["enum"].is_array());
    assert_eq!(schemas["ChangeRole"]["properties"]["role"]["enum"].as_array().unwrap().len(), 5);
}

#[test]
fn no_default_is_null_and_every_operation_says_its_security() {
    let document = description();
    assert!(named(&document, "default").into_iter().all(|default| !default.is_null()));
    for it in all() {
        let method = it.method.as_str().to_ascii_lowercase();
        let security = document["paths"][it.path][&method]["security"].as_array().unwrap();
        assert_eq!(security.is_empty(), it.access == Access::Anyone, "{}", it.id);
    }
    for event in document["webhooks"].as_object().unwrap().values() {
        assert!(event["post"]["security"].is_array());
    }
}

/// Public text is for readers who do not have the source.
#[test]
fn no_text_has_names_or_links_of_the_source() {
    let document = description();
    for text in [named(&document, "description"), named(&document, "summary")].concat() {
        let Some(text) = text.as_str() else { continue };
        for inside in ["::", "](", "[`", "Option<", "None`", "Some("] {
            assert!(!text.contains(inside), "{text}");
        }
    }
}

#[test]
fn events_have_a_tag_of_their_own_and_can_be_left_out() {
    let document = description();
    let tags = |part: &Value| -> BTreeSet<String> {
        let tags = named(part, "tags").into_iter().filter_map(Value::as_array).flatten();
        tags.filter_map(|tag| tag.as_str().map(ToOwned::to_owned)).collect()
    };
    assert_eq!(tags(&document["webhooks"]), BTreeSet::from(["webhook-events".to_owned()]));
    assert!(!tags(&document["paths"]).contains("webhook-events"));
    let plain = document_without_webhooks(&operations(), "https://desk.example", Rates::default());
    let plain = serde_json::to_value(plain).unwrap();
    assert_eq!(plain["webhooks"], Value::Null);
    assert_eq!(plain["paths"], document["paths"]);
    assert_eq!(plain["components"]["schemas"]["WebhookPayload"], Value::Null);
    assert!(!plain["tags"].as_array().unwrap().iter().any(|tag| tag["name"] == "webhook-events"));
}

/// An example shows the state after the operation.
#[test]
fn an_example_is_as_the_operation_leaves_it() {
    let document = description();
    for (path, status, member, expected) in [
        ("/users/{id}/suspend", "200", "status", "suspended"),
        ("/users/{id}/remove", "200", "status", "removed"),
        ("/orders", "201", "state", "placed"),
        ("/orders/{id}/cancel", "200", "state", "cancelled"),
        ("/payments", "201", "state", "pending"),
        ("/refunds/{id}/reject", "200", "state", "rejected"),
    ] {
        let example =
            &document["paths"][path]["post"]["responses"][status]["content"]["application/json"]["example"];
        assert_eq!(example[member], expected, "{path}");
    }
    for example in named(&document["paths"], "example") {
        for kind in named(example, "type") {
            assert_ne!(kind, "about:blank", "{example:#}");
        }
    }
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
