//! Forms: one declaration each, and the way from a posted body to a use case and back.
//!
//! A form is plain HTML that posts to a Leptos server function. Beside its component stands a [`FormRoute`], which
//! the middleware reads, and a server function, which takes a `model` type, calls one use case and returns a
//! [`FormResult`] or a [`Refusal`]. The body is parsed once, into a [`Submission`]; [`run`] hands it to the server
//! function and takes its typed outcome back, without a serialized form of either in between. A browser then gets a
//! redirect, or the page of the form again with its faults. Nothing of either is ever in a URL.

mod protocol;
mod result;
mod route;
mod submission;

pub use frontdesk_http::rate_limit::Limit;
pub use protocol::{FormProtocol, run};
pub use result::{FormResult, Refusal};
pub use route::{Access, FormRoute};
pub use submission::{ACCOUNT_FIELD, NONCE_FIELD, PAGE_FIELD, RefusedForm, Submission};
