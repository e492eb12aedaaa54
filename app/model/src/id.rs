//! Ids: UUIDv7, so that they sort by the time they were made. One type a noun, so that a user's
//! id cannot be passed where a session's is meant.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                text.parse().map(Self)
            }
        }
    )*};
}

ids! {
    /// A person with an account.
    UserId;
    /// One line of the audit trail.
    EventId;
    /// One signed-in device. Not the secret in the cookie: this one may be shown.
    SessionId;
    /// A one-time link: first set-up, or an invitation.
    LinkId;
    /// A personal or service token. Not its secret text: this one may be shown.
    TokenId;
    /// Something to be done later. Stays the same over all attempts.
    JobId;
    /// An address that is told of events.
    WebhookId;
    /// One event on its way to one webhook. Stays the same over all attempts.
    DeliveryId;
    /// What somebody buys.
    OrderId;
    /// One try to pay an order. The gateway is told it, so that it charges once.
    PaymentId;
    /// Money on its way back.
    RefundId;
}
