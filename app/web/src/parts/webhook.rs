//! Webhooks in words: their state, that of their deliveries, and what one can be told.

use frontdesk_model::{
    Webhook,
    webhook::{DeliveryState, DeliverySummary, EventType},
};
use leptos::prelude::*;

use super::{
    form::{Form, Hidden},
    words::Moment,
};

/// Sends an event again.
pub const RESEND: &str = "/fn/resend_delivery";

/// What a webhook can ask for, with a line on what it means.
pub fn event_types() -> Vec<(&'static str, &'static str)> {
    let about = |one: &EventType| (one.as_str(), one.words());
    EventType::CHOOSABLE.iter().map(about).collect()
}

/// Whether a webhook is told anything, and whether it hears it; as a word that does not need its colour.
pub fn webhook_pill(webhook: &Webhook) -> impl IntoView + use<> {
    let (class, word) = match (webhook.enabled, webhook.failing_since) {
        (true, None) => ("pill good", "On"),
        (true, Some(_)) => ("pill warn", "Failing"),
        (false, _) if webhook.disabled_reason.is_empty() => ("pill", "Off"),
        (false, _) => ("pill bad", "Turned off"),
    };
    view! { <span class=class>{word}</span> }
}

/// Where a delivery stands.
pub fn delivery_pill(state: DeliveryState) -> impl IntoView {
    let (class, word) = match state {
        DeliveryState::Pending => ("pill", "Pending"),
        DeliveryState::Succeeded => ("pill good", "Arrived"),
        DeliveryState::Failed => ("pill bad", "Given up"),
    };
    view! { <span class=class>{word}</span> }
}

/// When it is sent next, or that it is not.
pub fn next_attempt(delivery: &DeliverySummary) -> AnyView {
    match delivery.next_attempt_at {
        Some(at) => view! { <Moment at/> }.into_any(),
        None => view! { <span class="muted">"No more"</span> }.into_any(),
    }
}

/// The button that sends it again.
pub fn resend(delivery: &DeliverySummary) -> impl IntoView + use<> {
    let (id, kind) = (delivery.id, delivery.kind.clone());
    view! {
        <Form action=RESEND class="">
            <Hidden name="id" value=id.to_string()/>
            <button>"Send again"<span class="sr">{format!(" {kind}")}</span></button>
        </Form>
    }
}
