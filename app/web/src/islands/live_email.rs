//! Shows the fault of an e-mail field when it loses the focus, by the part of the server's rule that needs no tables.

use std::time::Duration;

use frontdesk_model::users::email;
use leptos::prelude::*;
use web_sys::HtmlInputElement;

use super::dom::{input_of, show_fault};

/// A button that is pressed takes the focus from the field while it is still being pressed. The fault
/// moves what is below it, so it waits until the button is let go.
const CLICK: Duration = Duration::from_millis(300);

/// Wraps a field for an e-mail address.
#[island]
pub fn LiveEmail(children: Children) -> impl IntoView {
    let left = |event| {
        if let Some(input) = input_of(&event) {
            let judge = move || {
                judge(&input);
            };
            set_timeout(judge, CLICK);
        }
    };
    // A fault appears when the field loses the focus. While typing it only disappears.
    let typed = |event| {
        let input = input_of(&event).filter(|input| input.has_attribute("aria-invalid"));
        input.and_then(|input| judge(&input));
    };
    view! { <div on:change=left on:input=typed>{children()}</div> }
}

fn judge(input: &HtmlInputElement) -> Option<()> {
    let text = input.value();
    // An empty field has no fault before the form is sent.
    let fault = if text.is_empty() { None } else { email::check_shape(&text).err() };
    show_fault(input, fault.as_ref().and_then(|fault| fault.message.as_deref()))
}
