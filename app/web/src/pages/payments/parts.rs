//! Payments in words: their state and their failure.

use frontdesk_model::payments::{PaymentState, PaymentSummary};
use leptos::prelude::*;

/// A payment's state, as a word that does not need its colour.
#[component]
pub fn PaymentPill(state: PaymentState) -> impl IntoView {
    let (class, word) = match state {
        PaymentState::Pending => ("pill", "Under way"),
        PaymentState::Unknown => ("pill warn", "Being checked"),
        PaymentState::ConfirmationRequired => ("pill warn", "To be confirmed"),
        PaymentState::Succeeded => ("pill good", "Succeeded"),
        PaymentState::Failed => ("pill bad", "Failed"),
    };
    view! { <span class=class>{word}</span> }
}

/// The reason for which the latest payment of an order failed.
pub fn failure(payment: &PaymentSummary) -> Option<impl IntoView + use<>> {
    let sentence = payment.failure.as_ref()?.sentence();
    Some(view! {
        <section class="problem" aria-labelledby="failed">
            <h2 id="failed">"The payment did not succeed"</h2>
            <p>{sentence}</p>
        </section>
    })
}
