//! One call of the API, as its handler sees it.

use std::sync::Arc;

use bytes::Bytes;
use frontdesk_domain::{Domain, actor::Actor};
use frontdesk_model::{Code, Problem};
use frontdesk_web::{
    input::{self, Pairs},
    reference::Lazily,
};
use http::Method;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    json,
    operation::{Operation, Place, VERSION},
};
use crate::http::Settings;

/// Who calls, and what they sent. Cheap to clone.
#[derive(Clone)]
pub struct Call {
    pub domain: Domain,
    pub actor: Actor,
    pub(super) settings: Arc<Settings>,
    /// The OpenAPI document.
    pub(super) description: Lazily<Value>,
    pub(super) sent: Arc<Sent>,
}

/// What came with the request.
pub(super) struct Sent {
    pub(super) operation: Arc<Operation>,
    /// The path's parameters.
    pub(super) path: Pairs,
    /// The query's, but for those that every operation has.
    pub(super) query: Pairs,
    pub(super) body: Bytes,
    /// What `include` asks for.
    pub(super) included: Vec<&'static str>,
    /// The version in `If-Match`.
    pub(super) version: Option<i64>,
}

impl Call {
    /// Where browsers find this server: `https://desk.example`.
    pub fn origin(&self) -> &str {
        self.settings.base_url.origin()
    }

    /// Whether `include` asks for this; the caller has the permission that it needs.
    pub fn includes(&self, what: &str) -> bool {
        self.sent.included.contains(&what)
    }

    /// The description of the whole API.
    pub fn description(&self) -> Lazily<Value> {
        self.description.clone()
    }

    /// What was sent, as one value: the path's parameters, with those of the query or with the
    /// members of the body.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let sent = &*self.sent;
        let read = if sent.operation.method == Method::GET { self.read_query() } else { self.read_body() };
        read.map_err(as_faults)
    }

    fn read_query<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let sent = &*self.sent;
        self.refuse_foreign(sent.query.iter().map(|(name, _)| name.as_str()), Place::Query)?;
        input::read(sent.path.iter().chain(&sent.query).cloned().collect())
    }

    fn read_body<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let sent = &*self.sent;
        self.refuse_foreign(sent.query.iter().map(|(name, _)| name.as_str()), Place::Query)?;
        let Value::Object(mut members) = json::read(&sent.body)? else {
            return Err(Problem::new(Code::ValidationError).fault(
                "",
                "type",
                "The body must be a JSON object",
            ));
        };
        self.refuse_foreign(members.keys().map(String::as_str), Place::Body)?;
        members.extend(
            sent.path
                .iter()
                .chain(&sent.query)
                .map(|(name, value)| (name.clone(), Value::from(value.as_str()))),
        );
        members.extend(sent.version.map(|version| (VERSION.to_owned(), Value::from(version))));
        input::read_from(Value::Object(members))
    }

    /// Names that are known, but are to be sent elsewhere, count as unknown.
    fn refuse_foreign<'a>(
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

/// What can be read but has a field that is wrong is a fault of that field.
fn as_faults(problem: Problem) -> Problem {
    if problem.error == Code::MalformedRequest && problem.details.iter().any(|fault| !fault.field.is_empty())
    {
        Problem { details: problem.details, detail: problem.detail, ..Problem::new(Code::ValidationError) }
    } else {
        problem
    }
}
