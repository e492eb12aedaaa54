//! What an operation of the API is, declared once: the router, the checks before the handler, the
//! OpenAPI document and the reference are all made from it.

use std::{future::Future, sync::Arc};

use frontdesk_model::{Code, Permission, Problem, audit::Action};
use futures::{FutureExt, future::BoxFuture};
use http::Method;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use super::{
    answer::{Answer, Reply},
    call::Call,
    shape::Shape,
};
use crate::http::rate::Limit;

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody, without a token.
    Anyone,
    /// Whoever has a token.
    Token,
    /// Whose token has the permission.
    Needs(Permission),
}

/// What an operation does with `Idempotency-Key`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// It changes nothing, and may be repeated as it is.
    Safe,
    /// Taken, and worth sending.
    Optional,
    /// Refused without.
    Required,
}

/// Everything that is to be known of one operation.
pub struct Operation {
    /// `users.list`: unique, and stable across versions.
    pub id: &'static str,
    pub method: Method,
    /// Below `/api/v1`, with parameters in braces: `/users/{id}`.
    pub path: &'static str,
    /// What it does, in a few words.
    pub summary: &'static str,
    /// What it is for, in a few sentences.
    pub about: &'static str,
    pub access: Access,
    pub limit: Limit,
    pub key: Key,
    /// Whether `If-Match` must name the version that the caller saw.
    pub conditional: bool,
    /// What it may write to the audit trail.
    pub audits: &'static [Action],
    /// The problems of its own, beside those that every operation has.
    pub refuses: &'static [Code],
    /// What `include` can add to the answer, and the permission that each needs beside.
    pub includes: &'static [(&'static str, Permission)],
    /// What is to be known about its safety.
    pub notes: &'static [&'static str],
    /// What it takes: its members are parameters of the path, of the query, or members of the body.
    pub input: Shape,
    pub status: u16,
    /// What it answers; `None` for an empty answer.
    pub output: Option<Shape>,
    /// Whether it answers a page of a list.
    pub is_list: bool,
    /// What `fields` can name; nothing where the answer has no members with names.
    pub fields: Vec<String>,
}

type Handler = dyn Fn(Call) -> BoxFuture<'static, Result<Answer, Problem>> + Send + Sync;

/// An operation and what carries it out.
#[derive(Clone)]
pub struct Route {
    pub operation: Arc<Operation>,
    handler: Arc<Handler>,
}

impl Route {
    pub fn get<I, O, F, Fut>(id: &'static str, path: &'static str, handler: F) -> Self
    where
        I: DeserializeOwned + ToSchema + Send + 'static,
        O: Reply,
        F: Fn(Call, I) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = Result<O, Problem>> + Send + 'static,
    {
        Self::new(Method::GET, id, path, handler)
    }

    pub fn post<I, O, F, Fut>(id: &'static str, path: &'static str, handler: F) -> Self
    where
        I: DeserializeOwned + ToSchema + Send + 'static,
        O: Reply,
        F: Fn(Call, I) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = Result<O, Problem>> + Send + 'static,
    {
        Self::new(Method::POST, id, path, handler)
    }

    /// An operation of any method. `handler` takes the caller and what they sent, as one value.
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
            limit: if is_safe { Limit::ApiRead } else { Limit::ApiWrite },
            key: if is_safe { Key::Safe } else { Key::Optional },
            conditional: false,
            audits: &[],
            refuses: &[],
            includes: &[],
            notes: &[],
            input: Shape::of::<I>(),
            status: O::STATUS,
            fields: output.as_ref().map(|shape| shape.fields(O::IS_LIST)).unwrap_or_default(),
            output,
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
        // Nobody else has it yet: routes are cloned when they are complete.
        if let Some(operation) = Arc::get_mut(&mut self.operation) {
            change(operation);
        }
        self
    }

    /// What it does in a few words, and what it is for in a few sentences.
    #[must_use]
    pub fn about(self, summary: &'static str, about: &'static str) -> Self {
        self.with(|it| (it.summary, it.about) = (summary, about))
    }

    #[must_use]
    pub fn needs(self, permission: Permission) -> Self {
        self.with(|it| it.access = Access::Needs(permission))
    }

    #[must_use]
    pub fn for_anyone(self) -> Self {
        self.with(|it| it.access = Access::Anyone)
    }

    #[must_use]
    pub fn audits(self, actions: &'static [Action]) -> Self {
        self.with(|it| it.audits = actions)
    }

    #[must_use]
    pub fn refuses(self, codes: &'static [Code]) -> Self {
        self.with(|it| it.refuses = codes)
    }

    /// What `include` can add to the answer, and the permission that each needs beside.
    #[must_use]
    pub fn includes(self, includes: &'static [(&'static str, Permission)]) -> Self {
        self.with(|it| it.includes = includes)
    }

    /// Not without `Idempotency-Key`.
    #[must_use]
    pub fn needs_key(self) -> Self {
        self.with(|it| it.key = Key::Required)
    }

    #[must_use]
    pub fn notes(self, notes: &'static [&'static str]) -> Self {
        self.with(|it| it.notes = notes)
    }

    /// `If-Match` must name the version that the caller saw; it becomes the input's `version`.
    #[must_use]
    pub fn conditional(self) -> Self {
        self.with(|it| it.conditional = true)
    }
}

impl Operation {
    /// The names of the path's parameters.
    pub fn path_parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    /// Where a member of the input is sent.
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

    pub fn takes_body(&self) -> bool {
        self.input.members().any(|member| self.place(member) == Place::Body)
    }

    /// The permission, the checks of which every operation has, and its own: each problem that it
    /// may answer, by status.
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
            codes.extend([TooLarge, RequestTimeout, UnsupportedMediaType]);
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
        if self.conditional {
            codes.extend([PreconditionFailed, PreconditionRequired]);
        }
        codes.extend(self.refuses);
        codes.sort_by_key(|code| (status(*code), code.as_str()));
        codes.dedup();
        codes
    }
}

/// The input's member that `If-Match` becomes.
pub const VERSION: &str = "version";

/// Where a member of the input is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Path,
    Query,
    Body,
    IfMatch,
}

/// The status with which the API answers a problem: as pages do, but for faults in what was sent,
/// which are a bad request to a program.
pub const fn status(code: Code) -> u16 {
    match code {
        Code::ValidationError => 400,
        other => other.status(),
    }
}
