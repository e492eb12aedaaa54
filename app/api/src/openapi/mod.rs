//! The OpenAPI 3.1 document, made from the declarations of the operations.

mod webhooks;

use std::collections::BTreeMap;

use frontdesk_http::{problem::type_url, rate_limit::Rates};
use frontdesk_model::{Code, Permission, Problem};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use utoipa::openapi::{
    Components, ComponentsBuilder, Content, ContentBuilder, Header, HeaderBuilder, Info, InfoBuilder,
    OpenApi, OpenApiBuilder, Paths, PathsBuilder, Ref, RefOr, Required, Response, ResponseBuilder,
    extensions::Extensions,
    path::{HttpMethod, OperationBuilder, Parameter, ParameterBuilder, ParameterIn},
    request_body::{RequestBody, RequestBodyBuilder},
    schema::{AnyOfBuilder, ArrayBuilder, Object, ObjectBuilder, Schema, SchemaType, Type},
    security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    server::Server,
    tag::TagBuilder,
};

use super::{
    operation::{Access, Key, Operation, Place, Route, status},
    shape::Shape,
};

/// The name of the security scheme.
const BEARER: &str = "token";

/// Builds the document. `origin` is that of the base URL, `rates` are the limits of the server.
pub fn document(routes: &[Route], origin: &str, rates: Rates) -> OpenApi {
    let operations = || routes.iter().map(|route| &*route.operation);
    OpenApiBuilder::new()
        .info(info())
        .servers(Some([Server::new(format!("{origin}/api/v1"))]))
        .tags(Some(tags(operations())))
        .paths(paths(operations(), origin, rates))
        .webhooks(Some(webhooks::webhooks()))
        .components(Some(components(operations())))
        .build()
}

fn info() -> Info {
    InfoBuilder::new()
        .title("Frontdesk")
        .version("1.0.0")
        .description(Some(
            "The REST API of Frontdesk. Every operation takes a bearer token, answers JSON, and refuses with \
             RFC 9457 problems. A change that breaks a program that follows this document comes as `/api/v2`.",
        ))
        .build()
}

/// Returns the noun of an operation: the first part of its id.
pub fn noun(operation: &Operation) -> &'static str {
    operation.id.split('.').next().unwrap_or_default()
}

fn tags<'a>(operations: impl Iterator<Item = &'a Operation>) -> Vec<utoipa::openapi::Tag> {
    let mut nouns: Vec<&str> = operations.map(noun).collect();
    nouns.dedup();
    nouns.into_iter().map(|noun| TagBuilder::new().name(noun).build()).collect()
}

fn paths<'a>(operations: impl Iterator<Item = &'a Operation>, origin: &str, rates: Rates) -> Paths {
    operations
        .fold(PathsBuilder::new(), |paths, it| {
            let item = utoipa::openapi::PathItem::new(method(&it.method), operation(it, origin, rates));
            paths.path(it.path, item)
        })
        .build()
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
    let security = match it.access {
        Access::Anyone => SecurityRequirement::default(),
        Access::Token => SecurityRequirement::new(BEARER, [""; 0]),
        Access::Needs(permission) => SecurityRequirement::new(BEARER, [permission.as_str()]),
    };
    let mut operation = OperationBuilder::new()
        .operation_id(Some(it.id))
        .tag(noun(it))
        .summary(Some(it.summary))
        .description(Some(it.about))
        .parameters(Some(parameters(it)))
        .security(security)
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
    // Hyper rejects these requests itself, so there is no problem in the body.
    let too_large =
        "The address and the headers together are larger than the server reads. The answer is empty";
    operation.response("431", Response::new(too_large)).build()
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

/// Returns the parameters of the path, the query and the headers.
pub(super) fn parameters(it: &Operation) -> Vec<Parameter> {
    let object = it.input.object();
    let mut all: Vec<Parameter> = Vec::new();
    for (name, schema) in object.into_iter().flat_map(|object| &object.properties) {
        let place = match it.place(name) {
            Place::Path => ParameterIn::Path,
            Place::Query => ParameterIn::Query,
            Place::Body | Place::IfMatch => continue,
        };
        let is_required = object.is_some_and(|object| object.required.contains(name));
        let required = is_required || place == ParameterIn::Path;
        all.push(parameter(name, place, required, plain(&it.input, schema)));
    }
    if !it.fields.is_empty() {
        let about = format!("Only these fields, separated by commas: any of {}.", it.fields.join(", "));
        let schema = text(&about).pattern(Some(fields_pattern(&it.fields))).build();
        all.push(parameter("fields", ParameterIn::Query, false, schema));
    }
    if !it.includes.is_empty() {
        let names: Vec<&str> = it.includes.iter().map(|(name, _)| *name).collect();
        let needs = it.includes.iter().map(|(name, needs)| format!("`{name}` needs `{needs}`"));
        let about = format!(
            "What to add to the answer, separated by commas: any of {}. {}.",
            names.join(", "),
            needs.collect::<Vec<_>>().join(", ")
        );
        let any = names.join("|");
        let schema = text(&about).pattern(Some(format!("^({any})(,({any}))*$")));
        all.push(parameter("include", ParameterIn::Query, false, schema.build()));
    }
    if it.method == Method::GET && it.output.is_some() {
        let about = "The `ETag` of an earlier answer: 304 if nothing is different.";
        all.push(parameter("If-None-Match", ParameterIn::Header, false, text(about).build()));
    }
    if it.key != Key::Safe {
        let about = "Your own name for this request, 1 to 255 characters, best a UUID. The same request with the same \
                     key is carried out once, and its answer is given again for 24 hours.";
        let schema = text(about).min_length(Some(1)).max_length(Some(255)).pattern(Some(KEY));
        all.push(parameter("Idempotency-Key", ParameterIn::Header, it.key == Key::Required, schema.build()));
    }
    if it.versioned {
        let about = "The `ETag` of what you saw, several of them, or `*` for any. With another version the answer is 412, \
                     and nothing is done.";
        all.push(parameter("If-Match", ParameterIn::Header, it.conditional, text(about).build()));
    }
    all
}

/// A key with quotes or without; see `key` in `replay.rs`.
const KEY: &str = "^(\"[ -~]+\"|[!#-~]([ -~]*[!-~])?)$";

fn fields_pattern(fields: &[String]) -> String {
    let any = fields.join("|");
    format!("^({any})(,({any}))*$")
}

fn text(about: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).description(Some(about))
}

