//! `/api/v1/refunds`: refunds and their approval.

mod approve;
mod list;
mod read;
mod reject;
mod request;

use serde_json::{Value, json};

use crate::operation::Route;

/// The members of an example refund that is in this state, which needed no decision.
pub(super) fn undecided(state: &str) -> Value {
    json!({
        "state": state, "amount": {"minor": 625, "currency": "EUR"}, "decided_by": null, "gateway_reference": null,
        "failure": null, "version": 1,
    })
}

/// The members of an example refund that is in this state by a decision.
pub(super) fn decided(state: &str) -> Value {
    json!({"state": state, "gateway_reference": null, "failure": null, "version": 2})
}

/// The operations, in the order of the reference.
pub(super) fn routes() -> Vec<Route> {
    vec![list::route(), request::route(), read::route(), approve::route(), reject::route()]
}
