//! One call of the API, as its handler gets it.

use std::{ops::Deref, sync::Arc};

use axum::body::Bytes;
use frontdesk_domain::Context;
use frontdesk_http::{
    Settings,
    request::{
        input::{self, Pairs},
        json,
    },
};
use frontdesk_model::{Code, Expected, Problem};
use http::Method;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    Description,
    operation::{Operation, Place, VERSION},
};

/// The caller and the request. Dereferences to the context of its use case.
#[derive(Clone)]
pub struct Call {
    pub(super) ctx: Context,
    pub(super) settings: Arc<Settings>,
    pub(super) description: Description,
    pub(super) sent: Arc<Sent>,
}

/// The parts of the request.
pub(super) struct Sent {
    pub(super) operation: Arc<Operation>,
    /// The path's parameters.
    pub(super) path: Pairs,
    /// The query's parameters, without those that every operation has.
    pub(super) query: Pairs,
    pub(super) body: Bytes,
    /// The values of `include`.
    pub(super) included: Vec<&'static str>,
    /// The versions in `If-Match`.
    pub(super) expected: Expected,
}

impl Call {
    /// The origin of the base URL: `https://desk.example`.
    pub fn origin(&self) -> &str {
        self.settings.base_url.origin()
    }

    /// Returns true if `include` has this value; its permission has been checked.
    pub fn includes(&self, what: &str) -> bool {
        self.sent.included.contains(&what)
    }

    /// The OpenAPI document.
    pub fn description(&self) -> Description {
        self.description.clone()
    }

    /// Reads the path's parameters, with those of the query or the members of the body, as one value.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let sent = &*self.sent;
        let read = if sent.operation.method == Method::GET { self.read_query() } else { self.read_body() };
        read.map_err(as_faults)
    }

    fn read_query<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let sent = &*self.sent;
        self.reject_foreign(sent.query.iter().map(|(name, _)| input::field_of(name)), Place::Query)?;
        input::read(sent.path.iter().chain(&sent.query).cloned().collect())
    }

    fn read_body<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let sent = &*self.sent;
        self.reject_foreign(sent.query.iter().map(|(name, _)| name.as_str()), Place::Query)?;
        let Value::Object(mut members) = json::read(&sent.body)? else {
            return Err(Problem::new(Code::ValidationError).fault(
                "",
                "type",
                "The body must be a JSON object",
            ));
        };
        self.reject_foreign(members.keys().map(String::as_str), Place::Body)?;
        members.extend(
            sent.path
                .iter()
                .chain(&sent.query)
                .map(|(name, value)| (name.clone(), Value::from(value.as_str()))),
        );
        if sent.operation.conditional {
            members.insert(VERSION.to_owned(), versions(&sent.expected));
        }
        input::read_from(Value::Object(members))
    }

    /// Rejects unknown names, and known ones that belong elsewhere.
    fn reject_foreign<'a>(
        &self,
        mut names: impl Iterator<Item = &'a str>,
        place: Place,
    ) -> Result<(), Problem> {
        let operation = &self.sent.operation;
        let known = |name: &str| operation.input.members().any(|member| member == name);
        match names.find(|name| !known(name) || operation.place(name) != place) {
            Some(name) => Err(Problem::new(Code::ValidationError).fault(
                name,
                "unknown",
                format!("There is no field “{name}” here"),
            )),
            None => Ok(()),
        }
    }
}

impl Deref for Call {
    type Target = Context;

    fn deref(&self) -> &Context {
        &self.ctx
    }
}

/// The member of the input that is read from `If-Match`.
fn versions(expected: &Expected) -> Value {
    match expected {
        Expected::Any => Value::from("*"),
        Expected::OneOf(versions) => Value::from(versions.clone()),
    }
}

/// Turns a malformed field into a fault of that field.
fn as_faults(problem: Problem) -> Problem {
    if problem.error == Code::MalformedRequest && problem.details.iter().any(|fault| !fault.field.is_empty())
    {
        Problem { details: problem.details, detail: problem.detail, ..Problem::new(Code::ValidationError) }
    } else {
        problem
    }
}
