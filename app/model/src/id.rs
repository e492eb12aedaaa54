//! Ids: UUIDv7, so that they sort by time of creation. Each noun has its own type, so that a user's id
//! cannot be passed as a session's.

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
    /// Id of a user account.
    UserId;
    /// One line of the audit trail.
    EventId;
    /// Id of a session. It is not the secret in the cookie and may be shown.
    SessionId;
    /// Id of a one-time link: setup or invitation.
    LinkId;
    /// Id of a personal or service token. It is not the secret text and may be shown.
    TokenId;
    /// Id of a job, the same for all its attempts.
    JobId;
    /// An address that is told of events.
    WebhookId;
    /// Id of the delivery of one event to one webhook, the same for all attempts.
    DeliveryId;
    /// Id of an order.
    OrderId;
    /// Id of a payment. It is the idempotency key at the gateway, so that a payment is charged once.
    PaymentId;
    /// Id of a refund.
    RefundId;
}
