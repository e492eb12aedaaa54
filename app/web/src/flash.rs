//! Messages after a redirect.

/// A message that is shown once, after a redirect. Its code travels in a cookie, never its text: a page cannot be
/// made to say something that no feature has declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flash {
    pub code: &'static str,
    /// The sentence on the page.
    pub text: &'static str,
}

impl Flash {
    pub const fn new(code: &'static str, text: &'static str) -> Self {
        Self { code, text }
    }
}

/// The result of a form that changes nothing, in several features.
pub const NOTHING_CHANGED: Flash =
    Flash::new("nothing-changed", "Nothing was different, so nothing was changed.");

/// The result of a form with a secret that is sent again when the secret is not kept any more.
pub const SECRET_WAS_SHOWN: Flash = Flash::new(
    "secret-was-shown",
    "This was done before. The secret was shown once and cannot be shown again; if it is lost, create a new one.",
);
