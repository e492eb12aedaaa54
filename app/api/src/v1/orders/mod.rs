//! `/api/v1/orders`: orders.

mod cancel;
mod list;
mod list_mine;
mod place;
mod read;

use serde_json::{Value, json};

use crate::operation::Route;

/// The members of an example order that is paid.
pub(super) fn paid() -> Value {
    let mut paid = unpaid("paid");
    if let Value::Object(members) = &mut paid {
        members.retain(|name, _| name == "lines" || name == "refunded");
    }
    paid
}

/// The members of an example order that is in this state, and not paid.
pub(super) fn unpaid(state: &str) -> Value {
    let euros = |minor: i64| json!({"minor": minor, "currency": "EUR"});
    let line = json!({
        "description": "Coffee, 250 g", "quantity": 2, "unit_price": euros(625), "total": euros(1_250),
    });
    json!({
        "reference": "SHOP-1042", "state": state, "lines": [line], "captured": euros(0), "refunded": euros(0),
        "payment": null,
    })
}

/// The operations, in the order of the reference.
pub(super) fn routes() -> Vec<Route> {
    vec![list::route(), place::route(), list_mine::route(), read::route(), cancel::route()]
}
