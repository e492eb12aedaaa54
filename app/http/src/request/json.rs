//! Reads JSON strictly: UTF-8, one value, no duplicate members.

use std::fmt;

use frontdesk_model::{Code, Problem};
use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

/// Reads a body. An empty one is an empty object. A byte order mark before it is ignored (RFC 8259, section
/// 8.1), as Windows programs write it.
///
/// # Errors
/// `MALFORMED_REQUEST` with the line and column of the first fault.
pub fn read(body: &[u8]) -> Result<Value, Problem> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    if body.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    let Strict(value) = serde_json::from_slice(body).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let why = match error.classify() {
            serde_json::error::Category::Data => error.to_string(),
            _ if std::str::from_utf8(body).is_err() => "The body is not UTF-8.".to_owned(),
            _ => format!("The body is not JSON from line {line}, column {column} on."),
        };
        Problem::new(Code::MalformedRequest).detail(why)
    })?;
    Ok(value)
}

/// A JSON value without duplicate members. `serde_json` by itself would keep the last one; another
/// reader of the same body may keep the first.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Strictly).map(Self)
    }
}

struct Strictly;

impl<'de> Visitor<'de> for Strictly {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: de::Error>(self, it: bool) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_i64<E: de::Error>(self, it: i64) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_u64<E: de::Error>(self, it: u64) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_f64<E: de::Error>(self, it: f64) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_str<E: de::Error>(self, it: &str) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            all.push(item);
        }
        Ok(all.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some((name, Strict(value))) = members.next_entry::<String, Strict>()? {
            if all.contains_key(&name) {
                return Err(de::Error::custom(format_args!("“{name}” is there more than once")));
            }
            all.insert(name, value);
        }
        Ok(all.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ambiguous_text_is_rejected() {
        assert_eq!(read(br#"{"a":[1,{"b":null}]}"#).unwrap(), serde_json::json!({"a": [1, {"b": null}]}));
        for wrong in [
            &br#"{"a":1,"a":2}"#[..],
            br#"[{"a":{"b":1,"b":1}}]"#,
            b"{\"a\":\"\xFF\"}",
            b"{} {}",
            b"{",
            b"NaN",
        ] {
            assert_eq!(read(wrong).unwrap_err().error, Code::MalformedRequest, "{wrong:?}");
        }
        assert_eq!(read(b"\xEF\xBB\xBF{\"a\":1}").unwrap(), serde_json::json!({"a": 1}));
        let deep = ["[".repeat(100_000), "]".repeat(100_000)].concat();
        assert_eq!(read(deep.as_bytes()).unwrap_err().error, Code::MalformedRequest);
    }
}
