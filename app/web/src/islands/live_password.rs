//! Makes a password field able to show its text, and checks each rule in the list below a new password
//! while typing, by the server's own functions. Nothing that is typed leaves the browser
//! before the form is sent.

use frontdesk_model::credentials::password;
use leptos::{ev::Event, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};

use super::dom::{input_of, show_fault, typed};

/// The field of the password that the form is about.
const PASSWORD: &str = "password";
/// The field of the password that it replaces, if there is one.
const CURRENT: &str = "current";

/// Wraps a password field.
#[island]
pub fn LivePassword(children: Children) -> impl IntoView {
    if leptos::leptos_dom::helpers::is_browser() {
        reveal_buttons();
        // Text that was typed, or filled in by the browser, before hydration.
        judge_password();
    }
    let heard = |event| {
        let other = input_of(&event).filter(|input| input.id() != PASSWORD);
        other.and_then(|input| show_fault(&input, None));
        judge_password();
    };
    view! { <div on:input=heard on:click=move |event| { toggle(&event); }>{children()}</div> }
}

/// The buttons are of no use without script, so they are hidden until now.
fn reveal_buttons() {
    for field in [CURRENT, PASSWORD] {
        let button = document().query_selector(&format!("#{field} ~ button")).ok().flatten();
        button.map(|button| button.remove_attribute("hidden"));
    }
}

/// Shows what is typed, or hides it again.
fn toggle(event: &Event) -> Option<()> {
    let clicked: Element = event.target()?.dyn_into().ok()?;
    let button = clicked.closest("button").ok()??;
    let input = document().get_element_by_id(&button.get_attribute("aria-controls")?)?;
    let shown = input.get_attribute("type").as_deref() == Some("text");
    input.set_attribute("type", if shown { "password" } else { "text" }).ok()?;
    button.set_attribute("aria-pressed", if shown { "false" } else { "true" }).ok()
}

/// Checks the text in the field of the password, if there is or was any.
fn judge_password() -> Option<()> {
    let input: HtmlInputElement = document().get_element_by_id(PASSWORD)?.dyn_into().ok()?;
    let was_judged = document().query_selector("#password-rules > .unmet, #password-rules > .met").ok()?;
    if input.value().is_empty() && was_judged.is_none() { Some(()) } else { judge(&input) }
}

/// Marks each rule of the list as met or not. Rules are asked in order and the first that fails
/// answers, so those after it are not checked yet.
fn judge(input: &HtmlInputElement) -> Option<()> {
    let text = input.value();
    let verdict = password::check_change(&text, &typed(CURRENT), &[&typed("name"), &typed("email")]);
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
