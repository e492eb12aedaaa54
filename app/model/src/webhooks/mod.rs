//! Webhooks, their events, and deliveries.

mod delivery;
mod event_type;
mod forms;
mod payload;
mod query;
mod replay;
mod webhook;

pub use delivery::{Delivery, DeliveryAttempt, DeliveryState, DeliverySummary, KEPT_DAYS, MAX_ANSWER};
pub use event_type::{EventType, EventTypes};
pub use forms::{
    CreateWebhook, MAX_DESCRIPTION, MAX_URL, OneDelivery, OneWebhook, UpdateWebhook, check_description,
    check_events, check_url,
};
pub use payload::{Payload, PayloadData, PayloadVersion, UnknownVersion, VERSION};
pub use query::{DeliveriesQuery, WebhooksQuery};
pub use replay::{ReplayEvents, ReplayStarted};
pub use webhook::{MAX_WEBHOOKS, OVERLAP_HOURS, Webhook, host};

use crate::{audit::actions, permission::permissions};

permissions! {
    WEBHOOKS_READ = "webhooks:read", "See webhooks, and what they are told of users and their orders", [Admin, Auditor];
    WEBHOOKS_MANAGE = "webhooks:manage", "Make and change webhooks, to which what happens to users and their orders is told", [Admin];
}

actions! {
    WEBHOOK_CREATED = "webhook.created", "made a webhook", Webhook;
    WEBHOOK_UPDATED = "webhook.updated", "changed a webhook", Webhook;
    WEBHOOK_REMOVED = "webhook.removed", "removed a webhook", Webhook;
    WEBHOOK_SECRET_ROTATED = "webhook.secret_rotated", "gave a webhook a new secret", Webhook;
    WEBHOOK_DISABLED = "webhook.disabled", "turned off a webhook that does not answer", Webhook;
    WEBHOOK_RESENT = "webhook.resent", "sent an event again", Webhook;
    WEBHOOK_REPLAYED = "webhook.replayed", "sent events again", Webhook;
    WEBHOOK_TEST = "webhook.test", "sent a test event", Webhook;
}
