//! The schema of a type, with the schemas that it refers to.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use utoipa::{
    ToSchema,
    openapi::{
        RefOr,
        schema::{ArrayItems, Object, Schema, SchemaType, Type},
    },
};

/// A type of the OpenAPI document.
#[derive(Clone)]
pub struct Shape {
    pub name: String,
    pub schema: RefOr<Schema>,
    /// The types that it refers to, by name.
    pub parts: BTreeMap<String, RefOr<Schema>>,
}

impl Shape {
    pub fn of<T: ToSchema>() -> Self {
        let mut parts = Vec::new();
        T::schemas(&mut parts);
        Self { name: T::name().into_owned(), schema: T::schema(), parts: parts.into_iter().collect() }
    }

    /// Returns the schema of an object; `None` for arrays and plain values.
    pub fn object(&self) -> Option<&Object> {
        match &self.schema {
            RefOr::T(Schema::Object(object)) => Some(object),
            _ => None,
        }
    }

    /// The names of its members, in the order of their declaration.
    pub fn members(&self) -> impl Iterator<Item = &str> {
        self.object().into_iter().flat_map(|object| object.properties.keys().map(String::as_str))
    }

    /// Returns the members of a list's items; of anything else its own members, even if one is called
    /// `items`.
    pub fn fields(&self, is_list: bool) -> Vec<String> {
        let items = self.object().and_then(|object| object.properties.get("items"));
        match items.filter(|_| is_list) {
            Some(RefOr::T(Schema::Array(array))) => match &array.items {
                ArrayItems::RefOrSchema(item) => self.names(item),
                ArrayItems::False => Vec::new(),
            },
            _ => self.names(&self.schema),
        }
    }

    /// Returns the names of the members, including those of a composed type.
    fn names(&self, schema: &RefOr<Schema>) -> Vec<String> {
        match self.follow(schema) {
            Schema::Object(object) => object.properties.keys().cloned().collect(),
            Schema::AllOf(all) => all.items.iter().flat_map(|part| self.names(part)).collect(),
            _ => Vec::new(),
        }
    }

    /// Resolves a reference.
    pub fn follow<'a>(&'a self, schema: &'a RefOr<Schema>) -> &'a Schema {
        match schema {
            RefOr::T(schema) => schema,
            RefOr::Ref(to) => {
                let name = to.ref_location.rsplit('/').next().unwrap_or_default();
                match self.parts.get(name) {
                    Some(part) => self.follow(part),
                    None => unreachable_schema(),
                }
            }
        }
    }

    /// Composes an example of those of its members.
    pub fn example(&self) -> Value {
        self.example_of(&self.schema)
    }

    pub fn example_of(&self, schema: &RefOr<Schema>) -> Value {
        match self.follow(schema) {
            Schema::Object(object) => self.example_of_object(object),
            Schema::Array(array) => match (&array.example, &array.items) {
                (Some(example), _) => example.clone(),
                (None, ArrayItems::RefOrSchema(item)) => json!([self.example_of(item)]),
                (None, ArrayItems::False) => json!([]),
            },
            // A member that is `null` in the state of the example has that as its default.
            Schema::OneOf(one) => one.default.clone().unwrap_or_else(|| {
                let value = one.items.iter().find(|item| !is_null(item));
                value.map_or(Value::Null, |item| self.example_of(item))
            }),
            Schema::AllOf(all) => {
                let parts = all.items.iter().map(|part| self.example_of(part));
                Value::Object(parts.filter_map(|part| part.as_object().cloned()).flatten().collect())
            }
            Schema::AnyOf(any) => any.items.first().map_or(Value::Null, |item| self.example_of(item)),
            _ => Value::Null,
        }
    }

    fn example_of_object(&self, object: &Object) -> Value {
        let given = object.example.clone().or_else(|| object.examples.first().cloned());
        let given = given.or_else(|| object.default.clone());
        let given = given.or_else(|| object.enum_values.as_ref().and_then(|values| values.first().cloned()));
        if let Some(example) = given {
            return example;
        }
        if object.properties.is_empty() {
            return match &object.schema_type {
                SchemaType::Type(Type::Boolean) => json!(true),
                SchemaType::Type(Type::Integer | Type::Number) => json!(1),
                SchemaType::Type(Type::Object) => json!({}),
                SchemaType::Array(kinds) if kinds.contains(&Type::Null) => Value::Null,
                _ => json!("text"),
            };
        }
        let members = object.properties.iter();
        Value::Object(members.map(|(name, of)| (name.clone(), self.example_of(of))).collect::<Map<_, _>>())
    }
}

fn is_null(schema: &RefOr<Schema>) -> bool {
    matches!(schema, RefOr::T(Schema::Object(object)) if object.schema_type == SchemaType::Type(Type::Null))
}

/// An empty schema for a reference that cannot be resolved; a test finds those.
fn unreachable_schema() -> &'static Schema {
    static NOTHING: std::sync::LazyLock<Schema> = std::sync::LazyLock::new(|| Schema::Object(Object::new()));
    &NOTHING
}
