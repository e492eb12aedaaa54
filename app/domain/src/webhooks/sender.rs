//! Who takes events to where they are to go. The domain knows no HTTP: the server has the courier
//! that does, and tests have one that they can ask.

use std::{pin::Pin, time::Duration};

use frontdesk_model::Timestamp;

/// What is sent: a POST of this body, with these headers besides `host` and `content-length`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    pub url: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub retry_after: Option<RetryAfter>,
    /// The beginning of the body, at most [`frontdesk_model::webhook::MAX_ANSWER`] bytes.
    pub answer: Vec<u8>,
}

/// When the other side wants to hear from us again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    In(Duration),
    At(Timestamp),
}

/// Why there is no answer, in words for staff.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CourierError {
    #[error("Nothing can be sent to this address.")]
    NotAnAddress,
    #[error("The address must begin with https://.")]
    NotHttps,
    #[error("The address leads into a private network.")]
    Private,
    #[error("The name in the address is not known.")]
    UnknownHost,
    #[error("There was no connection.")]
    Unreachable,
    #[error("There was no secure connection: {0}.")]
    Insecure(String),
    #[error("There was no answer within {} seconds.", .0.as_secs())]
    TooSlow(Duration),
    #[error("The connection broke, or the answer was not HTTP.")]
    Broken,
}

/// A reply that is still to come.
pub type Posted<'a> = Pin<Box<dyn Future<Output = Result<Reply, CourierError>> + Send + 'a>>;

/// Takes events to webhooks. Where a name leads is asked anew for every parcel, and what leads into
/// a private network is refused; redirects are not followed.
pub trait Courier: Send + Sync + 'static {
    /// Whether anything could be sent there, as far as it can be told without asking where a name
    /// leads.
    ///
    /// # Errors
    /// Why not.
    fn check(&self, url: &str) -> Result<(), CourierError>;

    /// Sends it, in bounded time.
    fn post(&self, parcel: Parcel) -> Posted<'_>;
}
