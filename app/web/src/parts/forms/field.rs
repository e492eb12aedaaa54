//! Text fields.

use leptos::prelude::*;

use super::entry::{Entry, fault_view, hint_view};
use crate::{form::FormRoute, islands::live_email::LiveEmail, parts::words::escaped};

/// A label, a hint, a fault and an input, tied together for screen readers.
#[component]
pub fn Field(
    form: &'static FormRoute,
    name: &'static str,
    label: &'static str,
    #[prop(default = "text")] kind: &'static str,
    #[prop(optional)] hint: &'static str,
    #[prop(optional)] autocomplete: &'static str,
    #[prop(optional, into)] value: String,
) -> impl IntoView {
    let entry = Entry::of(form, name, value);
    let described_by = entry.described_by(name, !hint.is_empty());
    let autocomplete = (!autocomplete.is_empty()).then_some(autocomplete);
    view! {
        <div class="field">
            <label for=name>{label}</label>
            {hint_view(name, hint)}
            {fault_view(name, entry.fault.as_deref())}
            <input id=name name=name type=kind value=entry.value autocomplete=autocomplete
                aria-invalid=entry.fault.is_some().then_some("true") aria-describedby=described_by/>
        </div>
    }
}

/// A field of a form that filters a list.
#[component]
pub fn FilterField(
    name: &'static str,
    label: &'static str,
    #[prop(default = "text")] kind: &'static str,
    #[prop(default = "field")] class: &'static str,
    entry: Entry,
) -> impl IntoView {
    let described_by = entry.described_by(name, false);
    view! {
        <div class=class>
            <label for=name>{label}</label>
            {fault_view(name, entry.fault.as_deref())}
            <input id=name name=name type=kind autocomplete="off" value=entry.value
                aria-invalid=entry.fault.is_some().then_some("true") aria-describedby=described_by/>
        </div>
    }
}

/// A person's e-mail address.
#[component]
pub fn EmailField(form: &'static FormRoute, #[prop(optional)] hint: &'static str) -> impl IntoView {
    view! {
        <LiveEmail>
            <Field form=form name="email" label="E-mail address" kind="email" autocomplete="email" hint=hint/>
        </LiveEmail>
    }
}

/// A field of several lines.
#[component]
pub fn TextArea(
    form: &'static FormRoute,
    name: &'static str,
    label: &'static str,
    hint: &'static str,
) -> impl IntoView {
    let entry = Entry::of(form, name, "");
    let described_by = entry.described_by(name, true);
    view! {
        <div class="field">
            <label for=name>{label}</label>
            {hint_view(name, hint)}
            {fault_view(name, entry.fault.as_deref())}
            <textarea id=name name=name rows="3" aria-invalid=entry.fault.is_some().then_some("true")
                aria-describedby=described_by>{escaped(&entry.value)}</textarea>
        </div>
    }
}
