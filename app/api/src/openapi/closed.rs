//! The values that a request can have. An answer may have new ones in a later version, so their list is open
//! there (`x-extensible-enum`); the server takes those that it knows and no others, so in a request it is closed.

use frontdesk_model::schema::EXTENSIBLE;
use serde_json::Value;
use utoipa::openapi::{
    Object, RefOr,
    schema::{ArrayItems, Schema},
};

use crate::shape::Shape;

/// Closes a list of values.
pub(super) fn close(object: &mut Object) {
    let Some(Value::Array(known)) = object.extensions.as_mut().and_then(|all| all.remove(EXTENSIBLE)) else {
        return;
    };
    object.enum_values = Some(known);
    object.extensions = None;
}

/// Closes the lists of values of an object's members: each becomes a schema of its own, since answers refer to the
/// open one.
pub(super) fn close_members(shape: &Shape, object: &mut Object) {
    object.properties.values_mut().for_each(|member| close_in(shape, member));
}

fn close_in(shape: &Shape, schema: &mut RefOr<Schema>) {
    if is_open(shape.follow(schema)) {
        *schema = RefOr::T(shape.follow(schema).clone());
    }
    match schema {
        RefOr::T(Schema::Object(object)) => close(object),
        RefOr::T(Schema::Array(array)) => {
            if let ArrayItems::RefOrSchema(items) = &mut array.items {
                close_in(shape, items);
            }
        }
        _ => {}
    }
}

/// Returns true for an open list of values, and for an array of them.
fn is_open(schema: &Schema) -> bool {
    match schema {
        Schema::Object(object) => {
            object.extensions.as_ref().is_some_and(|extensions| extensions.contains_key(EXTENSIBLE))
        }
        Schema::Array(array) => match &array.items {
            ArrayItems::RefOrSchema(items) => matches!(&**items, RefOr::T(items) if is_open(items)),
            ArrayItems::False => false,
        },
        _ => false,
    }
}
