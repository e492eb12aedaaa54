//! A curl command that calls an operation, ready to be pasted into a shell.

use http::Method;
use serde_json::Value;

use crate::{
    openapi::body_shape,
    operation::{Access, Key, Operation, Place},
};

/// An example of an entity tag.
const ENTITY_TAG: &str = "\"3-9f86d081884c7d65\"";

/// Returns the command. It reads the token from the variable `FRONTDESK_TOKEN`.
pub(super) fn command(it: &Operation, base: &str) -> String {
    let mut begin = String::from("curl ");
    if it.method != Method::GET {
        begin += &format!("-X {} ", it.method);
    }
    let mut lines = vec![begin + &quoted(&format!("{base}{}", address(it)))];
    if it.access != Access::Anyone {
        lines.push("-H \"Authorization: Bearer $FRONTDESK_TOKEN\"".to_owned());
    }
    if it.key != Key::Safe {
        lines.push("-H \"Idempotency-Key: $(uuidgen)\"".to_owned());
    }
    if it.conditional {
        lines.push(format!("-H {}", quoted(&format!("If-Match: {ENTITY_TAG}"))));
    }
    if it.takes_body() {
        lines.push("-H 'Content-Type: application/json'".to_owned());
        // Indented as the lines around it.
        let body = format!("{:#}", body_shape(it).example()).replace('\n', "\n  ");
        lines.push(format!("-d {}", quoted(&body)));
    }
    lines.join(" \\\n  ")
}

/// Returns the path and the query, with examples for the parameters.
fn address(it: &Operation) -> String {
    let members = it.input.object().into_iter().flat_map(|object| &object.properties);
    let path = members
        .filter(|(name, _)| it.place(name) == Place::Path)
        .fold(it.path.to_owned(), |path, (name, schema)| {
            path.replace(&format!("{{{name}}}"), &plain(&it.input.example_of(schema)))
        });
    if it.is_list { path + "?limit=20" } else { path }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

/// Quotes text as one word of a shell.
fn quoted(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._/:@".contains(&byte);
    if text.bytes().all(is_plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stays_one_word() {
        assert_eq!(quoted("https://desk.example/api/v1/users"), "https://desk.example/api/v1/users");
        assert_eq!(quoted("/users?limit=20"), "'/users?limit=20'");
        assert_eq!(quoted("it's $(true)"), r"'it'\''s $(true)'");
    }
}
