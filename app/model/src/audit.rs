//! Audit events as they travel: action, actor, target, changes and origin.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{EventId, Timestamp};

macro_rules! actions {
    ($($name:ident = $text:literal, $words:literal;)*) => {
        /// The actions that the audit trail can record. Only these can be inserted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Action { $(#[serde(rename = $text)] $name,)* }

        impl Action {
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Stable name for filters and programs: `user.created`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// Predicate for a sentence with the actor as its subject.
            pub const fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)* }
            }

            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$name),)* _ => None }
            }
        }
    };
}

actions! {
    LoginSuccess = "login.success", "signed in";
    LoginFailed = "login.failed", "failed to sign in";
    LoginThrottled = "login.throttled", "was held back after failed sign-ins";
    SessionEnded = "session.ended", "signed out a device";
    SetupLinkCreated = "setup_link.created", "made a set-up link";
    InviteCreated = "invite.created", "made an invitation link";
    InviteAccepted = "invite.accepted", "chose a password";
    PasswordChanged = "password.changed", "changed their password";
    PasswordChangeFailed = "password.change_failed", "gave a wrong password to change it";
    UserSignedUp = "user.signed_up", "signed up";
    UserCreated = "user.created", "created a user";
    UserUpdated = "user.updated", "changed a user";
    UserSuspended = "user.suspended", "suspended a user";
    UserReinstated = "user.reinstated", "reinstated a user";
    UserRemoved = "user.removed", "removed a user";
    UserRestored = "user.restored", "restored a user";
    RoleGranted = "role.granted", "gave a role";
    RoleRevoked = "role.revoked", "took a role";
    TokenCreated = "token.created", "made a token";
    TokenRevoked = "token.revoked", "revoked a token";
    TokenRefused = "token.refused", "was refused with a token that has ended";
    JobRerun = "job.rerun", "had a job run again";
    JobCancelled = "job.cancelled", "called off a job";
    WebhookCreated = "webhook.created", "made a webhook";
    WebhookUpdated = "webhook.updated", "changed a webhook";
    WebhookRemoved = "webhook.removed", "removed a webhook";
    WebhookSecretRotated = "webhook.secret_rotated", "gave a webhook a new secret";
    WebhookDisabled = "webhook.disabled", "turned off a webhook that does not answer";
    WebhookResent = "webhook.resent", "sent an event again";
    WebhookTest = "webhook.test", "sent a test event";
    OrderPlaced = "order.placed", "placed an order";
    OrderCancelled = "order.cancelled", "cancelled an order";
    PaymentStarted = "payment.started", "began to pay an order";
    PaymentConfirmationRequired = "payment.confirmation_required", "has to have a payment confirmed at the customer’s bank";
    PaymentUnknown = "payment.unknown", "does not know yet what became of a payment";
    PaymentSucceeded = "payment.succeeded", "captured a payment";
    PaymentDeclined = "payment.declined", "was told that the card is declined";
    PaymentInsufficientFunds = "payment.insufficient_funds", "was told that there is not enough money";
    PaymentNetworkError = "payment.network_error", "could not reach the payment gateway";
    PaymentMethodInvalid = "payment.method_invalid", "was told that the payment method cannot be used";
    PaymentRefused = "payment.refused", "was told that the payment is not possible";
    PaymentNotConfirmed = "payment.not_confirmed", "ended a payment that nobody confirmed";
    PaymentCancelled = "payment.cancelled", "called off a payment";
    RefundRequested = "refund.requested", "asked for a refund";
    RefundApproved = "refund.approved", "approved a refund";
    RefundRejected = "refund.rejected", "rejected a refund";
    RefundSucceeded = "refund.succeeded", "paid back";
    RefundFailed = "refund.failed", "could not pay back";
    GatewayEventRefused = "gateway.notice_refused", "was refused with a notice of the payment gateway";
    LedgerUnbalanced = "ledger.unbalanced", "found that the ledger does not add up";
    JobDied = "job.died", "gave up on a job";
    Unknown = "unknown", "did something that this version does not know";
}

impl Action {
    /// Returns true if the target is a token and not a user.
    pub const fn is_about_token(self) -> bool {
        matches!(self, Self::TokenCreated | Self::TokenRevoked | Self::TokenRefused)
    }

    /// Returns true if the target is an order and not a user.
    pub fn is_about_order(self) -> bool {
        ["order.", "payment.", "refund."].iter().any(|noun| self.as_str().starts_with(noun))
    }

    /// Returns true if the target is a webhook and not a user.
    pub const fn is_about_webhook(self) -> bool {
        matches!(
            self,
            Self::WebhookCreated
                | Self::WebhookUpdated
                | Self::WebhookRemoved
                | Self::WebhookSecretRotated
                | Self::WebhookDisabled
                | Self::WebhookResent
                | Self::WebhookTest
        )
    }
}

impl std::fmt::Display for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One fact that changed. `null` means there was, or is, nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Change {
    #[schema(example = "status")]
    pub field: String,
    #[schema(example = "active")]
    pub before: Option<String>,
    #[schema(example = "suspended")]
    pub after: Option<String>,
}

/// Who did something, or to whom it was done: an id to follow, and what they were called then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Party {
    #[schema(example = "019ab0c4-9d1e-7c3a-8f55-2b6d1e0f4a77")]
    pub id: Option<Uuid>,
    #[schema(example = "Ann Lee")]
    pub label: String,
}

/// One line of the audit trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    pub id: EventId,
    pub at: Timestamp,
    pub actor: Party,
    pub action: Action,
    pub target: Option<Party>,
    /// Where from; empty for what the command line did.
    #[schema(example = "203.0.113.9")]
    pub ip: String,
    #[schema(example = "curl/8.14.1")]
    pub user_agent: String,
    /// The trace id of the request, as in the logs and in a problem's `instance`.
    #[schema(example = "4bf92f3577b34da6a3ce929d0e0e4736")]
    pub request_id: String,
    /// Why, in the actor's words; empty where no reason is asked.
    #[schema(example = "Three chargebacks")]
    pub reason: String,
    pub changes: Vec<Change>,
}
