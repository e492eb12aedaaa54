//! The part `webhooks` of the document: one entry for each type of event, with the schema of
//! [`Payload`], the type that is sent.

use frontdesk_model::{
    schema::EXAMPLE_ID,
    webhooks::{EventType, Payload},
};
use serde_json::{Value, json};
use utoipa::openapi::{
    Content, ContentBuilder, PathItem, Paths, PathsBuilder, Ref, Required, Response,
    path::{HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn},
    request_body::{RequestBody, RequestBodyBuilder},
    schema::{AllOfBuilder, Object, ObjectBuilder, Schema, SchemaType, Type},
};

use super::parameters::text;
use crate::shape::Shape;

/// Returns the schema of the payload, with the schemas that it refers to.
pub(super) fn shape() -> Shape {
    Shape::of::<Payload>()
}

pub(super) fn webhooks() -> Paths {
    let types = EventType::CHOOSABLE.iter().chain([&EventType::TEST]);
    let webhooks = types.fold(PathsBuilder::new(), |all, kind| {
        all.path(kind.as_str(), PathItem::new(HttpMethod::Post, operation(*kind)))
    });
    webhooks.build()
}

fn operation(kind: EventType) -> Operation {
    OperationBuilder::new()
        .operation_id(Some(format!("event.{kind}")))
        .tag(super::EVENTS)
        .summary(Some(format!("Somebody {}", kind.words())))
        .description(Some(
            "Sent to each webhook that asked for it, by the Standard Webhooks specification. It can arrive more than \
             once, and out of order: `webhook-id` tells whether it has arrived already, `timestamp` when it happened. \
             What is not answered with 2xx within 20 seconds is sent again, ten times within three days.",
        ))
        // No token: the signature in the headers proves the sender.
        .securities(Some([]))
        .parameters(Some(headers()))
        .request_body(Some(body(kind)))
        .response("2XX", Response::new("It has arrived. What is in the answer does not matter"))
        .response("410", Response::new("Nothing is wanted here any more: the webhook is turned off"))
        .response("default", Response::new("It has not arrived, and is sent again. Redirects are not followed"))
        .build()
}

fn headers() -> Vec<Parameter> {
    [
        ("webhook-id", "The event's id, the same with each attempt and at each webhook.", EXAMPLE_ID),
        (
            "webhook-timestamp",
            "When this attempt was made, in seconds since 1970. Refuse what is more than five minutes from your clock.",
            "1795339800",
        ),
        (
            "webhook-signature",
            "`v1,` and the HMAC-SHA256 of `webhook-id.webhook-timestamp.body` in Base64, by the bytes that stand in \
             Base64 behind `whsec_` in the secret. Several with spaces between while a secret is being replaced: one \
             that fits is enough.",
            "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
        ),
    ]
    .into_iter()
    .map(|(name, about, example)| {
        ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Header)
            .required(Required::True)
            .description(Some(about))
            .schema(Some(text(about).examples([json!(example)]).build()))
            .build()
    })
    .collect()
}

fn body(kind: EventType) -> RequestBody {
    RequestBodyBuilder::new()
        .content("application/json", content(kind))
        .required(Some(Required::True))
        .build()
}

/// Returns the content of one type of event.
fn content(kind: EventType) -> Content {
    let shape = shape();
    let of_kind = ObjectBuilder::new().property("type", one(kind)).build();
    let all = Ref::from_schema_name(shape.name.clone());
    let schema = Schema::AllOf(AllOfBuilder::new().item(all).item(of_kind).build());
    let content = ContentBuilder::new().schema(Some(schema));
    // The example of the schema is that of one type of event, and wrong for the others.
    let example = shape.example();
    if example["type"] == kind.as_str() { content.example(Some(example)).build() } else { content.build() }
}

fn one(kind: EventType) -> Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .enum_values(Some([Value::from(kind.as_str())]))
        .build()
}
