//! The parameters of an operation: of its path, its query and its headers.

use http::Method;
use utoipa::openapi::{
    Object, ObjectBuilder, RefOr, Required,
    path::{Parameter, ParameterBuilder, ParameterIn, ParameterStyle},
    schema::{Array, ArrayItems, Schema, SchemaType, Type},
};

use super::closed;
use crate::{
    operation::{Key, Operation, Place},
    shape::Shape,
};

/// Returns the parameters of the path, the query and the headers.
pub(crate) fn parameters(it: &Operation) -> Vec<Parameter> {
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
        match it.input.follow(schema) {
            Schema::Object(range) if place == ParameterIn::Query && !range.properties.is_empty() => {
                let about = own_description(schema).unwrap_or_default();
                all.extend(range.properties.iter().map(|(bound, schema)| {
                    let schema = plain(&it.input, schema);
                    let about = format!("{about} {}", schema.description.as_deref().unwrap_or_default());
                    let schema = ObjectBuilder::from(schema).description(Some(about.trim())).build();
                    parameter(&format!("{name}[{bound}]"), place.clone(), false, schema)
                }));
            }
            Schema::Array(array) => all.push(list(name, &it.input, schema, array)),
            _ => all.push(parameter(name, place, required, plain(&it.input, schema))),
        }
    }
    if !it.fields.is_empty() {
        let about = format!(
            "Only these fields, separated by commas: any of {}. The schema describes the answer without this \
             parameter; with it, all other fields are left out, also those that the schema requires.",
            it.fields.join(", ")
        );
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
        let schema = text(about).min_length(Some(1)).max_length(Some(257)).pattern(Some(KEY));
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
const KEY: &str = "^(\"[ -~]{1,255}\"|[!#-~]([ -~]{0,253}[!-~])?)$";

fn fields_pattern(fields: &[String]) -> String {
    let any = fields.join("|");
    format!("^({any})(,({any}))*$")
}

pub(super) fn text(about: &str) -> ObjectBuilder {
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

/// A parameter that is repeated for each of its values.
fn list(name: &str, shape: &Shape, schema: &RefOr<Schema>, array: &Array) -> Parameter {
    let mut array = array.clone();
    let own = own_description(schema);
    let about = [own, array.description.take()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    if let ArrayItems::RefOrSchema(items) = &array.items {
        array.items = ArrayItems::RefOrSchema(Box::new(plain(shape, items).into()));
    }
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(about))
        .style(Some(ParameterStyle::Form))
        .explode(Some(true))
        .schema(Some(Schema::Array(array)))
        .build()
}

/// The description of a member, if it is not that of its type.
fn own_description(schema: &RefOr<Schema>) -> Option<String> {
    match schema {
        RefOr::Ref(reference) => Some(reference.description.clone()).filter(|text| !text.is_empty()),
        RefOr::T(Schema::OneOf(one)) => one.description.clone(),
        RefOr::T(Schema::AllOf(all)) => all.description.clone(),
        RefOr::T(_) => None,
    }
}

/// Returns the schema of a parameter, without `null`: an absent parameter is not sent.
fn plain(shape: &Shape, schema: &RefOr<Schema>) -> Object {
    let about = own_description(schema);
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
    // A member that is not sent is not `null`.
    object.default = object.default.filter(|default| !default.is_null());
    object.description = about.or(object.description);
    closed::close(&mut object);
    object
}
