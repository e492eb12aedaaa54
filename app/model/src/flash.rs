//! Flash messages, shown once after a redirect. They travel as codes in a cookie, never as text, so that
//! a forged cookie cannot make a page show other text than the sentences in this list.

use serde::{Deserialize, Serialize};

macro_rules! flashes {
    ($($name:ident = $code:literal, $text:literal;)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Flash { $($name,)* }

        impl Flash {
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            pub fn parse(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$name),)* _ => None }
            }

            /// The sentence on the page.
            pub const fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

flashes! {
    SignedUp = "signed-up", "Welcome. Your account is ready.";
    AccountReady = "account-ready", "Your account is ready. Sign in to go on.";
    SignedIn = "signed-in", "You are signed in.";
    SignedOut = "signed-out", "You are signed out.";
    SessionEnded = "session-ended", "That device is signed out.";
    OthersEnded = "others-ended", "All other devices are signed out.";
    TokenCreated = "token-created", "Token made. Copy it now.";
    TokenRevoked = "token-revoked", "Token revoked. What still uses it is refused from now on.";
    SetUp = "set-up", "Frontdesk is set up, and you are its owner.";
    UserCreated = "user-created", "User created.";
    UserUpdated = "user-updated", "Changes saved.";
    NothingChanged = "nothing-changed", "Nothing was different, so nothing was changed.";
    UserSuspended = "user-suspended", "User suspended, and signed out everywhere.";
    UserReinstated = "user-reinstated", "User reinstated.";
    UserRemoved = "user-removed", "User removed, and signed out everywhere. You can restore them.";
    UserRestored = "user-restored", "User restored, with everything that was theirs.";
    RoleGranted = "role-granted", "Role given.";
    RoleRevoked = "role-revoked", "Role taken away.";
    JobRerun = "job-rerun", "The job is next in line.";
    JobCancelled = "job-cancelled", "Job called off.";
    JobStopping = "job-stopping", "The worker that has it is asked to stop, and does so in a few seconds.";
    WebhookCreated = "webhook-created", "Webhook made.";
    WebhookUpdated = "webhook-updated", "Webhook saved.";
    WebhookOn = "webhook-on", "The webhook is on.";
    WebhookOff = "webhook-off", "The webhook is off.";
    WebhookRemoved = "webhook-removed", "Webhook removed.";
    WebhookTested = "webhook-tested", "A test event is on its way. Load the page again to see whether it arrived.";
    WebhookResent = "webhook-resent", "The event is on its way again.";
    OrderPlaced = "order-placed", "Order placed.";
    OrderCancelled = "order-cancelled", "Order cancelled.";
    Paid = "paid", "The order is paid.";
    PaymentStarted = "payment-started", "Your payment is under way.";
    PaymentCancelled = "payment-cancelled", "The payment is being called off.";
    RefundRequested = "refund-requested", "Refund under way.";
    Refunded = "refunded", "The money is on its way back.";
    RefundFailed = "refund-failed", "The refund did not work. The gateway’s reason is with it.";
    RefundAwaits = "refund-awaits", "The refund is written down. Somebody else has to approve it.";
    RefundApproved = "refund-approved", "Refund approved, and under way.";
    RefundRejected = "refund-rejected", "Refund rejected.";
    PasswordChanged = "password-changed", "Your password is changed. Other devices are signed out.";
    PasswordReady = "password-ready", "Your password is changed. Sign in with it to go on.";
    PasswordSet = "password-set", "Your password is set, and you are signed in.";
}
