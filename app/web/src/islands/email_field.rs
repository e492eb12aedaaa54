//! The e-mail field. Awake, it says what is wrong once the field is left, by the server's own rule.

use frontdesk_model::email;
use leptos::prelude::*;

#[island]
pub fn EmailField(
    value: String,
    fault: Option<String>,
    /// Empty for none.
    hint: String,
) -> impl IntoView {
    let (fault, set_fault) = signal(fault);
    let judge = move |text: String| {
        // An empty field is not told off before the form is sent.
        let fault = if text.is_empty() { None } else { email::check(&text).err() };
        set_fault.set(fault.and_then(|fault| fault.message).map(|message| message.to_string()));
    };
    let has_hint = !hint.is_empty();
    let described_by = move || match (has_hint, fault.get().is_some()) {
        (true, true) => Some("email-hint email-fault"),
        (true, false) => Some("email-hint"),
        (false, true) => Some("email-fault"),
        (false, false) => None,
    };
    view! {
        <div class="field">
            <label for="email">"E-mail address"</label>
            {has_hint.then(|| view! { <p class="hint" id="email-hint">{hint}</p> })}
            {move || fault.get().map(|fault| view! {
                <p class="fault" id="email-fault"><span class="sr">"Error: "</span>{fault}</p>
            })}
            <input id="email" name="email" type="email" autocomplete="email" value=value
                aria-invalid=move || fault.get().is_some().then_some("true") aria-describedby=described_by
                on:change=move |event| judge(event_target_value(&event))
                // While typing, a fault only goes away; it comes when the field is left.
                on:input=move |event| if fault.get_untracked().is_some() { judge(event_target_value(&event)) }/>
        </div>
    }
}
