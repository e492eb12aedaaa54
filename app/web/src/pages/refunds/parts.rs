//! The state of a refund in words.

use frontdesk_model::refunds::RefundState;
use leptos::prelude::*;

/// A refund's state, as a word that does not need its colour.
#[component]
pub fn RefundPill(state: RefundState) -> impl IntoView {
    let (class, word) = match state {
        RefundState::AwaitingApproval => ("pill warn", "To be approved"),
        RefundState::Pending => ("pill", "Under way"),
        RefundState::Unknown => ("pill warn", "Being checked"),
        RefundState::Succeeded => ("pill good", "Succeeded"),
        RefundState::Failed => ("pill bad", "Failed"),
        RefundState::Rejected => ("pill", "Rejected"),
    };
    view! { <span class=class>{word}</span> }
}
