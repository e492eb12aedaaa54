//! The webhook sender port. The domain knows no HTTP: the server implements the port, and tests have a
//! fake that records requests.

use std::{pin::Pin, time::Duration};

use frontdesk_model::Timestamp;

/// An outbound request: a POST of this body, with these headers in addition to `host` and
/// `content-length`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingWebhook {
    pub url: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub retry_after: Option<RetryAfter>,
    /// The first part of the body, at most [`frontdesk_model::webhooks::MAX_ANSWER`] bytes.
    pub answer: Vec<u8>,
}

/// The delay that the receiver requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    In(Duration),
    At(Timestamp),
}

/// Reasons for a missing answer, with texts for staff.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
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

/// Future of an answer.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<Reply, SendError>> + Send + 'a>>;

/// Sends webhook deliveries. The name is resolved for each request, private addresses are refused, and
/// redirects are not followed.
pub trait WebhookSender: Send + Sync + 'static {
    /// Checks a URL as far as possible without resolving its name.
    ///
    /// # Errors
    /// The reason for refusing it.
    fn check(&self, url: &str) -> Result<(), SendError>;

    /// Sends a request, in bounded time.
    fn post(&self, parcel: OutgoingWebhook) -> Sending<'_>;
}
