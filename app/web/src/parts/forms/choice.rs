//! Fields with fixed choices.

use leptos::prelude::*;

use super::entry::{Entry, fault_view, hint_view};
use crate::{context::context, form::FormRoute};

/// A choice of one option.
#[component]
pub fn Select(
    form: &'static FormRoute,
    name: &'static str,
    label: &'static str,
    #[prop(optional)] hint: &'static str,
    /// Values and their labels.
    options: Vec<(&'static str, &'static str)>,
    /// The value that is selected at first.
    value: &'static str,
) -> impl IntoView {
    let entry = Entry::of(form, name, value);
    let described_by = entry.described_by(name, !hint.is_empty());
    let options: Vec<_> = options
        .into_iter()
        .map(|(value, words)| view! { <option value=value selected=value == entry.value>{words}</option> })
        .collect();
    view! {
        <div class="field">
            <label for=name>{label}</label>
            {hint_view(name, hint)}
            {fault_view(name, entry.fault.as_deref())}
            <select id=name name=name aria-invalid=entry.fault.is_some().then_some("true")
                aria-describedby=described_by>{options}</select>
        </div>
    }
}

/// A choice of any number of options, each with a line of explanation.
#[component]
pub fn Boxes(
    form: &'static FormRoute,
    name: &'static str,
    legend: &'static str,
    hint: &'static str,
    options: Vec<(&'static str, &'static str)>,
    /// Values that are ticked at first.
    #[prop(optional)]
    ticked: Vec<&'static str>,
) -> impl IntoView {
    let entry = Entry::of(form, name, "");
    let described_by = entry.described_by(name, true);
    let context = context();
    let is_ticked = |value: &str| match context.refused_form(form) {
        Some(refused) => refused.fields.iter().any(|(field, typed)| field == name && typed == value),
        None => ticked.contains(&value),
    };
    let boxes: Vec<_> = options
        .into_iter()
        .enumerate()
        .map(|(n, (value, about))| {
            let id = format!("{name}-{n}");
            view! {
                <li>
                    <input type="checkbox" id=id.clone() name=name value=value checked=is_ticked(value)/>
                    <label for=id><code>{value}</code>" "<span class="hint">{about}</span></label>
                </li>
            }
        })
        .collect();
    view! {
        <fieldset class="boxes" id=name tabindex="-1" aria-describedby=described_by>
            <legend>{legend}</legend>
            {hint_view(name, hint)}
            {fault_view(name, entry.fault.as_deref())}
            <ul>{boxes}</ul>
        </fieldset>
    }
}
