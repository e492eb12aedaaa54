//! The notice about a payment gateway that is missing or moves no money.

use frontdesk_domain::{gateway::payments_are_off, processing::is_public_sandbox};
use leptos::prelude::*;

use crate::context::RequestContext;

/// The sentence that takes the place of every way to pay while payments are off.
pub const PAYMENTS_OFF: &str = "Online payments are not available at the moment.";

/// The notice for staff, on the pages with orders and payments; nothing if payments work as they should.
pub fn gateway_notice(context: &RequestContext) -> Option<impl IntoView + use<>> {
    let (title, text) = if payments_are_off(context) {
        (
            "Payments are off",
            "No payment gateway is configured, so orders can be placed but not paid or refunded. Start the server \
             with a Stripe key, or with --sandbox for tests.",
        )
    } else if is_public_sandbox(context) {
        ("Sandbox", "Payments on this server are tests: no money moves.")
    } else {
        return None;
    };
    Some(view! {
        <div class="card warn" role="note" aria-label="Payment gateway">
            <p><b>{title}</b>" · "{text}</p>
        </div>
    })
}
