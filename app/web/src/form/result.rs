//! The outcome of a form.

use frontdesk_model::{Code, Problem, Secret};
use leptos::{
    prelude::{FromServerFnError, ServerFnErrorErr},
    server_fn::codec::JsonEncoding,
};
use serde::{Deserialize, Serialize};

use crate::flash::Flash;

/// The outcome of a form that succeeded: the browser goes on to another page, or shows a secret once.
#[derive(Clone, Debug)]
pub struct FormResult {
    /// The page to go on to: a path on this site, or nothing for the page that the form is on.
    pub to: String,
    pub flash: Option<Flash>,
    /// A secret to be shown on the page `to`, now and never again.
    pub secret: Option<Secret>,
    /// Removes everything that the browser stores of this site.
    pub clear_site_data: bool,
}

impl FormResult {
    pub fn to(path: impl Into<String>) -> Self {
        Self { to: path.into(), flash: None, secret: None, clear_site_data: false }
    }

    /// Back to the page that the form is on, as it was: filtered, and at its place in a list.
    pub fn back() -> Self {
        Self::to("")
    }

    #[must_use]
    pub fn with_flash(mut self, flash: Flash) -> Self {
        self.flash = Some(flash);
        self
    }

    #[must_use]
    pub fn with_secret(mut self, secret: &Secret) -> Self {
        self.secret = Some(Secret::new(secret.expose()));
        self
    }
}

/// A [`Problem`], as the error of a server function.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Refusal(pub Problem);

impl<E: Into<Problem>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl FromServerFnError for Refusal {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Deserialization(_) => Self(Problem::new(Code::MalformedRequest)),
            other => Self(frontdesk_domain::problem::internal_error(&other)),
        }
    }
}
