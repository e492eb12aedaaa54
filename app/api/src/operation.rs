//! The declaration of an operation: the router, the checks before the handler, the OpenAPI document and
//! the reference are all made from it.

use std::{future::Future, sync::Arc};

use frontdesk_http::rate_limit::Limit;
use frontdesk_model::{Code, Permission, Problem, audit::Action};
use futures::{FutureExt, future::BoxFuture};
use http::Method;
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    answer::{Answer, Reply},
    call::Call,
    shape::Shape,
};

/// Access to an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// No token is required.
    Anyone,
    /// Any token.
    Token,
    /// A token with this permission.
    Needs(Permission),
}

/// The use of `Idempotency-Key` by an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// Not read: the operation changes nothing, and can be repeated.
    Safe,
    /// Read if it is sent.
    Optional,
    /// Required.
    Required,
}

/// The facts about one operation.
pub struct Operation {
    /// `users.list`: unique, and stable across versions.
    pub id: &'static str,
    pub method: Method,
    /// Below `/api/v1`, with parameters in braces: `/users/{id}`.
    pub path: &'static str,
    /// A few words on what it does.
    pub summary: &'static str,
    /// A few sentences on its purpose.
    pub about: &'static str,
    pub access: Access,
    /// The permission to make what it reads: a caller with this one reads what it made.
    pub maker: Option<Permission>,
    pub limit: Limit,
    pub key: Key,
    /// True if `If-Match` must carry the expected version.
    pub conditional: bool,
    /// True if `If-Match` is compared with the version of the target.
    pub versioned: bool,
    /// The audit events that it may record.
    pub audits: &'static [Action],
    /// The problems of its own, in addition to those of every operation.
    pub refuses: &'static [Code],
    /// The values of `include`, and the additional permission that each requires.
    pub includes: &'static [(&'static str, Permission)],
    /// Security notes.
    pub notes: &'static [&'static str],
    /// The input: its members are parameters of the path, of the query, or members of the body.
    pub input: Shape,
    pub status: u16,
    /// The output; `None` for an empty response.
    pub output: Option<Shape>,
    /// The members of the example that are as the operation leaves them.
    pub shows: Value,
    /// True if the output is a page of a list.
    pub is_list: bool,
    /// The values of `fields`; empty if the output has no named members.
    pub fields: Vec<String>,
}

type Handler = dyn Fn(Call) -> BoxFuture<'static, Result<Answer, Problem>> + Send + Sync;

/// An operation and its handler.
#[derive(Clone)]
pub struct Route {
    pub operation: Arc<Operation>,
    handler: Arc<Handler>,
}

impl Route {
    /// Declares a read operation.
    pub fn get<I, O, F, Fut>(id: &'static str, path: &'static str, handler: F) -> Self
    where
        I: DeserializeOwned + ToSchema + Send + 'static,
        O: Reply,
        F: Fn(Call, I) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = Result<O, Problem>> + Send + 'static,
    {
        Self::new(Method::GET, id, path, handler)
    }

    /// Declares a `POST` operation.
    pub fn post<I, O, F, Fut>(id: &'static str, path: &'static str, handler: F) -> Self
    where
        I: DeserializeOwned + ToSchema + Send + 'static,
        O: Reply,
        F: Fn(Call, I) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = Result<O, Problem>> + Send + 'static,
    {
        Self::new(Method::POST, id, path, handler)
    }

    /// Declares an operation of any method. `handler` takes the call and its input.
    pub fn new<I, O, F, Fut>(method: Method, id: &'static str, path: &'static str, handler: F) -> Self
    where
        I: DeserializeOwned + ToSchema + Send + 'static,
        O: Reply,
        F: Fn(Call, I) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = Result<O, Problem>> + Send + 'static,
    {
        let is_safe = method == Method::GET;
        let output = O::shape();
        let operation = Operation {
            id,
            path,
            summary: "",
            about: "",
            access: Access::Token,
            maker: None,
            limit: if is_safe { Limit::ApiRead } else { Limit::ApiWrite },
            key: if is_safe { Key::Safe } else { Key::Optional },
            conditional: false,
            versioned: false,
            audits: &[],
            refuses: &[],
            includes: &[],
            notes: &[],
            input: Shape::of::<I>(),
            status: O::STATUS,
            fields: output.as_ref().map(|shape| shape.fields(O::IS_LIST)).unwrap_or_default(),
            output,
            shows: Value::Null,
            is_list: O::IS_LIST,
            method,
        };
        let handler = move |call: Call| {
            let handler = handler.clone();
            async move {
                let input: I = call.read()?;
                handler(call, input).await.map(Reply::answer)
            }
            .boxed()
        };
        Self { operation: Arc::new(operation), handler: Arc::new(handler) }
    }

