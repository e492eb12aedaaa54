//! Webhooks and their deliveries.

pub mod delivery;
pub mod list;
pub mod parts;
pub mod replay;
pub mod resend;
pub mod webhook;

use frontdesk_model::{Permission, urls};

use crate::{
    feature::{Feature, NavigationEntry},
    flash::Flash,
};

pub const WEBHOOK_CREATED: Flash = Flash::new("webhook-created", "Webhook made.");
pub const WEBHOOK_UPDATED: Flash = Flash::new("webhook-updated", "Webhook saved.");
pub const WEBHOOK_ON: Flash = Flash::new("webhook-on", "The webhook is on.");
pub const WEBHOOK_OFF: Flash = Flash::new("webhook-off", "The webhook is off.");
pub const WEBHOOK_REMOVED: Flash = Flash::new("webhook-removed", "Webhook removed.");
pub const WEBHOOK_TESTED: Flash = Flash::new(
    "webhook-tested",
    "A test event is on its way. Load the page again to see whether it arrived.",
);
pub const WEBHOOK_RESENT: Flash = Flash::new("webhook-resent", "The event is on its way again.");
pub const WEBHOOK_REPLAYED: Flash =
    Flash::new("webhook-replayed", "The failed deliveries are being sent again.");

/// The contribution of this feature to the site.
pub const FEATURE: Feature = Feature {
    name: "webhooks",
    pages: &[urls::WEBHOOKS.path(), urls::WEBHOOK.template(), urls::DELIVERY.template()],
    forms: &[
        list::CREATE_WEBHOOK,
        webhook::UPDATE_WEBHOOK,
        webhook::ROTATE_WEBHOOK_SECRET,
        webhook::TEST_WEBHOOK,
        webhook::REMOVE_WEBHOOK,
        replay::REPLAY_WEBHOOK,
        resend::RESEND_DELIVERY,
    ],
    navigation: &[NavigationEntry {
        url: urls::WEBHOOKS,
        label: "Webhooks",
        permission: Some(Permission::WEBHOOKS_READ),
    }],
    flashes: &[
        WEBHOOK_CREATED,
        WEBHOOK_UPDATED,
        WEBHOOK_ON,
        WEBHOOK_OFF,
        WEBHOOK_REMOVED,
        WEBHOOK_TESTED,
        WEBHOOK_RESENT,
        WEBHOOK_REPLAYED,
    ],
};
