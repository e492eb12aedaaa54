//! Problems: all refusals and failures, as RFC 9457 describes them.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::{ToSchema, openapi::schema::Object};
use validator::{ValidationErrors, ValidationErrorsKind};

use crate::schema::open;

macro_rules! codes {
    ($($name:ident = $text:literal, $status:literal, $title:literal, $about:literal;)*) => {
        /// Stable name of a problem. Programs match on it; people read its title.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Code { $(#[doc = $about] #[serde(rename = $text)] $name,)* }

        impl Code {
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// HTTP status.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// The same words for every occurrence.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// Cause and solution, for developers.
            pub const fn about(self) -> &'static str {
                match self { $(Self::$name => $about,)* }
            }

            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$name),)* _ => None }
            }
        }
    };
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

codes! {
    ValidationError = "VALIDATION_ERROR", 422, "Some of this needs another look",
        "Something that was sent does not follow the rules. `details` names each field, with a code and a sentence. \
         Nothing was changed. The API answers it with 400, a form in a browser with 422.";
    MalformedRequest = "MALFORMED_REQUEST", 400, "This request cannot be read",
        "The request cannot be read at all: not UTF-8, not JSON, a field twice, an address or a header that makes no sense.";
    InvalidCursor = "INVALID_CURSOR", 400, "This place in the list cannot be found",
        "The cursor is damaged, or belongs to a list with another sort or other filters. Begin without a cursor.";
    TokenInUrl = "TOKEN_IN_URL", 400, "A token does not belong into an address",
        "Addresses end up in logs and histories. Send the token in the header `Authorization: Bearer …`, and revoke the \
         one that was in the address.";
    IdempotencyKeyInvalid = "IDEMPOTENCY_KEY_INVALID", 400, "This idempotency key cannot be used",
        "`Idempotency-Key` is a text of 1 to 255 printable ASCII characters, with or without the quotes of a structured \
         field, and there once.";
    IdempotencyKeyRequired = "IDEMPOTENCY_KEY_REQUIRED", 400, "This needs an idempotency key",
        "Send `Idempotency-Key` with a value of your own, such as a UUID, and the same one when you try again.";
    SignInRequired = "SIGN_IN_REQUIRED", 401, "Sign in to continue",
        "The page is for people who are signed in.";
    TokenRequired = "TOKEN_REQUIRED", 401, "A token is needed",
        "Send `Authorization: Bearer fd_…`. Cookies do not count here.";
    TokenInvalid = "TOKEN_INVALID", 401, "This token is not accepted",
        "The token is unknown, expired or revoked, or whoever it acts for is suspended or removed. Make a new one.";
    InvalidCredentials = "INVALID_CREDENTIALS", 422, "The e-mail address or password is not right",
        "Nobody has this e-mail address with this password.";
    CardDeclined = "CARD_DECLINED", 402, "The card was declined",
        "The bank does not let the card be charged. `failure.reason` of the payment says why, as far as the bank does. \
         Nothing was charged; the customer can pay another way.";
    InsufficientFunds = "INSUFFICIENT_FUNDS", 402, "There is not enough money",
        "The card or account has less than the payment needs. `failure.required` and, where the bank tells it, \
         `failure.available` say how much. Nothing was charged.";
    PaymentMethodInvalid = "PAYMENT_METHOD_INVALID", 402, "This payment method cannot be used",
        "The gateway does not know the payment method, or it has expired. Nothing was charged. Make a new one.";
    PaymentRefused = "PAYMENT_REFUSED", 402, "The gateway does not take this payment",
        "The gateway refuses the amount, the currency, or the merchant. `failure.message` of the payment has its words. \
         Nothing was charged.";
    PaymentNotConfirmed = "PAYMENT_NOT_CONFIRMED", 402, "The payment was not confirmed",
        "The customer's bank wanted them to confirm the payment, and nobody did. Nothing was charged.";
    ConfirmationRequired = "CONFIRMATION_REQUIRED", 402, "The payment has to be confirmed",
        "The customer's bank wants them to confirm the payment. Send them to `confirmation_url` of the payment; it goes \
         on by itself afterwards.";
    CrossSite = "CROSS_SITE_REQUEST", 403, "This request came from another site",
        "A browser says that another site made it send this. It was not carried out. Scripts of other sites may use the \
         API only if the operator has named their origins.";
    Forbidden = "FORBIDDEN", 403, "You are not allowed to do this",
        "What it concerns is above what you hold: only somebody who holds all that they hold can do this.";
    PermissionRequired = "PERMISSION_REQUIRED", 403, "This token may not do this",
        "The token lacks the permission that `detail` names, or the person it acts for does not hold it any more.";
    NotFound = "NOT_FOUND", 404, "There is nothing here",
        "There is no such address, or nothing with this id.";
    MethodNotAllowed = "METHOD_NOT_ALLOWED", 405, "This address does not take that method",
        "`Allow` says which methods it takes.";
    NotAcceptable = "NOT_ACCEPTABLE", 406, "There is nothing in the form that was asked for",
        "The API answers in `application/json`, and its problems are `application/problem+json`. Let `Accept` include them.";
    RequestTimeout = "REQUEST_TIMEOUT", 408, "The request took too long to arrive",
        "The body did not arrive in time. Nothing was changed; try again.";
    EventsExpired = "EVENTS_EXPIRED", 410, "These events are no longer kept",
        "Events after the number in `after` have been deleted, so this request would miss some. Read the objects \
         themselves once, then go on from `next_after` of a request without `after`.";
    EmailExists = "EMAIL_EXISTS", 409, "An account with this e-mail address exists already",
        "Each e-mail address belongs to one account, also while its owner is suspended or removed.";
    EditConflict = "EDIT_CONFLICT", 409, "Somebody else has changed this meanwhile",
        "What you changed is not as you saw it any more. Read it again, then decide.";
    LastOwner = "LAST_OWNER", 409, "There must always be an owner",
        "This would leave nobody who can do everything. Make somebody else an owner first.";
    TokenLimit = "TOKEN_LIMIT", 409, "There are as many tokens as one can have",
        "A person has at most 50 tokens that have not ended. Revoke those that nothing uses.";
    WrongState = "WRONG_STATE", 409, "This cannot be done in the present state",
        "`detail` says what is in the way.";
    OrderExists = "ORDER_EXISTS", 409, "There is an order with this reference already",
        "Each reference belongs to one order. If it is the same order, it has been placed: list orders with this `reference`.";
    OrderPaid = "ORDER_PAID", 409, "This order is paid, or is being paid",
        "An order is paid once. While a payment is under way there cannot be another one.";
    PaymentsOff = "PAYMENTS_OFF", 409, "Payments are off",
        "No payment gateway is configured on this server, so that nothing can be charged or refunded. Nothing was changed. \
         The operator has to configure one: `--stripe-key-file`, or `--sandbox` for tests. A retry does not help before.";
    RefundExceeds = "REFUND_EXCEEDS_PAYMENT", 409, "This is more than is left to refund",
        "All refunds of a payment together, those that are under way included, cannot be more than was captured.";
    SelfApproval = "SELF_APPROVAL", 409, "Somebody else has to approve this",
        "A refund needs two people. The one who asked for it cannot approve it, and neither can an account that they created, gave a \
         role or made a password link for, nor the person who made the link for the password of the account that asked.";
    IdempotencyInProgress = "IDEMPOTENCY_IN_PROGRESS", 409, "The same request is still being carried out",
        "Another request with this idempotency key has not been answered yet. Try again after `Retry-After`.";
    IdempotencyAnswerLost = "IDEMPOTENCY_ANSWER_LOST", 409, "The request was carried out, but its answer was lost",
        "The server stopped between doing it and answering. It was done once, and is not done again; the audit trail \
         tells what, under the request that `detail` names.";
    GatewayEventUnsigned = "NOTICE_UNSIGNED", 400, "This notice is not signed",
        "The payment gateway signs what it sends. This has no signature, or one that cannot be read. Nothing was done.";
    GatewayEventForged = "NOTICE_FORGED", 400, "This notice has the wrong signature",
        "The signature is not one of the payment gateway with the secret that is configured here. Nothing was done.";
    GatewayEventExpired = "NOTICE_EXPIRED", 400, "This notice is too old",
        "It was signed too long ago, or a clock is wrong. Nothing was done; the gateway sends it again.";
    LinkSpent = "LINK_SPENT", 410, "This link has been used or has expired",
        "A one-time link works once and for a limited time.";
    PreconditionFailed = "PRECONDITION_FAILED", 412, "This is not the version you saw",
        "`If-Match` names a version that is not the present one. Read it again, then decide.";
    TooLarge = "TOO_LARGE", 413, "This is larger than what is taken here",
        "The body is larger than the server takes. Nothing was changed.";
    UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE", 415, "This kind of content is not taken here",
        "The API takes `application/json` in UTF-8.";
    IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED", 422, "This idempotency key belongs to another request",
        "A request with this key but another method, address or body was carried out within the last 24 hours. Use a new \
         key for a new request.";
    PreconditionRequired = "PRECONDITION_REQUIRED", 428, "Say which version you saw",
        "Send `If-Match` with the `ETag` that you got when you read it, so that nobody's change is overwritten unseen.";
    TooManyRequests = "TOO_MANY_REQUESTS", 429, "Too many requests",
        "The limit that `RateLimit-Policy` names is used up. Try again after `Retry-After` seconds.";
    HeadersTooLarge = "HEADERS_TOO_LARGE", 431, "The request's headers are too large",
        "All headers together are larger than the server takes.";
    CookieRequired = "COOKIE_REQUIRED", 400, "Your browser did not send our cookie back",
        "Only forms of pages have this. Nothing was done.";
    Internal = "INTERNAL", 500, "Something went wrong on our side",
        "It is not your fault and has been noted. `instance` identifies the request for those who run the server.";
    GatewayUnreachable = "GATEWAY_UNREACHABLE", 503, "The payment gateway could not be reached",
        "The gateway did not answer, and it is certain that nothing was charged. The customer can try again.";
    OutcomeUnknown = "OUTCOME_UNKNOWN", 504, "It is not known whether this was done",
        "The server or its database did not answer in time, and the change may have been made or not. Look before you send it \
         again. With the same `Idempotency-Key` it is safe to send it again: it is carried out once.";
    Busy = "BUSY", 503, "Too busy to answer right now",
        "The server has more to do than it can. Nothing was changed; try again after `Retry-After`.";
}

