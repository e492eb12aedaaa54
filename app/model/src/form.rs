//! Forms: input of pages and programs that changes data, with its validation rules. Each feature has its own.
//!
//! A missing field reads as empty, so that the fault appears beside the field. An unknown or repeated
//! field is refused: the sender misunderstands the form.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};
use validator::{Validate, ValidationError};

use crate::{Problem, text::is_block};

/// A form with validation rules.
pub trait Form: Validate {
    /// # Errors
    /// `VALIDATION_ERROR` with the faults of all fields.
    fn check(&self) -> Result<(), Problem> {
        self.validate().map_err(Problem::from)
    }
}

impl<T: Validate> Form for T {}

/// Maximum length of a reason, in characters.
pub const MAX_REASON: usize = 500;

/// # Errors
/// `required`, `too_long` or `characters`.
pub fn check_reason(text: &str) -> Result<(), ValidationError> {
    let text = text.trim();
    if text.is_empty() {
        Err(fault("required", "Enter a reason: the audit trail keeps it"))
    } else if text.chars().take(MAX_REASON + 1).count() > MAX_REASON {
        Err(fault("too_long", "A reason has at most 500 characters"))
    } else if !is_block(text) {
        Err(fault("characters", "A reason needs visible text, without control characters"))
    } else {
        Ok(())
    }
}

/// A fault with a code and a sentence for the page.
pub(crate) fn fault(code: &'static str, message: &'static str) -> ValidationError {
    ValidationError::new(code).with_message(Cow::Borrowed(message))
}

/// Reads a member that can be left out but has no empty state: `null` is refused.
pub(crate) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// Reads a text that `null` clears (RFC 7396).
pub(crate) fn clearable<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Option::<String>::deserialize(from).map(|text| Some(text.unwrap_or_default()))
}
