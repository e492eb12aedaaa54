//! Two that speak as Stripe does: one of the npm registry, and one of our own, which is stricter and
//! does what goes wrong in between.

mod fake;
mod mock;

use std::{sync::Arc, time::Duration};

use frontdesk::adapters::stripe::{Settings, Stripe, Timeouts};
use frontdesk_domain::payments::PaymentGateway;
use frontdesk_model::Secret;

pub use fake::{Fake, Trick};
pub use mock::Mock;

/// The key that the fake one knows; the other takes any that begins so.
pub const KEY: &str = "sk_test_right";
/// What the fake one signs its notices with.
pub const WEBHOOK_SECRET: &str = "whsec_test";

/// As long as a test waits: enough for a busy machine, where nobody is slow on purpose.
const TIMEOUTS: Timeouts = Timeouts {
    connect: Duration::from_secs(5),
    call: Duration::from_secs(10),
    pause: Duration::from_millis(20),
};

/// Stripe at this address.
pub fn gateway(url: &str) -> Arc<dyn PaymentGateway> {
    with(url, KEY, TIMEOUTS)
}

/// One that waits no longer than this.
pub fn hasty(url: &str, whole: Duration) -> Arc<dyn PaymentGateway> {
    with(url, KEY, Timeouts { call: whole, ..TIMEOUTS })
}

/// One with another key.
pub fn keyed(url: &str, key: &str) -> Arc<dyn PaymentGateway> {
    with(url, key, TIMEOUTS)
}

fn with(url: &str, key: &str, timeouts: Timeouts) -> Arc<dyn PaymentGateway> {
    let webhook_secrets = vec![Secret::new("whsec_older"), Secret::new(WEBHOOK_SECRET)];
    let settings = Settings { key: Secret::new(key), webhook_secrets, url: url.parse().unwrap(), timeouts };
    Arc::new(Stripe::new(settings).unwrap())
}
