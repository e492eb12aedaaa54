//! The part `webhooks` of the document: one entry for each type of event, with the schemas of both versions
//! of its body.

use frontdesk_model::{
    Webhook,
    events::EventBody,
    orders::Order,
    payments::Payment,
    refunds::Refund,
    schema::EXAMPLE_ID,
    users::User,
    webhooks::{EventType, Payload, PayloadVersion},
};
use serde_json::{Value, json};
use utoipa::{
    ToSchema,
    openapi::{
        Content, ContentBuilder, PathItem, Paths, PathsBuilder, Ref, Required, Response,
        path::{HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn},
        request_body::{RequestBody, RequestBodyBuilder},
        schema::{AllOfBuilder, ObjectBuilder, OneOfBuilder, Schema, SchemaType, Type},
    },
};

use super::parameters::text;
use crate::shape::Shape;

/// Returns the schemas of the bodies, with the schemas that they refer to.
pub(super) fn shapes() -> [Shape; 2] {
    [Shape::of::<EventBody>(), Shape::of::<Payload>()]
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
        .tag(super::WEBHOOK_EVENTS)
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

/// Returns the content of one type of event: version 2 with the object that it has, or version 1.
fn content(kind: EventType) -> Content {
    let data = ObjectBuilder::new().property("object", Ref::from_schema_name(object_of(kind))).build();
    let [of_event, of_before] = shapes().map(|shape| Ref::from_schema_name(shape.name));
    let now = of_version(kind, PayloadVersion::V2).property("data", data).build();
    let before = of_version(kind, PayloadVersion::V1).build();
    let versions = OneOfBuilder::new()
        .item(AllOfBuilder::new().item(of_event).item(now))
        .item(AllOfBuilder::new().item(of_before).item(before));
    ContentBuilder::new().schema(Some(Schema::OneOf(versions.build()))).build()
}

/// The members that a type of event has in common in one version.
fn of_version(kind: EventType, version: PayloadVersion) -> ObjectBuilder {
    let one = |of: Type, value: Value| {
        ObjectBuilder::new().schema_type(SchemaType::Type(of)).enum_values(Some([value])).build()
    };
    ObjectBuilder::new()
        .property("type", one(Type::String, json!(kind.as_str())))
        .property("version", one(Type::Integer, json!(version.number())))
}

/// The name of the schema of the object that an event is about.
fn object_of(kind: EventType) -> String {
    let name = match kind.as_str().split('.').next() {
        Some("order") => Order::name(),
        Some("payment") => Payment::name(),
        Some("refund") => Refund::name(),
        Some("webhook") => Webhook::name(),
        _ => User::name(),
    };
    name.into_owned()
}
