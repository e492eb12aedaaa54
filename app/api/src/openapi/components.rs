//! The schemas that the document refers to, and no others.

use std::collections::BTreeMap;

use frontdesk_model::{Permission, Problem};
use serde_json::Value;
use utoipa::openapi::{
    Components, ComponentsBuilder, Paths, RefOr,
    schema::{ArrayItems, Schema},
    security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use super::{BEARER, body_shape, webhooks};
use crate::{operation::Operation, shape::Shape};

type Schemas = BTreeMap<String, RefOr<Schema>>;

pub(super) fn components(operations: &[&Operation], paths: &Paths, webhooks: Option<&Paths>) -> Components {
    let permissions: Vec<&str> = Permission::ALL.iter().map(|permission| permission.as_str()).collect();
    let about = format!(
        "A token, as `Authorization: Bearer fd_…`. It holds some of these permissions: {}.",
        permissions.join(", ")
    );
    let scheme =
        HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("fd_").description(Some(about));
    ComponentsBuilder::new()
        .schemas_from_iter(used(&declared(operations), references_in(&(paths, webhooks))))
        .security_scheme(BEARER, SecurityScheme::Http(scheme.build()))
        .build()
}

/// The schemas of all inputs and outputs.
fn declared(operations: &[&Operation]) -> Schemas {
    let mut all = Schemas::new();
    let mut add = |shape: Shape| {
        all.extend(shape.parts);
        all.insert(shape.name, shape.schema);
    };
    for it in operations {
        it.output.clone().into_iter().for_each(&mut add);
        if it.takes_body() {
            add(body_shape(it));
        }
    }
    add(Shape::of::<Problem>());
    webhooks::shapes().into_iter().for_each(&mut add);
    all.values_mut().for_each(tidy);
    all
}

/// Removes `default: null`: a member that is not sent is not `null`, and answers have no defaults.
fn tidy(schema: &mut RefOr<Schema>) {
    let is_null = |default: &mut Option<Value>| default.take_if(|default| default.is_null());
    match schema {
        RefOr::T(Schema::Object(object)) => {
            is_null(&mut object.default);
            object.properties.values_mut().for_each(tidy);
        }
        RefOr::T(Schema::Array(array)) => {
            if let ArrayItems::RefOrSchema(items) = &mut array.items {
                tidy(items);
            }
        }
        RefOr::T(Schema::OneOf(one)) => {
            is_null(&mut one.default);
            one.items.iter_mut().for_each(tidy);
        }
        RefOr::T(Schema::AllOf(all)) => all.items.iter_mut().for_each(tidy),
        _ => {}
    }
}

/// The schemas that can be reached from `waiting`.
fn used(all: &Schemas, mut waiting: Vec<String>) -> Schemas {
    let mut used = Schemas::new();
    while let Some(name) = waiting.pop() {
        if let Some(schema) = all.get(&name)
            && !used.contains_key(&name)
        {
            waiting.extend(references_in(schema));
            used.insert(name, schema.clone());
        }
    }
    used
}

/// The names of the schemas that a part of the document refers to.
fn references_in(part: &impl serde::Serialize) -> Vec<String> {
    let part = serde_json::to_value(part).unwrap_or_default();
    let mut found = Vec::new();
    let mut waiting = vec![&part];
    while let Some(value) = waiting.pop() {
        match value {
            Value::Object(members) => {
                let reference = members.get("$ref").and_then(Value::as_str);
                found.extend(reference.and_then(|to| to.rsplit('/').next()).map(ToOwned::to_owned));
                waiting.extend(members.values());
            }
            Value::Array(items) => waiting.extend(items),
            _ => {}
        }
    }
    found
}
