//! Two simulators of Stripe: one from npm, and our own, which is stricter and simulates failures.

mod fake;
mod mock;

use std::{sync::Arc, time::Duration};

use frontdesk::adapters::stripe::{Settings, Stripe, Timeouts};
use frontdesk_domain::gateway::PaymentGateway;
use frontdesk_model::Secret;

pub use fake::{Fake, Trick};
pub use mock::Mock;

/// The key that the fake accepts; the other one accepts any with this prefix.
pub const KEY: &str = "sk_test_right";
/// Signing secret of the fake's events.
pub const WEBHOOK_SECRET: &str = "whsec_test";

/// Time limits of tests: enough for a busy machine without intentional delays.
const TIMEOUTS: Timeouts = Timeouts {
    connect: Duration::from_secs(5),
    call: Duration::from_secs(10),
    pause: Duration::from_millis(20),
};

/// Stripe at this address.
pub fn gateway(url: &str) -> Arc<dyn PaymentGateway> {
    with(url, KEY, TIMEOUTS)
}

/// With this time limit.
pub fn hasty(url: &str, whole: Duration) -> Arc<dyn PaymentGateway> {
    with(url, KEY, Timeouts { call: whole, ..TIMEOUTS })
}

/// With another key.
pub fn keyed(url: &str, key: &str) -> Arc<dyn PaymentGateway> {
    with(url, key, TIMEOUTS)
}

fn with(url: &str, key: &str, timeouts: Timeouts) -> Arc<dyn PaymentGateway> {
    let webhook_secrets = vec![Secret::new("whsec_older"), Secret::new(WEBHOOK_SECRET)];
    let settings = Settings { key: Secret::new(key), webhook_secrets, url: url.parse().unwrap(), timeouts };
    Arc::new(Stripe::new(settings).unwrap())
}
