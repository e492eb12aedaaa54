//! How a form's post becomes a `model` type, and what becomes of it.
//!
//! A form is plain HTML: `<form method="post" action="/fn/sign_up">`. The server function takes the
//! `model` type, calls one use case and returns [`Done`] or [`Refusal`], both as JSON. The server's
//! door (`src/http/pages.rs`) turns the first into a redirect with a flash, and for the second
//! renders the page of the form again, with what was typed and with each fault beside its field.
//! Nothing of either is ever in a URL.

use frontdesk_model::{Code, Flash, Problem, Secret};
use leptos::{
    prelude::{FromServerFnError, ServerFnErrorErr},
    server_fn::{
        ContentType,
        codec::{Encoding, FromReq, IntoReq, JsonEncoding},
        request::{ClientReq, Req},
    },
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::input;

/// The field that every form sends along: the address of the page it is on.
pub const PAGE_FIELD: &str = "page";

/// The field that makes a form that is sent twice be carried out once.
pub const NONCE_FIELD: &str = "nonce";

/// What is typed here is never sent back: somebody may take the field of a payment method for that
/// of a card's number.
pub const SECRET_FIELDS: [&str; 3] = ["password", "current", "method"];

/// What was asked for is done; the browser goes on to another page, or sees a secret once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Done {
    /// Where to go on: a path on this site, or nothing for the page that the form is on.
    pub to: String,
    pub flash: Option<Flash>,
    /// A secret to be shown on the page `to`, now and never again.
    pub secret: Option<String>,
    /// Whether everything that the browser keeps of this site has to go.
    pub forget: bool,
}

impl Done {
    pub fn to(path: impl Into<String>) -> Self {
        Self { to: path.into(), flash: None, secret: None, forget: false }
    }

    /// Back to the page that the form is on, as it was: filtered, and at its place in a list.
    pub fn back() -> Self {
        Self::to("")
    }

    #[must_use]
    pub fn saying(mut self, flash: Flash) -> Self {
        self.flash = Some(flash);
        self
    }

    #[must_use]
    pub fn showing(mut self, secret: &Secret) -> Self {
        self.secret = Some(secret.expose().to_owned());
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
            other => Self(frontdesk_domain::problem::surprise(&other)),
        }
    }
}

/// The encoding of our forms: `application/x-www-form-urlencoded`, read strictly. The one argument
/// of the server function is called `form`, and its fields are the form's.
pub struct HtmlForm;

impl ContentType for HtmlForm {
    const CONTENT_TYPE: &'static str = "application/x-www-form-urlencoded";
}

impl Encoding for HtmlForm {
    const METHOD: http::Method = http::Method::POST;
}

/// The arguments of a server function that came as [`HtmlForm`]: `#[server(custom = Posted, …)]`.
#[derive(Debug)]
pub struct Posted<T>(pub T);

impl<T, Request> FromReq<HtmlForm, Request, Refusal> for Posted<T>
where
    T: DeserializeOwned,
    Request: Req<Refusal> + Send + 'static,
{
    async fn from_req(request: Request) -> Result<Self, Refusal> {
        let kind = request.to_content_type().unwrap_or_default();
        if kind.split(';').next().is_none_or(|kind| kind.trim() != HtmlForm::CONTENT_TYPE) {
            return Err(Problem::new(Code::UnsupportedMediaType).into());
        }
        let body = request.try_into_bytes().await?;
        let mut pairs = input::pairs(&body)?;
        pairs.retain(|(name, _)| name != PAGE_FIELD && name != NONCE_FIELD);
        Ok(Self(input::read_form(pairs)?))
    }
}

impl<T, Request> IntoReq<HtmlForm, Request, Refusal> for Posted<T>
where
    Request: ClientReq<Refusal>,
{
    /// Browsers send our forms; no code of ours does.
    fn into_req(self, _path: &str, _accepts: &str) -> Result<Request, Refusal> {
        Err(Problem::new(Code::UnsupportedMediaType).into())
    }
}
