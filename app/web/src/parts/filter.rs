//! The fields of a form that filters a list. What cannot be read comes back to be put right.

use frontdesk_model::{Code, Problem, Timestamp};
use leptos::prelude::*;

use super::form::{Entry, FilterField, fault_view};
use crate::input::Pairs;

/// What a list was asked for, and what is wrong with it.
pub struct Asked<'a> {
    pub pairs: &'a Pairs,
    pub problem: Option<&'a Problem>,
}

/// A field's name and what it is called.
pub type Label = (&'static str, &'static str);

impl Asked<'_> {
    pub fn entry(&self, name: &str) -> Entry {
        Entry::asked(self.pairs, self.problem, name)
    }

    /// A field to type into.
    pub fn text(&self, (name, label): Label) -> impl IntoView + use<> {
        view! { <FilterField name label entry=self.entry(name)/> }
    }

    /// One for long words.
    pub fn wide(&self, (name, label): Label) -> impl IntoView + use<> {
        view! { <FilterField name label class="field wide" entry=self.entry(name)/> }
    }

    /// One for a few letters.
    pub fn short(&self, (name, label): Label) -> impl IntoView + use<> {
        view! { <FilterField name label class="field short" entry=self.entry(name)/> }
    }

    /// One of several; `any` stands for all of them.
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

    /// A moment. The picker shows whole minutes, and nothing at all of what is no moment.
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

/// Whether the fields of a filter are what is wrong, and not the place in the list or who asks.
pub fn is_of_filter(problem: &Problem) -> bool {
    matches!(problem.error, Code::MalformedRequest | Code::ValidationError) && !problem.details.is_empty()
}