/// The codes of faults.
pub const FAULT_CODES: &[&str] = &[
    "about_you",
    "ahead",
    "already",
    "ambiguous",
    "amount",
    "breached",
    "card_number",
    "changed",
    "characters",
    "currency",
    "duplicate",
    "email",
    "exceeds",
    "expiry",
    "foreign",
    "free",
    "malformed",
    "mixed",
    "negative",
    "never",
    "not_held",
    "personal",
    "positive",
    "range",
    "refused",
    "required",
    "suspended",
    "taken",
    "too_common",
    "too_late",
    "too_long",
    "too_many",
    "too_much",
    "too_short",
    "type",
    "unchanged",
    "unknown",
    "url",
    "wrong",
];

fn fault_code() -> Object {
    let about = "The stable name of the fault: match on this, not on words.";
    open(FAULT_CODES.iter().copied(), "required").description(Some(about)).build()
}

/// One field's fault. `field` is the name the form or the JSON uses; empty for the whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Fault {
    #[schema(example = "email")]
    pub field: String,
    #[schema(schema_with = fault_code)]
    pub code: String,
    #[schema(example = "Enter an e-mail address")]
    pub message: String,
}

/// A refusal or failure: RFC 9457's members, and two of ours, `error` and `details`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// A page that explains this type of problem.
    #[serde(rename = "type")]
    #[schema(value_type = String, format = "uri", example = "https://desk.example/docs/problems/VALIDATION_ERROR")]
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

    /// Faults of one field.
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
            // Rules of the whole form report under `__all__`; they name their field as a parameter.
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
