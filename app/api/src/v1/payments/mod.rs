//! `/api/v1/payments`: payments.

mod cancel;
mod list;
mod pay;
mod read;

use frontdesk_http::problem::type_url;
use frontdesk_model::{Code, payments::Payment};
use serde_json::{Value, json};

use crate::{call::Call, operation::Route};

pub(super) const LATER: &str = "What the gateway says comes later, and is not the answer to this request: read the payment, or have a \
                     webhook told. `failure` says why one failed, `problem` says it as a problem of this API.";

/// The payment as the API shows it: its problem names the page that explains it.
pub(super) fn shown(call: &Call, mut payment: Payment) -> Payment {
    if let Some(problem) = &mut payment.problem {
        problem.kind = type_url(call.origin(), problem.error).into();
    }
    payment
}

/// The members of an example payment that has succeeded.
pub(super) fn succeeded() -> Value {
    json!({
        "state": "succeeded", "refunded": {"minor": 0, "currency": "EUR"}, "failure": null,
        "confirmation_url": null, "problem": null,
    })
}

/// The members of an example payment that the gateway has not been asked for.
pub(super) fn pending() -> Value {
    json!({
        "state": "pending", "refunded": {"minor": 0, "currency": "EUR"}, "failure": null,
        "confirmation_url": null, "problem": null, "gateway_reference": null, "attempts": [], "version": 1,
    })
}

/// The members of an example payment that its customer has to confirm.
pub(super) fn awaiting_confirmation() -> Value {
    let code = Code::ConfirmationRequired;
    json!({
        "state": "confirmation_required", "refunded": {"minor": 0, "currency": "EUR"}, "failure": null,
        "problem": {
            "type": type_url("https://desk.example", code), "title": code.title(), "status": code.status(),
            "error": code,
        },
    })
}

/// The operations, in the order of the reference.
pub(super) fn routes() -> Vec<Route> {
    vec![list::route(), pay::route(), read::route(), cancel::route()]
}
