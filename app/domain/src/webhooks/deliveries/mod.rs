//! Webhook deliveries: sending, listing and resending them.

pub(crate) mod again;
mod deliver;
pub mod get;
pub mod list;
pub mod resend;
pub mod send_test;
pub(super) mod sql;
mod sweep;

use frontdesk_model::Webhook;

use super::Error;

pub use deliver::Deliver;
pub use get::delivery;
pub use list::deliveries;
pub use resend::{resend, resend_in};
pub use send_test::{send_test, send_test_in};
pub use sweep::{ClearDeliveries, SweepDeliveries};

fn must_be_on(webhook: &Webhook) -> Result<(), Error> {
    if webhook.enabled { Ok(()) } else { Err(Error::WrongState("This webhook is off. Turn it on first.")) }
}
