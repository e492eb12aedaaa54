//! The results of operations, and how they become responses.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use frontdesk_http::{
    reference::Lazily,
    representation::Representation,
    request::{
        conditional::{entity_tag, is_fresh},
        input,
    },
};
use frontdesk_model::{Code, Page, Problem};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{CONTENT_TYPE, ETAG, LINK, LOCATION},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{operation::VERSION, shape::Shape};

/// The result of a handler: an item, a page of a list, a created item, or nothing.
pub trait Reply: Send + 'static {
    const STATUS: u16;
    const IS_LIST: bool = false;
    fn shape() -> Option<Shape>;
    fn answer(self) -> Answer;
}

/// One item, 200.
pub struct Item<T>(pub T);

/// A created item, 201, with its path below `/api/v1`.
pub struct Created<T> {
    pub path: String,
    pub body: T,
}

/// Work that a job carries on with, 202, with what is known of it.
pub struct Accepted<T>(pub T);

/// An empty response, 204.
pub struct Nothing;

impl<T: Serialize + ToSchema + Send + 'static> Reply for Item<T> {
    const STATUS: u16 = 200;

    fn shape() -> Option<Shape> {
        Some(Shape::of::<T>())
    }

    fn answer(self) -> Answer {
        Answer { body: Some(value(&self.0)), ..Answer::new(Self::STATUS) }
    }
}

impl<T: Serialize + ToSchema + Send + 'static> Reply for Page<T> {
    const STATUS: u16 = 200;
    const IS_LIST: bool = true;

    fn shape() -> Option<Shape> {
        let (mut page, of) = (Shape::of::<Self>(), Shape::of::<T>());
        // By itself every page would be called `Page`, and would lack the schema of its items.
        // The summaries of users are a page of users.
        page.name = format!("{}Page", of.name.split("Summary").next().unwrap_or_default());
        page.parts.extend(of.parts);
        page.parts.insert(of.name, of.schema);
        Some(page)
    }

    fn answer(self) -> Answer {
        Answer { body: Some(value(&self)), ..Answer::new(Self::STATUS) }
    }
}

impl<T: Serialize + ToSchema + Send + 'static> Reply for Created<T> {
    const STATUS: u16 = 201;

    fn shape() -> Option<Shape> {
        Some(Shape::of::<T>())
    }

    fn answer(self) -> Answer {
        Answer { body: Some(value(&self.body)), location: Some(self.path), ..Answer::new(Self::STATUS) }
    }
}

impl<T: Serialize + ToSchema + Send + 'static> Reply for Accepted<T> {
    const STATUS: u16 = 202;

    fn shape() -> Option<Shape> {
        Some(Shape::of::<T>())
    }

    fn answer(self) -> Answer {
        Answer { body: Some(value(&self.0)), ..Answer::new(Self::STATUS) }
    }
}

impl Reply for Nothing {
    const STATUS: u16 = 204;

    fn shape() -> Option<Shape> {
        None
    }

    fn answer(self) -> Answer {
        Answer::new(Self::STATUS)
    }
}

/// Our types are structs of text and numbers, which always become JSON.
fn value<T: Serialize>(it: &T) -> Value {
    serde_json::to_value(it).unwrap_or_default()
}

/// A result that is not yet bound to its request. It can be stored and replayed.
#[derive(Clone, Serialize, Deserialize)]
pub struct Answer {
    pub status: u16,
    pub body: Option<Value>,
    /// Below `/api/v1`.
    pub location: Option<String>,
    /// A body that is made once and kept compressed, in place of `body`. Only operations that read have
    /// one, so it is never stored.
    #[serde(skip)]
    pub kept: Option<Kept>,
}

/// A body that is made on first use; `None` if that fails.
pub type Kept = Lazily<Option<Representation>>;

/// The request that an answer responds to.
pub struct Asked<'a> {
    /// `https://desk.example`.
    pub origin: &'a str,
    pub path: &'a str,
    pub query: &'a str,
    pub headers: &'a HeaderMap,
    pub is_get: bool,
    /// The value of the parameter `fields`.
    pub fields: Option<&'a str>,
    /// The fields that can be selected.
    pub known: &'a [String],
    pub is_list: bool,
}

impl Answer {
    pub(super) fn new(status: u16) -> Self {
        Self { status, body: None, location: None, kept: None }
    }

    /// Builds the response: the selected fields, the links of a list, the entity tag, and 304 if the
    /// client's copy is fresh.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` if `fields` names an unknown field.
    pub fn respond(self, asked: &Asked<'_>) -> Result<Response, Problem> {
        if let Some(kept) = &self.kept {
            let kept: &Option<Representation> = kept;
            let respond = |kept: &Representation| kept.respond(asked.headers);
            return kept.as_ref().map(respond).ok_or_else(|| Problem::new(Code::Internal));
        }
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let mut headers = HeaderMap::new();
        let mut put = |name, value: String| {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        };
        if let Some(path) = &self.location {
            put(LOCATION, format!("{}/api/v1{path}", asked.origin));
        }
        let Some(mut body) = self.body else { return Ok((status, headers).into_response()) };
        let version = body.get(VERSION).and_then(Value::as_i64);
        if let Some(fields) = asked.fields {
            select(&mut body, fields, asked)?;
        }
        if asked.is_list
            && let Some(links) = links(&body, asked)
        {
            put(LINK, links);
        }
        let bytes = serde_json::to_vec(&body).unwrap_or_default();
        let tag = entity_tag(version, &bytes);
        put(ETAG, tag.clone());
        if asked.is_get && is_fresh(asked.headers, &tag) {
            return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok((status, headers, Body::from(bytes)).into_response())
    }
}

/// Keeps the selected fields, in every item of a list or in the one item.
fn select(body: &mut Value, fields: &str, asked: &Asked<'_>) -> Result<(), Problem> {
    let wanted: Vec<&str> = fields.split(',').collect();
    if let Some(unknown) = wanted.iter().find(|name| !asked.known.iter().any(|known| known == *name)) {
        let message = format!("There is no field “{unknown}” here: choose from {}", asked.known.join(", "));
        return Err(Problem::new(Code::ValidationError).fault("fields", "unknown", message));
    }
    let strip = |thing: &mut Value| {
        if let Value::Object(members) = thing {
            members.retain(|name, _| wanted.contains(&name.as_str()));
        }
    };
    match body.get_mut("items").filter(|_| asked.is_list) {
        Some(Value::Array(items)) => items.iter_mut().for_each(strip),
        _ => strip(body),
    }
    Ok(())
}

/// Returns `Link` (RFC 8288) to the first, the next and the previous page.
fn links(body: &Value, asked: &Asked<'_>) -> Option<String> {
    let to = |relation: &str, cursor: &str| {
        let query = input::with(asked.query, &[("cursor", cursor)]);
        let mark = if query.is_empty() { "" } else { "?" };
        format!("<{}{}{mark}{query}>; rel=\"{relation}\"", asked.origin, asked.path)
    };
    let cursor = |name| body.get(name).and_then(Value::as_str);
    let neighbours = ["next", "prev"].into_iter().filter_map(|name| Some(to(name, cursor(name)?)));
    let links: Vec<String> = std::iter::once(to("first", "")).chain(neighbours).collect();
    Some(links.join(", "))
}
