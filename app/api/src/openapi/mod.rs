//! The OpenAPI 3.1 document, made from the declarations of the operations.

mod closed;
mod components;
mod parameters;
mod webhooks;

use std::collections::BTreeMap;

use frontdesk_http::{problem::type_url, rate_limit::Rates};
use frontdesk_model::{Code, Problem};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use utoipa::openapi::{
    ContactBuilder, ContentBuilder, Header, HeaderBuilder, Info, InfoBuilder, LicenseBuilder, OpenApi,
    OpenApiBuilder, Paths, PathsBuilder, Ref, RefOr, Required, Response, ResponseBuilder,
    extensions::Extensions,
    path::{HttpMethod, OperationBuilder},
    request_body::{RequestBody, RequestBodyBuilder},
    schema::{Object, Schema, Type},
    security::SecurityRequirement,
    server::Server,
    tag::{Tag, TagBuilder},
};

pub(crate) use parameters::parameters;

use super::{
    operation::{Access, Key, Operation, Place, Route, status},
    shape::Shape,
};

/// The name of the security scheme.
const BEARER: &str = "token";

/// The tag of the events that webhooks receive. It is no operation's: generators make a class of each tag, and
/// overwrite one with the other.
const WEBHOOK_EVENTS: &str = "webhook-events";

/// Builds the document. `origin` is that of the base URL, `rates` are the limits of the server.
pub fn document(routes: &[Route], origin: &str, rates: Rates) -> OpenApi {
    build(routes, origin, rates, Some(webhooks::webhooks()))
}

/// Builds the document without the events of webhooks, for generators that take those for operations.
pub fn document_without_webhooks(routes: &[Route], origin: &str, rates: Rates) -> OpenApi {
    build(routes, origin, rates, None)
}

fn build(routes: &[Route], origin: &str, rates: Rates, webhooks: Option<Paths>) -> OpenApi {
    let operations: Vec<&Operation> = routes.iter().map(|route| &*route.operation).collect();
    let paths = paths(&operations, origin, rates);
    let components = components::components(&operations, &paths, webhooks.as_ref());
    OpenApiBuilder::new()
        .info(info(origin))
        .servers(Some([Server::new(format!("{origin}/api/v1"))]))
        .tags(Some(tags(&operations, webhooks.is_some())))
        .paths(paths)
        .webhooks(webhooks)
        .components(Some(components))
        .build()
}

fn info(origin: &str) -> Info {
    let licence = LicenseBuilder::new().name("MIT or Apache-2.0").identifier(Some("MIT OR Apache-2.0"));
    InfoBuilder::new()
        .title("Frontdesk")
        .version("1.0.0")
        .contact(Some(ContactBuilder::new().name(Some("Frontdesk")).url(Some(format!("{origin}/docs"))).build()))
        .license(Some(licence.build()))
        .description(Some(
            "The REST API of Frontdesk. Every operation takes a bearer token, answers JSON, and refuses with \
             RFC 9457 problems. A change that breaks a program that follows this document comes as `/api/v2`. New \
             members of answers do not, nor do new values of a text with `x-extensible-enum`, which lists the known ones: \
             treat others as unknown.",
        ))
        .build()
}

/// Returns the noun of an operation: the first part of its id.
pub fn noun(operation: &Operation) -> &'static str {
    operation.id.split('.').next().unwrap_or_default()
}

fn tags(operations: &[&Operation], has_events: bool) -> Vec<Tag> {
    let mut nouns: Vec<&str> = operations.iter().map(|it| noun(it)).collect();
    nouns.dedup();
    nouns.extend(has_events.then_some(WEBHOOK_EVENTS));
    nouns
        .into_iter()
        .map(|noun| TagBuilder::new().name(noun).description(Some(subject(noun))).build())
        .collect()
}

/// Returns the subject of a tag, in a sentence.
fn subject(tag: &str) -> &'static str {
    match tag {
        "meta" => "The calling token, and this document.",
        "users" => "Accounts of people: staff and customers.",
        "roles" => "Roles, and those of a user.",
        "sessions" => "Devices on which people are signed in.",
        "tokens" => "API tokens, personal ones and those of the business.",
        "orders" => "Orders of customers.",
        "payments" => "Payments of orders, and what became of them.",
        "revenue" => "Captured and refunded amounts by day.",
        "refunds" => "Refunds of payments, and their approval.",
        "audit" => "The audit trail: who did what, when.",
        "events" => "The feed of events: every change of users, orders and money, in order.",
        "jobs" => "Background jobs.",
        "webhooks" => "Webhooks and their deliveries.",
        WEBHOOK_EVENTS => "What webhooks receive. These requests are sent by the server, not to it.",
        _ => "",
    }
}

fn paths(operations: &[&Operation], origin: &str, rates: Rates) -> Paths {
    let add = |paths: PathsBuilder, it: &&Operation| {
        let item = utoipa::openapi::PathItem::new(method(&it.method), operation(it, origin, rates));
        paths.path(it.path, item)
    };
    operations.iter().fold(PathsBuilder::new(), add).build()
}

