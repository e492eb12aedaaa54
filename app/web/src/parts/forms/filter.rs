//! Fields of a form that filters a list. A value that cannot be read comes back with its fault.

use frontdesk_model::{Code, Problem, Timestamp};
use leptos::prelude::*;

use super::{
    entry::{Entry, fault_view},
    field::FilterField,
};
use crate::input::Pairs;

/// The filters of a list as they were asked for, with their faults.
pub struct Asked<'a> {
    pub pairs: &'a Pairs,
    pub problem: Option<&'a Problem>,
}

/// A field's name and its label.
pub type Label = (&'static str, &'static str);

impl Asked<'_> {
    pub fn entry(&self, name: &str) -> Entry {
        Entry::asked(self.pairs, self.problem, name)
    }

    /// A text field.
    pub fn text(&self, (name, label): Label) -> impl IntoView + use<> {
        view! { <FilterField name label entry=self.entry(name)/> }
    }

    /// A wide text field.
    pub fn wide(&self, (name, label): Label) -> impl IntoView + use<> {
        view! { <FilterField name label class="field wide" entry=self.entry(name)/> }
    }

    /// A short text field.
    pub fn short(&self, (name, label): Label) -> impl IntoView + use<> {
        view! { <FilterField name label class="field short" entry=self.entry(name)/> }
    }

    /// A choice of one option; `any` is the label of the option that filters nothing.
    pub fn choice(
        &self,
        (name, label): Label,
        any: &'static str,
        options: impl IntoIterator<Item = (&'static str, &'static str)>,
    ) -> AnyView {
        let entry = self.entry(name);
        let described_by = entry.fault.as_ref().map(|_| format!("{name}-fault"));
        let options: Vec<_> = options
            .into_iter()
            .map(
                |(value, words)| view! { <option value=value selected=value == entry.value>{words}</option> },
            )
            .collect();
        view! {
            <div class="field">
                <label for=name>{label}</label>
                {fault_view(name, entry.fault.as_deref())}
                <select id=name name=name aria-invalid=entry.fault.is_some().then_some("true")
                    aria-describedby=described_by>
                    <option value="">{any}</option>{options}
                </select>
            </div>
        }
        .into_any()
    }

    /// A date and time. The picker shows whole minutes, and nothing for text that is no date.
    pub fn moment(&self, (name, label): Label) -> AnyView {
        let entry = self.entry(name);
        if entry.fault.is_some() {
            return view! { <FilterField name label entry/> }.into_any();
        }
        let at = Timestamp::parse(&entry.value);
        let value = at.map(|at| at.rfc3339().chars().take(16).collect()).unwrap_or_default();
        let entry = Entry { value, fault: None };
        view! { <FilterField name label kind="datetime-local" entry/> }.into_any()
    }
}

/// True if the problem is in the filters, and not in the cursor or the permission.
pub fn is_of_filter(problem: &Problem) -> bool {
    matches!(problem.error, Code::MalformedRequest | Code::ValidationError) && !problem.details.is_empty()
}
