//! Webhooks in words: their state, that of their deliveries, and the types of events.

use frontdesk_model::{
    Webhook,
    webhooks::{DeliveryState, DeliverySummary, EventType, EventTypes, PayloadVersion},
};
use leptos::prelude::*;

use crate::parts::words::Moment;

/// The types of events that a webhook can subscribe to, each with a line of explanation.
pub fn event_types() -> Vec<(&'static str, &'static str)> {
    EventTypes::names().map(|name| (name, about(name))).collect()
}

fn about(name: &str) -> &'static str {
    match name {
        "*" => "everything, also types of events of later versions",
        "user.*" => "everything about users",
        "role.*" => "everything about roles",
        "session.*" => "everything about sessions",
        "order.*" => "everything about orders",
        "payment.*" => "everything about payments",
        "refund.*" => "everything about refunds",
        name => EventType::parse(name).map_or("", EventType::words),
    }
}

pub const PAYLOAD_VERSION_HINT: &str = "Changing this applies to events that happen from now on.";

/// The versions of what a webhook receives, the newest first.
pub fn payload_versions() -> Vec<(&'static str, &'static str)> {
    PayloadVersion::ALL.into_iter().rev().map(|one| (one.as_str(), payload_version_words(one))).collect()
}

pub const fn payload_version_words(version: PayloadVersion) -> &'static str {
    match version {
        PayloadVersion::V1 => "Version 1: the entry of the audit trail",
        PayloadVersion::V2 => "Version 2: the changed object",
    }
}

/// A webhook's state, as a word that does not need its colour.
pub fn webhook_pill(webhook: &Webhook) -> impl IntoView + use<> {
    let (class, word) = match (webhook.enabled, webhook.failing_since) {
        (true, None) => ("pill good", "On"),
        (true, Some(_)) => ("pill warn", "Failing"),
        (false, _) if webhook.disabled_reason.is_empty() => ("pill", "Off"),
        (false, _) => ("pill bad", "Turned off"),
    };
    view! { <span class=class>{word}</span> }
}

/// A delivery's state, as a word that does not need its colour.
pub fn delivery_pill(state: DeliveryState) -> impl IntoView {
    let (class, word) = match state {
        DeliveryState::Pending => ("pill", "Pending"),
        DeliveryState::Succeeded => ("pill good", "Arrived"),
        DeliveryState::Failed => ("pill bad", "Given up"),
    };
    view! { <span class=class>{word}</span> }
}

/// The time of the next attempt, if there is one.
pub fn next_attempt(delivery: &DeliverySummary) -> AnyView {
    match delivery.next_attempt_at {
        Some(at) => view! { <Moment at/> }.into_any(),
        None => view! { <span class="muted">"No more"</span> }.into_any(),
    }
}