fn method(method: &Method) -> HttpMethod {
    match *method {
        Method::POST => HttpMethod::Post,
        Method::PUT => HttpMethod::Put,
        Method::PATCH => HttpMethod::Patch,
        Method::DELETE => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

fn operation(it: &Operation, origin: &str, rates: Rates) -> utoipa::openapi::path::Operation {
    // Scopes belong to OAuth; the permission is in `x-permission`.
    let security = (it.access != Access::Anyone).then(|| SecurityRequirement::new(BEARER, [""; 0]));
    let mut operation = OperationBuilder::new()
        .operation_id(Some(it.id))
        .tag(noun(it))
        .summary(Some(it.summary))
        .description(Some(it.about))
        .parameters(Some(parameters(it)))
        .securities(Some(security))
        .extensions(Some(extensions(it, rates)));
    if it.takes_body() {
        operation = operation.request_body(Some(body(it)));
    }
    operation = operation.response(it.status.to_string(), success(it));
    if it.method == Method::GET && it.output.is_some() {
        operation =
            operation.response("304", Response::new("What `If-None-Match` names is the present state"));
    }
    for (status, codes) in problems(it) {
        operation = operation.response(status.to_string(), refusal(status, &codes, origin));
    }
    operation.build()
}

/// Extensions for the permission, the rate limit, idempotency and the audit events.
fn extensions(it: &Operation, rates: Rates) -> Extensions {
    let permission = match it.access {
        Access::Anyone => Value::Null,
        Access::Token => json!("any token"),
        Access::Needs(permission) => json!(permission.as_str()),
    };
    let idempotency = match it.key {
        Key::Safe => "safe",
        Key::Optional => "optional",
        Key::Required => "required",
    };
    let audits: Vec<&str> = it.audits.iter().map(|action| action.as_str()).collect();
    [
        ("x-permission", permission),
        ("x-rate-limit", json!({ "name": it.limit.name(), "requests": rates.of(it.limit), "seconds": 60 })),
        ("x-idempotency", json!(idempotency)),
        ("x-audit", json!(audits)),
    ]
    .into_iter()
    .collect()
}

/// Returns the members of the input that are sent in the body.
pub(crate) fn body_shape(it: &Operation) -> Shape {
    let mut object = it.input.object().cloned().unwrap_or_default();
    object.properties.retain(|name, _| it.place(name) == Place::Body);
    object.required.retain(|name| it.place(name) == Place::Body);
    closed::close_members(&it.input, &mut object);
    Shape { schema: RefOr::T(Schema::Object(object)), ..it.input.clone() }
}

fn body(it: &Operation) -> RequestBody {
    let shape = body_shape(it);
    let is_empty = shape.object().is_none_or(|object| object.required.is_empty());
    let required = if is_empty { Required::False } else { Required::True };
    let schema = Ref::from_schema_name(shape.name.clone());
    let content = ContentBuilder::new().example(Some(shape.example())).schema(Some(schema)).build();
    RequestBodyBuilder::new().content("application/json", content).required(Some(required)).build()
}

fn success(it: &Operation) -> Response {
    let description = StatusCode::from_u16(it.status).ok().and_then(|status| status.canonical_reason());
    let mut response = ResponseBuilder::new().description(description.unwrap_or("Done"));
    if let Some(shape) = &it.output {
        let schema = Ref::from_schema_name(shape.name.clone());
        let content = ContentBuilder::new().schema(Some(schema)).example(it.example()).build();
        response = response.content("application/json", content);
    }
    headers(it)
        .into_iter()
        .fold(response, |response, (name, about)| response.header(name, header(about)))
        .build()
}

/// Returns the headers of a response, with their descriptions.
pub(crate) fn headers(it: &Operation) -> Vec<(&'static str, &'static str)> {
    let own = [
        (it.output.is_some(), ("ETag", "The version of this answer")),
        (it.is_list, ("Link", "The first, next and previous page (RFC 8288)")),
        (it.status == 201, ("Location", "Where what was made is found")),
        (it.key != Key::Safe, ("Idempotency-Replayed", "`true` if this answer was given before")),
    ];
    own.into_iter().filter(|(is_there, _)| *is_there).map(|(_, header)| header).chain(LIMITS).collect()
}

const LIMITS: [(&str, &str); 2] = [
    ("RateLimit-Policy", "The limit, the requests it allows, and the seconds that they are for"),
    ("RateLimit", "How many requests are left"),
];

fn header(about: &str) -> Header {
    HeaderBuilder::new().schema(Some(Object::with_type(Type::String))).description(Some(about)).build()
}

fn limits(response: ResponseBuilder) -> ResponseBuilder {
    LIMITS.into_iter().fold(response, |response, (name, about)| response.header(name, header(about)))
}

/// Returns the problems of an operation, by their status.
fn problems(it: &Operation) -> BTreeMap<u16, Vec<Code>> {
    it.problems().into_iter().fold(BTreeMap::new(), |mut all, code| {
        all.entry(status(code)).or_insert_with(Vec::new).push(code);
        all
    })
}

fn refusal(status: u16, codes: &[Code], origin: &str) -> Response {
    let names: Vec<String> =
        codes.iter().map(|code| format!("`{}`: {}", code.as_str(), code.title())).collect();
    let examples = codes.iter().map(|code| (code.as_str().to_owned(), example(*code, origin)));
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .examples_from_iter(examples)
        .build();
    let response =
        ResponseBuilder::new().description(names.join(". ")).content("application/problem+json", content);
    if matches!(status, 429 | 503) {
        limits(response.header("Retry-After", header("Seconds after which another try makes sense"))).build()
    } else {
        response.build()
    }
}

fn example(code: Code, origin: &str) -> utoipa::openapi::example::Example {
    utoipa::openapi::example::ExampleBuilder::new()
        .summary(code.title())
        .value(serde_json::to_value(example_problem(code, origin)).ok())
        .build()
}

/// Returns an example of a problem.
pub(crate) fn example_problem(code: Code, origin: &str) -> Problem {
    let problem = Problem {
        status: status(code),
        kind: type_url(origin, code).into(),
        instance: Some("urn:trace:4bf92f3577b34da6a3ce929d0e0e4736".to_owned()),
        ..Problem::new(code)
    };
    match code {
        Code::ValidationError => problem.fault("email", "required", "Enter an e-mail address"),
        Code::TooManyRequests | Code::Busy => problem.retry_after(1),
        _ => problem,
    }
}
