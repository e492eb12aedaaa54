//! Awake, a password field can show what is typed, and the list below a new password judges each
//! rule while typing, by the server's own functions. Nothing that is typed leaves the browser
//! before the form is sent.

use frontdesk_model::password;
use leptos::{ev::Event, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use super::dom::{input_of, show_fault, typed};

/// Wraps a password field.
#[island]
pub fn LivePassword(children: Children) -> impl IntoView {
    if leptos::leptos_dom::helpers::is_browser() {
        // The button is of no use without script, so it is hidden until now.
        let button = document().query_selector("#password ~ button").ok().flatten();
        button.map(|button| button.remove_attribute("hidden"));
        // What was typed, or filled in by the browser, before the island woke.
        let early = document().get_element_by_id("password").and_then(|input| input.dyn_into().ok());
        early.filter(|input: &HtmlInputElement| !input.value().is_empty()).and_then(|input| judge(&input));
    }
    view! {
        <div on:input=move |event| { input_of(&event).and_then(|input| judge(&input)); } on:click=move |event| { toggle(&event); }>{children()}</div>
    }
}

/// Shows what is typed, or hides it again.
fn toggle(event: &Event) -> Option<()> {
    let clicked: web_sys::Element = event.target()?.dyn_into().ok()?;
    let button = clicked.closest("button").ok()??;
    let input = document().get_element_by_id("password")?;
    let shown = input.get_attribute("type").as_deref() == Some("text");
    input.set_attribute("type", if shown { "password" } else { "text" }).ok()?;
    button.set_attribute("aria-pressed", if shown { "false" } else { "true" }).ok()
}

/// Marks each rule of the list as met or not. Rules are asked in order and the first that fails
/// answers, so those after it are not judged yet.
fn judge(input: &HtmlInputElement) -> Option<()> {
    let text = input.value();
    let verdict = password::check(&text, &[&typed("name"), &typed("email")]);
    let failed = verdict.as_ref().err().map(|fault| &*fault.code);
    if failed.is_none() {
        show_fault(input, None);
    }
    let mut undecided = text.is_empty();
    let mut rule = document().get_element_by_id("password-rules")?.first_element_child();
    while let Some(item) = rule {
        let codes = item.get_attribute("data-codes").unwrap_or_default();
        let fails = failed.is_some_and(|failed| codes.split(' ').any(|code| code == failed));
        let (class, word) = match (undecided, fails) {
            (true, _) => ("", ""),
            (false, true) => ("unmet", ": not yet"),
            (false, false) => ("met", ": done"),
        };
        item.set_class_name(class);
        if let Ok(Some(said)) = item.query_selector(".sr") {
            said.set_text_content(Some(word));
        }
        undecided = undecided || fails;
        rule = item.next_element_sibling();
    }
    Some(())
}