    pub(super) fn run(&self, call: Call) -> BoxFuture<'static, Result<Answer, Problem>> {
        (self.handler)(call)
    }

    fn with(mut self, change: impl FnOnce(&mut Operation)) -> Self {
        // Routes are cloned only when they are complete, so this is the only reference.
        if let Some(operation) = Arc::get_mut(&mut self.operation) {
            change(operation);
        }
        self
    }

    /// Sets the summary and the description.
    #[must_use]
    pub fn about(self, summary: &'static str, about: &'static str) -> Self {
        self.with(|it| (it.summary, it.about) = (summary, about))
    }

    /// Requires a permission.
    #[must_use]
    pub fn needs(self, permission: Permission) -> Self {
        self.with(|it| it.access = Access::Needs(permission))
    }

    /// Lets callers with this permission read what they made, without the one of [`Route::needs`].
    #[must_use]
    pub fn or_maker(self, permission: Permission) -> Self {
        self.with(|it| it.maker = Some(permission))
    }

    /// Requires no token.
    #[must_use]
    pub fn for_anyone(self) -> Self {
        self.with(|it| it.access = Access::Anyone)
    }

    /// Sets the audit events that it may record.
    #[must_use]
    pub fn audits(self, actions: &'static [Action]) -> Self {
        self.with(|it| it.audits = actions)
    }

    /// Sets the problems of its own.
    #[must_use]
    pub fn refuses(self, codes: &'static [Code]) -> Self {
        self.with(|it| it.refuses = codes)
    }

    /// Sets the values of `include`, and the additional permission that each requires.
    #[must_use]
    pub fn includes(self, includes: &'static [(&'static str, Permission)]) -> Self {
        self.with(|it| it.includes = includes)
    }

    /// Requires `Idempotency-Key`.
    #[must_use]
    pub fn needs_key(self) -> Self {
        self.with(|it| it.key = Key::Required)
    }

    /// Sets the security notes.
    #[must_use]
    pub fn notes(self, notes: &'static [&'static str]) -> Self {
        self.with(|it| it.notes = notes)
    }

    /// Sets members of the example: those of the item, or of each item of a list.
    #[must_use]
    pub fn shows(self, members: Value) -> Self {
        self.with(|it| it.shows = members)
    }

    /// Requires `If-Match` with the expected version, which becomes the input's `version`.
    #[must_use]
    pub fn conditional(self) -> Self {
        self.with(|it| (it.conditional, it.versioned) = (true, true))
    }

    /// Compares `If-Match`, if it is sent, with the version of the target.
    #[must_use]
    pub fn versioned(self) -> Self {
        self.with(|it| it.versioned = true)
    }
}

impl Operation {
    /// Returns the names of the path's parameters.
    pub fn path_parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    /// Returns the place in which a member of the input is sent.
    pub fn place(&self, member: &str) -> Place {
        if self.path_parameters().any(|name| name == member) {
            Place::Path
        } else if self.conditional && member == VERSION {
            Place::IfMatch
        } else if matches!(self.method, Method::GET | Method::DELETE) {
            Place::Query
        } else {
            Place::Body
        }
    }

    /// Returns an example of the output; `None` for an empty response.
    pub fn example(&self) -> Option<Value> {
        let mut example = self.output.as_ref()?.example();
        let item = if self.is_list { example.pointer_mut("/items/0") } else { Some(&mut example) };
        if let (Some(Value::Object(members)), Value::Object(shown)) = (item, &self.shows) {
            for (name, value) in members {
                if let Some(shown) = shown.get(name) {
                    value.clone_from(shown);
                }
            }
        }
        Some(example)
    }

    /// Returns true if a member of the input is sent in the body.
    pub fn takes_body(&self) -> bool {
        self.input.members().any(|member| self.place(member) == Place::Body)
    }

    /// Returns every problem that it may answer with, by status: those of the checks before the handler,
    /// and its own.
    pub fn problems(&self) -> Vec<Code> {
        use Code::*;
        let mut codes =
            vec![ValidationError, MalformedRequest, NotAcceptable, TooManyRequests, Internal, Busy];
        if self.access != Access::Anyone {
            codes.extend([TokenRequired, TokenInvalid, TokenInUrl]);
        }
        if matches!(self.access, Access::Needs(_)) || !self.includes.is_empty() {
            codes.push(PermissionRequired);
        }
        if self.path_parameters().next().is_some() {
            codes.push(NotFound);
        }
        if self.is_list {
            codes.push(InvalidCursor);
        }
        if self.method != Method::GET {
            codes.extend([TooLarge, RequestTimeout, UnsupportedMediaType, OutcomeUnknown]);
        }
        if self.key != Key::Safe {
            codes.extend([
                IdempotencyKeyInvalid,
                IdempotencyInProgress,
                IdempotencyAnswerLost,
                IdempotencyKeyReused,
            ]);
        }
        if self.key == Key::Required {
            codes.push(IdempotencyKeyRequired);
        }
        if self.method != Method::GET {
            codes.push(PreconditionFailed);
        }
        if self.conditional {
            codes.push(PreconditionRequired);
        }
        codes.extend(self.refuses);
        codes.sort_by_key(|code| (status(*code), code.as_str()));
        codes.dedup();
        codes
    }
}

/// The member of the input that is read from `If-Match`.
pub const VERSION: &str = "version";

/// The place in which a member of the input is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Path,
    Query,
    Body,
    IfMatch,
}

/// The status of a problem in the API: that of pages, except that invalid input is a bad request.
pub const fn status(code: Code) -> u16 {
    match code {
        Code::ValidationError => 400,
        other => other.status(),
    }
}
