//! Awake, an e-mail field says what is wrong with it once it is left, by the server's own rule.

use frontdesk_model::email;
use leptos::{ev::Event, prelude::*};

use super::dom::{input_of, show_fault};

/// Wraps a field whose input is an e-mail address.
#[island]
pub fn LiveEmail(children: Children) -> impl IntoView {
    view! {
        <div on:change=move |event| { judge(&event, true); } on:input=move |event| { judge(&event, false); }>
            {children()}
        </div>
    }
}

/// A fault comes when the field is left. While typing it only goes away.
fn judge(event: &Event, left: bool) -> Option<()> {
    let input = input_of(event)?;
    if !left && !input.has_attribute("aria-invalid") {
        return None;
    }
    let text = input.value();
    // An empty field is not told off before the form is sent.
    let fault = if text.is_empty() { None } else { email::check(&text).err() };
    show_fault(&input, fault.as_ref().and_then(|fault| fault.message.as_deref()))
}
