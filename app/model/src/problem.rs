//! Problems: every refusal and failure, as RFC 9457 describes them.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{ValidationErrors, ValidationErrorsKind};

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident = $text:literal, $status:literal, $title:literal;)*) => {
        /// The stable name of a problem. Programs match on it; people read its title.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Code { $($(#[doc = $doc])* #[serde(rename = $text)] $name,)* }

        impl Code {
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The HTTP status it is answered with.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// The same words for every occurrence.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

codes! {
    /// Input that does not follow the rules; `details` names each field.
    ValidationError = "VALIDATION_ERROR", 422, "Some of this needs another look";
    /// Input that cannot be read at all: not UTF-8, not a form, a field twice, a field unknown.
    MalformedRequest = "MALFORMED_REQUEST", 400, "This request cannot be read";
    InvalidCursor = "INVALID_CURSOR", 400, "This place in the list cannot be found";
    /// Somebody must sign in first.
    SignInRequired = "SIGN_IN_REQUIRED", 401, "Sign in to continue";
    InvalidCredentials = "INVALID_CREDENTIALS", 422, "The e-mail address or password is not right";
    CrossSite = "CROSS_SITE_REQUEST", 403, "This request came from another site";
    Forbidden = "FORBIDDEN", 403, "You are not allowed to do this";
    NotFound = "NOT_FOUND", 404, "There is nothing here";
    MethodNotAllowed = "METHOD_NOT_ALLOWED", 405, "This address does not take that method";
    RequestTimeout = "REQUEST_TIMEOUT", 408, "The request took too long to arrive";
    EmailExists = "EMAIL_EXISTS", 409, "An account with this e-mail address exists already";
    EditConflict = "EDIT_CONFLICT", 409, "Somebody else has changed this meanwhile";
    LastOwner = "LAST_OWNER", 409, "There must always be an owner";
    WrongState = "WRONG_STATE", 409, "This cannot be done in the present state";
    LinkSpent = "LINK_SPENT", 410, "This link has been used or has expired";
    TooLarge = "TOO_LARGE", 413, "This is larger than what is taken here";
    UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE", 415, "This kind of content is not taken here";
    TooManyRequests = "TOO_MANY_REQUESTS", 429, "Too many requests";
    HeadersTooLarge = "HEADERS_TOO_LARGE", 431, "The request's headers are too large";
    Internal = "INTERNAL", 500, "Something went wrong on our side";
    Busy = "BUSY", 503, "Too busy to answer right now";
}

/// One field's fault. `field` is the name the form or the JSON uses; empty for the whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Fault {
    #[schema(example = "email")]
    pub field: String,
    #[schema(example = "required")]
    pub code: String,
    #[schema(example = "Enter an e-mail address")]
    pub message: String,
}

/// A refusal or failure: RFC 9457's members, and two of ours, `error` and `details`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// A page that explains this type of problem.
    #[serde(rename = "type")]
    #[schema(value_type = String, format = "uri", example = "https://desk.example/problems/VALIDATION_ERROR")]
    pub kind: Cow<'static, str>,
    /// The same words for every occurrence.
    #[schema(value_type = String, example = "Some of this needs another look")]
    pub title: Cow<'static, str>,
    /// The HTTP status.
    #[schema(value_type = i32, minimum = 400, maximum = 599, example = 400)]
    pub status: u16,
    /// What is to be said about this occurrence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Identifies this occurrence: the id of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "urn:trace:4bf92f3577b34da6a3ce929d0e0e4736")]
    pub instance: Option<String>,
    pub error: Code,
    /// Each field's fault.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<Fault>,
    /// Seconds after which another try makes sense; sent as `Retry-After`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>, minimum = 0)]
    pub retry_after: Option<u64>,
}

impl Problem {
    pub fn new(error: Code) -> Self {
        Self {
            kind: Cow::Borrowed("about:blank"),
            title: Cow::Borrowed(error.title()),
            status: error.status(),
            detail: None,
            instance: None,
            error,
            details: Vec::new(),
            retry_after: None,
        }
    }

    #[must_use]
    pub fn detail(mut self, text: impl Into<String>) -> Self {
        self.detail = Some(text.into());
        self
    }

    #[must_use]
    pub fn fault(mut self, field: &str, code: &str, message: impl Into<String>) -> Self {
        self.details.push(Fault { field: field.to_owned(), code: code.to_owned(), message: message.into() });
        self
    }

    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The faults of one field.
    pub fn of_field<'a>(&'a self, field: &'a str) -> impl Iterator<Item = &'a Fault> {
        self.details.iter().filter(move |fault| fault.field == field)
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.title)?;
        if let Some(detail) = &self.detail {
            write!(f, ": {detail}")?;
        }
        self.details.iter().try_for_each(|fault| write!(f, "; {}: {}", fault.field, fault.message))
    }
}

impl std::error::Error for Problem {}

impl From<ValidationErrors> for Problem {
    fn from(errors: ValidationErrors) -> Self {
        let mut faults: Vec<Fault> = Vec::new();
        for (field, kind) in errors.errors() {
            let ValidationErrorsKind::Field(list) = kind else { continue };
            // Rules that concern the whole form report under `__all__`; they name their field as a parameter.
            faults.extend(list.iter().map(|error| Fault {
                field: match error.params.get("field").and_then(|name| name.as_str()) {
                    Some(name) => name.to_owned(),
                    None if field == "__all__" => String::new(),
                    None => field.to_string(),
                },
                code: error.code.to_string(),
                message: error.message.as_deref().unwrap_or("This is not right").to_owned(),
            }));
        }
        faults.sort_by(|a, b| a.field.cmp(&b.field));
        Self { details: faults, ..Self::new(Code::ValidationError) }
    }
}
