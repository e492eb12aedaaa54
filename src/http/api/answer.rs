//! What operations answer, and how it becomes a response.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use frontdesk_model::{Code, Page, Problem};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH, LINK, LOCATION},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::{operation::VERSION, shape::Shape};
use frontdesk_web::input;

/// What a handler returns: one thing, a page of a list, something new, or nothing.
pub trait Reply: Send + 'static {
    const STATUS: u16;
    const IS_LIST: bool = false;
    fn shape() -> Option<Shape>;
    fn answer(self) -> Answer;
}

/// One thing.
pub struct Item<T>(pub T);

/// Something that was made, and where it is found below `/api/v1`.
pub struct Created<T> {
    pub path: String,
    pub body: T,
}

/// Done, and there is nothing to say about it.
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
        // By itself every page would be called `Page`, and would not bring along what it is of.
        page.name = format!("{}Page", of.name);
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

impl Reply for Nothing {
    const STATUS: u16 = 204;

    fn shape() -> Option<Shape> {
        None
    }

    fn answer(self) -> Answer {
        Answer::new(Self::STATUS)
    }
}

/// Our types are structs of text and numbers: none can fail to become JSON.
fn value<T: Serialize>(it: &T) -> Value {
    serde_json::to_value(it).unwrap_or_default()
}

/// An answer that is not yet bound to its request. It can be kept, and given again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub status: u16,
    pub body: Option<Value>,
    /// Below `/api/v1`.
    pub location: Option<String>,
}

/// The request that an answer is given to.
pub struct Asked<'a> {
    /// `https://desk.example`.
    pub origin: &'a str,
    pub path: &'a str,
    pub query: &'a str,
    pub headers: &'a HeaderMap,
    pub is_get: bool,
    /// The value of the parameter `fields`.
    pub fields: Option<&'a str>,
    /// What `fields` may name.
    pub known: &'a [String],
    pub is_list: bool,
}

impl Answer {
    fn new(status: u16) -> Self {
        Self { status, body: None, location: None }
    }

    /// Makes the response: only the fields that were asked for, the links of a list, the entity tag,
    /// and 304 for whoever has it already.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` if `fields` names what is not there.
    pub fn give(self, asked: &Asked<'_>) -> Result<Response, Problem> {
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
            sparse(&mut body, fields, asked)?;
        }
        if asked.is_list
            && let Some(links) = links(&body, asked)
        {
            put(LINK, links);
        }
        let bytes = serde_json::to_vec(&body).unwrap_or_default();
        let tag = entity_tag(version, &bytes);
        put(ETAG, tag.clone());
        if asked.is_get && has_already(asked.headers, &tag) {
            return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok((status, headers, Body::from(bytes)).into_response())
    }
}

/// Leaves the fields that were asked for, in everything that the list has or in the one thing.
fn sparse(body: &mut Value, fields: &str, asked: &Asked<'_>) -> Result<(), Problem> {
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

/// `Link` (RFC 8288) to the first, the next and the previous page.
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

/// `"3-9f86d081884c7d65"`: the version, if it has one, and what the body hashes to. `If-Match` looks
/// at the version only, `If-None-Match` at all of it.
fn entity_tag(version: Option<i64>, body: &[u8]) -> String {
    let hash: String = Sha256::digest(body).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    match version {
        Some(version) => format!("\"{version}-{hash}\""),
        None => format!("\"{hash}\""),
    }
}

fn has_already(headers: &HeaderMap, tag: &str) -> bool {
    let lines = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|one| {
        let one = one.trim();
        one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag
    })
}
