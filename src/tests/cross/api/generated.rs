//! Every operation, with input that nobody would think of: whatever is sent, the answer is one that
//! the document names, looks as the document says, and is never our fault.

use std::sync::LazyLock;

use axum::body::Body;
use frontdesk_api::{document, operations};
use frontdesk_http::rate_limit::Rates;
use frontdesk_model::Role;
use http::{Method, header::CONTENT_TYPE};
use jsonschema::Validator;
use rand::{Rng, SeedableRng, rngs::SmallRng, seq::IndexedRandom};
use serde_json::{Map, Value, json};

use crate::support::{Answer, Desk, Program};

both! {
    whatever_is_sent_the_answer_is_one_that_the_document_names,
}

/// Operations for which generated input is never right: each succeeds in the tests of `twice`, which sends an
/// example of every operation that changes something, or in the tests of its feature.
const NEEDS_MORE: [&str; 16] = [
    "post /orders",
    "post /orders/{id}/cancel",
    "post /payments",
    "post /payments/{id}/cancel",
    "post /refunds",
    "post /refunds/{id}/approve",
    "post /refunds/{id}/reject",
    "delete /sessions/{id}",
    "delete /tokens/{id}",
    "get /tokens/{id}",
    "patch /users/{id}",
    "post /users/{id}/reinstate",
    "post /users/{id}/restore",
    "delete /users/{id}/roles/{role}",
    "patch /webhooks/{id}",
    "post /webhooks/{id}/replay",
];

/// Requests to each operation; `API_ROUNDS` in the environment for more.
static ROUNDS: LazyLock<usize> =
    LazyLock::new(|| std::env::var("API_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(60));

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    serde_json::to_value(document(&operations(), "https://desk.example", Rates::default())).unwrap()
});

async fn whatever_is_sent_the_answer_is_one_that_the_document_names(desk: Desk) {
    let desk = desk.with(|settings| (settings.rates.api_read, settings.rates.api_write) = (0, 0));
    let (_, owner) = desk.somebody(&[Role::Owner]).await;
    let program = desk.program_of(owner).await;
    let mut random = SmallRng::seed_from_u64(7);
    let mut failed = Vec::new();
    for (path, methods) in DOCUMENT["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            // Anew, since what was known before may be gone.
            let known = Known::gather(&desk).await;
            let mut named = 0;
            for _ in 0..*ROUNDS {
                let call = generate(&mut random, path, method, operation, &known);
                let answer = call.send(&program).await;
                named += usize::from(answer.status < 300);
                hold(&call, operation, &answer);
            }
            // An operation that never succeeds is not tested here at all.
            if named == 0 {
                failed.push(format!("{method} {path}"));
            }
        }
    }
    failed.retain(|operation| !NEEDS_MORE.contains(&&**operation));
    assert_eq!(failed, [""; 0], "never succeeded");
}

