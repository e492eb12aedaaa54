//! Kinds of jobs.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;

use crate::schema::{schemas, text};

/// Maximum length of a kind's name, in bytes.
pub const MAX_KIND: usize = 64;

/// The name of a kind of job, such as `sessions.sweep`. Only the server knows the kinds, and a newer
/// server may know more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct JobKind(String);

impl JobKind {
    /// Accepts possible names of kinds: small letters, digits, `_` and dots.
    pub fn parse(text: &str) -> Option<Self> {
        let sound = (1..=MAX_KIND).contains(&text.len())
            && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.'));
        sound.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for JobKind {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text)
            .ok_or_else(|| serde::de::Error::custom("must be the name of a kind, such as sessions.sweep"))
    }
}

schemas! {
    JobKind = text(json!("sessions.sweep"))
        .max_length(Some(MAX_KIND))
        .pattern(Some("^[a-z0-9_.]+$"))
        .description(Some("The name of a kind of job."));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_a_name_and_nothing_else() {
        assert_eq!(JobKind::parse("sessions.sweep").unwrap().as_str(), "sessions.sweep");
        for wrong in ["", "Sessions", "a b", "a,b", "a%", "a\0", &"x".repeat(65)] {
            assert_eq!(JobKind::parse(wrong), None, "{wrong}");
        }
    }
}