fn parameter(name: &str, place: ParameterIn, required: bool, schema: Object) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(if required { Required::True } else { Required::False })
        .description(schema.description.clone())
        .schema(Some(schema))
        .build()
}

/// Returns the schema of a parameter, without `null`: an absent parameter is not sent.
fn plain(shape: &Shape, schema: &RefOr<Schema>) -> Object {
    let about = match schema {
        RefOr::Ref(reference) => Some(reference.description.clone()).filter(|text| !text.is_empty()),
        RefOr::T(Schema::OneOf(one)) => one.description.clone(),
        RefOr::T(_) => None,
    };
    let mut object = match shape.follow(schema) {
        Schema::Object(object) => object.clone(),
        Schema::OneOf(one) => one
            .items
            .iter()
            .map(|item| shape.follow(item))
            .find_map(|item| match item {
                Schema::Object(object) if object.schema_type != SchemaType::Type(Type::Null) => {
                    Some(object.clone())
                }
                _ => None,
            })
            .unwrap_or_default(),
        _ => Object::new(),
    };
    if let SchemaType::Array(kinds) = &object.schema_type {
        let kind = kinds.iter().find(|kind| **kind != Type::Null).cloned().unwrap_or(Type::String);
        object.schema_type = SchemaType::Type(kind);
    }
    object.description = about.or(object.description);
    object
}

/// Returns the members of the input that are sent in the body.
pub(super) fn body_shape(it: &Operation) -> Shape {
    let mut object = it.input.object().cloned().unwrap_or_default();
    object.properties.retain(|name, _| it.place(name) == Place::Body);
    object.required.retain(|name| it.place(name) == Place::Body);
    Shape { schema: RefOr::T(Schema::Object(object)), ..it.input.clone() }
}

fn body(it: &Operation) -> RequestBody {
    let shape = body_shape(it);
    let is_empty = shape.object().is_none_or(|object| object.required.is_empty());
    let required = if is_empty { Required::False } else { Required::True };
    let content = ContentBuilder::new().example(Some(shape.example())).schema(Some(shape.schema)).build();
    RequestBodyBuilder::new().content("application/json", content).required(Some(required)).build()
}

fn success(it: &Operation) -> Response {
    let description = StatusCode::from_u16(it.status).ok().and_then(|status| status.canonical_reason());
    let mut response = ResponseBuilder::new().description(description.unwrap_or("Done"));
    if let Some(shape) = &it.output {
        response = response.content("application/json", json_content(shape, it));
    }
    headers(it)
        .into_iter()
        .fold(response, |response, (name, about)| response.header(name, header(about)))
        .build()
}

/// Returns the headers of a response, with their descriptions.
pub(super) fn headers(it: &Operation) -> Vec<(&'static str, &'static str)> {
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

/// Returns the schema of the whole output, or of a part of it selected by `fields`.
fn json_content(shape: &Shape, it: &Operation) -> Content {
    let all = Ref::from_schema_name(shape.name.clone());
    if it.fields.is_empty() {
        return ContentBuilder::new().schema(Some(all)).example(Some(shape.example())).build();
    }
    let some = ObjectBuilder::new().description(Some("With `fields`: those, and no others."));
    let part = if it.is_list {
        let page = shape.object().cloned().unwrap_or_default();
        let items = ArrayBuilder::new().items(some).build();
        RefOr::T(Schema::Object(ObjectBuilder::from(page).property("items", items).build()))
    } else {
        some.into()
    };
    ContentBuilder::new()
        .schema(Some(Schema::AnyOf(AnyOfBuilder::new().item(all).item(part).build())))
        .example(Some(shape.example()))
        .build()
}

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
pub(super) fn example_problem(code: Code, origin: &str) -> Problem {
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

fn components<'a>(operations: impl Iterator<Item = &'a Operation>) -> Components {
    let mut schemas = BTreeMap::new();
    for it in operations {
        schemas.extend(it.input.parts.clone());
        if let Some(output) = &it.output {
            schemas.extend(output.parts.clone());
            schemas.insert(output.name.clone(), output.schema.clone());
        }
    }
    for beside in [Shape::of::<Problem>(), webhooks::shape()] {
        schemas.extend(beside.parts);
        schemas.insert(beside.name, beside.schema);
    }
    let permissions: Vec<&str> = Permission::ALL.iter().map(|permission| permission.as_str()).collect();
    let about = format!(
        "A token, as `Authorization: Bearer fd_…`. It holds some of these permissions: {}.",
        permissions.join(", ")
    );
    let scheme =
        HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("fd_").description(Some(about));
    ComponentsBuilder::new()
        .schemas_from_iter(schemas)
        .security_scheme(BEARER, SecurityScheme::Http(scheme.build()))
        .build()
}