/// Ids that are there, so that not every one is unknown, each with what the paths of its kind begin with.
struct Known(Vec<(&'static str, String)>);

impl Known {
    async fn gather(desk: &Desk) -> Self {
        let delivery = desk.delivery().await;
        let (webhook,): (uuid::Uuid,) = desk.find("SELECT id FROM webhooks", Vec::new()).await;
        let (order, payment, refund) = desk.refund().await;
        let (event,): (uuid::Uuid,) = desk.find("SELECT id FROM events LIMIT 1", Vec::new()).await;
        let mut known = vec![
            ("/webhook-deliveries/", delivery.to_string()),
            ("/webhooks/", webhook.to_string()),
            ("/jobs/", desk.enqueue().await.to_string()),
            ("/events/", event.to_string()),
            ("/orders/", order.to_string()),
            ("/payments/", payment.to_string()),
            ("/refunds/", refund.to_string()),
        ];
        for _ in 0..3 {
            known.push(("/users/", desk.somebody(&[]).await.1.to_string()));
        }
        Self(known)
    }

    /// Any of them.
    fn any(&self, random: &mut SmallRng) -> Value {
        self.0.choose(random).map_or(Value::Null, |(_, id)| json!(id))
    }

    /// One that makes sense in this path.
    fn of(&self, path: &str) -> Option<String> {
        self.0.iter().find(|(begin, _)| path.starts_with(begin)).map(|(_, id)| id.clone())
    }
}

struct Call {
    method: Method,
    address: String,
    headers: Vec<(String, String)>,
    body: Option<String>,
}

impl Call {
    async fn send(&self, program: &Program) -> Answer {
        let mut request = program.request(self.method.clone(), &self.address);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let body = match &self.body {
            Some(body) => {
                request = request.header(CONTENT_TYPE, "application/json");
                Body::from(body.clone())
            }
            None => Body::empty(),
        };
        program.send(request, body).await
    }
}

/// The answer is among those of the operation, and its body is what the document says of it.
fn hold(call: &Call, operation: &Value, answer: &Answer) {
    let shown = || format!("{} {} {:?}\n{}", call.method, call.address, call.body, answer.shown());
    assert!(answer.status < 500, "{}", shown());
    let response = &operation["responses"][answer.status.to_string()];
    assert!(
        response.is_object(),
        "{} does not name {}: {}",
        operation["operationId"],
        answer.status,
        shown()
    );
    if answer.status == 204 || answer.status == 304 {
        assert!(answer.body.is_empty());
        return;
    }
    let kind = answer.header("content-type").unwrap_or_default();
    let schema = &response["content"][kind]["schema"];
    assert!(schema.is_object(), "{kind} is not in the document: {}", shown());
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    // With `fields` it is a part of what the schema describes.
    if answer.status < 300 && (call.address.contains("?fields=") || call.address.contains("&fields=")) {
        return;
    }
    let faults: Vec<String> = validator(schema).iter_errors(&body).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{faults:?}\n{}", shown());
    if answer.status >= 400 {
        let named = response["content"][kind]["examples"].as_object().unwrap();
        let code = body["error"].as_str().unwrap();
        assert!(named.contains_key(code), "{} does not name {code}: {}", operation["operationId"], shown());
    }
}

fn validator(schema: &Value) -> Validator {
    let mut root = schema.clone();
    root["components"] = DOCUMENT["components"].clone();
    jsonschema::options().should_validate_formats(true).build(&root).unwrap()
}

fn generate(random: &mut SmallRng, path: &str, method: &str, operation: &Value, known: &Known) -> Call {
    let mut call = Call {
        method: method.to_uppercase().parse().unwrap(),
        address: path.to_owned(),
        headers: Vec::new(),
        body: None,
    };
    let mut query = form_urlencoded::Serializer::new(String::new());
    // Many filters at once are mostly refused.
    let omitted = if random.random_bool(0.5) { 0.6 } else { 0.95 };
    for parameter in operation["parameters"].as_array().unwrap() {
        let name = parameter["name"].as_str().unwrap();
        let required = parameter["required"].as_bool().unwrap();
        if !required && random.random_bool(omitted) {
            continue;
        }
        let values = match value(random, &parameter["schema"], known) {
            Value::Array(values) => values,
            other => vec![other],
        };
        let mut values = values.into_iter().map(|value| match value {
            Value::String(text) => text,
            other => other.to_string(),
        });
        if parameter["in"] == "query" {
            values.for_each(|text| _ = query.append_pair(name, &text));
            continue;
        }
        let text = values.next().unwrap_or_default();
        match parameter["in"].as_str().unwrap() {
            "path" => {
                let text = known.of(path).filter(|_| name == "id" && random.random_bool(0.5)).unwrap_or(text);
                let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
                // An empty part, or one of dots, would be another path.
                let part =
                    if encoded.is_empty() || encoded.starts_with('.') { "x".to_owned() } else { encoded };
                call.address = call.address.replace(&format!("{{{name}}}"), &part.replace('+', "%20"));
            }
            // No generated tag is that of the present version.
            _ if name == "If-Match" && random.random_bool(0.8) => {
                call.headers.push((name.to_owned(), "*".to_owned()));
            }
            // A key of another request is refused.
            _ if name == "Idempotency-Key" && random.random_bool(0.8) => {
                call.headers.push((name.to_owned(), format!("key-{}", random.random::<u64>())));
            }
            _ if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) => {
                call.headers.push((name.to_owned(), text))
            }
            _ => {}
        }
    }
    let query = query.finish();
    if !query.is_empty() {
        call.address = format!("{}?{query}", call.address);
    }
    let schema = resolve(&operation["requestBody"]["content"]["application/json"]["schema"]);
    if schema.is_object() {
        let mut body = Map::new();
        for (name, schema) in schema["properties"].as_object().unwrap() {
            if random.random_bool(0.9) {
                body.insert(name.clone(), value(random, schema, known));
            }
        }
        if random.random_bool(0.05) {
            body.insert("internal_error".to_owned(), json!(1));
        }
        call.body = Some(Value::Object(body).to_string());
    } else if random.random_bool(0.1) {
        call.body = Some(value(random, &json!({}), known).to_string());
    }
    call
}

/// Mostly a value that the schema allows; sometimes one that nobody should send.
fn value(random: &mut SmallRng, schema: &Value, known: &Known) -> Value {
    if random.random_bool(0.2) {
        return nasty(random);
    }
    let schema = resolve(schema);
    if let Some(values) = schema["enum"].as_array() {
        return values.choose(random).cloned().unwrap();
    }
    if schema["format"] == "uuid" {
        return known.any(random);
    }
    if schema["type"] == "array" {
        let count = random.random_range(0..3);
        return (0..count).map(|_| value(random, &schema["items"], known)).collect();
    }
    if schema["format"] == "email" {
        return json!(format!("p{}@example.com", random.random_range(0..1_000_000)));
    }
    let example = schema["examples"].get(0).or(schema.get("example")).or(schema.get("default"));
    match (example, schema["type"].as_str()) {
        (Some(example), _) => example.clone(),
        (None, Some("integer")) => json!(random.random_range(1..100)),
        (None, Some("boolean")) => json!(random.random_bool(0.5)),
        _ => json!("text"),
    }
}

/// The schema itself, or the one that it refers to, or the first of several that is not `null`.
fn resolve(schema: &Value) -> &Value {
    if let Some(reference) = schema["$ref"].as_str() {
        return resolve(DOCUMENT.pointer(&reference[1..]).unwrap());
    }
    match schema["oneOf"].as_array() {
        Some(several) => several.iter().find(|one| one["type"] != "null").map_or(schema, resolve),
        None => schema,
    }
}

fn nasty(random: &mut SmallRng) -> Value {
    let all = [
        json!(null),
        json!(true),
        json!(-1),
        json!(0),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(1e308),
        json!(0.1),
        json!([]),
        json!({}),
        json!([[[["deep"]]]]),
        json!({"a": {"b": {"c": [1, 2, 3]}}}),
        json!(""),
        json!(" "),
        json!("\u{0}"),
        json!("\r\nX-Evil: 1"),
        json!("\u{202e}evil"),
        json!("𝕌𝕟𝕚𝕔𝕠𝕕𝕖 👩‍👩‍👧‍👦"),
        json!("' OR 1=1; DROP TABLE users; --"),
        json!("<script>alert(1)</script>"),
        json!("../../../etc/passwd"),
        json!("%00%ff%2e%2e"),
        json!("NaN"),
        json!("9999-12-31T23:59:60Z"),
        json!("-999999-01-01T00:00:00Z"),
        json!("0001-01-01T00:00:00Z"),
        json!("00000000-0000-0000-0000-000000000000"),
        json!("ffffffff-ffff-ffff-ffff-ffffffffffff"),
        json!("x".repeat(3_000)),
        json!("eyJsIjoidXNlcnMiLCJrIjoxLCJpIjoiMDAwIiwiYiI6ZmFsc2V9"),
    ];
    all.choose(random).cloned().unwrap()
}
