//! The password field. Awake, it can show what is typed, and for a new password it judges each
//! rule while typing, by the server's own functions. Nothing that is typed leaves the browser
//! before the form is sent.

use frontdesk_model::password;
use leptos::prelude::*;

/// How far a rule is met.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Check {
    NotYet,
    Met,
    Unmet,
}

#[island]
pub fn PasswordField(
    label: String,
    fault: Option<String>,
    /// Whether one is being chosen, and the rules are shown; otherwise one is being remembered.
    new: bool,
) -> impl IntoView {
    let (text, set_text) = signal(String::new());
    let (shown, set_shown) = signal(false);
    let (awake, set_awake) = signal(false);
    // Effects run in the browser only: this is how the field knows that it has woken.
    Effect::new(move |_| set_awake.set(true));
    let has_fault = fault.is_some();
    let described_by = match (new, has_fault) {
        (true, true) => Some("password-fault password-rules"),
        (true, false) => Some("password-rules"),
        (false, true) => Some("password-fault"),
        (false, false) => None,
    };
    view! {
        <div class="field">
            <label for="password">{label}</label>
            {fault.map(|fault| view! {
                <p class="fault" id="password-fault"><span class="sr">"Error: "</span>{fault}</p>
            })}
            <div class="joined">
                <input id="password" name="password" autocomplete=if new { "new-password" } else { "current-password" }
                    type=move || if shown.get() { "text" } else { "password" }
                    aria-invalid=has_fault.then_some("true") aria-describedby=described_by
                    on:input=move |event| set_text.set(event_target_value(&event))/>
                {move || awake.get().then(|| view! {
                    <button type="button" aria-controls="password" aria-pressed=move || shown.get().to_string()
                        on:click=move |_| set_shown.update(|shown| *shown = !*shown)>
                        "Show"<span class="sr">" password"</span>
                    </button>
                })}
            </div>
            {new.then(|| view! {
                <ul class="checks" id="password-rules">
                    <Rule name="At least 15 characters" check=Signal::derive(move || judge(&text.get(), &["too_short", "too_long"]))/>
                    <Rule name="Not common words, a repetition or a row of keys" check=Signal::derive(move || judge(&text.get(), &["too_common"]))/>
                    <Rule name="Not your name or e-mail address" check=Signal::derive(move || judge(&text.get(), &["about_you"]))/>
                </ul>
            })}
        </div>
    }
}

#[component]
fn Rule(name: &'static str, check: Signal<Check>) -> impl IntoView {
    view! {
        <li class=move || match check.get() { Check::NotYet => "", Check::Met => "met", Check::Unmet => "unmet" }>
            {name}
            <span class="sr">
                {move || match check.get() { Check::NotYet => "", Check::Met => ": done", Check::Unmet => ": not yet" }}
            </span>
        </li>
    }
}

/// The rules are asked in order, and the first that fails answers: so the length is judged before
/// the words are.
fn judge(text: &str, codes: &[&str]) -> Check {
    let typed = |id: &str| {
        // The other fields of the same form, as they are now.
        let input = document().get_element_by_id(id);
        input.and_then(|input| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlInputElement>(input).ok()).map(|input| input.value())
    };
    if text.is_empty() {
        return Check::NotYet;
    }
    let about = [typed("name").unwrap_or_default(), typed("email").unwrap_or_default()];
    match password::check(text, &[&about[0], &about[1]]) {
        Ok(()) => Check::Met,
        Err(fault) if codes.contains(&&*fault.code) => Check::Unmet,
        Err(fault) if fault.code == "too_short" => Check::NotYet,
        Err(_) => Check::Met,
    }
}
