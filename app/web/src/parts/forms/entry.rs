//! The state of a field: its value and its fault.

use frontdesk_model::Problem;
use leptos::prelude::*;

use super::summary::without_its_field;
use crate::{context::context, form::FormRoute, input::Pairs};

/// Value and first fault of a field: the value that was typed if its form came back, otherwise the initial one.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    pub value: String,
    pub fault: Option<String>,
}

impl Entry {
    pub fn of(form: &FormRoute, name: &str, initial: impl Into<String>) -> Self {
        let context = context();
        let Some(refused) = context.refused_form(form) else {
            return Self { value: initial.into(), fault: None };
        };
        let typed = refused.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone());
        let fault = refused.problem.of_field(name).next().map(|fault| fault.message.clone());
        Self { value: typed.unwrap_or_default(), fault }
    }

    /// The entry of a list's filter.
    pub fn asked(asked: &Pairs, problem: Option<&Problem>, name: &str) -> Self {
        let value = asked.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone());
        let fault = problem.and_then(|problem| problem.of_field(name).next()).map(|fault| {
            let mut words = without_its_field(fault).chars();
            words.next().map_or_else(String::new, |first| first.to_uppercase().chain(words).collect())
        });
        Self { value: value.unwrap_or_default(), fault }
    }

    /// The ids that describe the input, for `aria-describedby`.
    pub(super) fn described_by(&self, name: &str, hint: bool) -> Option<String> {
        let ids: Vec<String> = [(hint, "hint"), (self.fault.is_some(), "fault")]
            .into_iter()
            .filter(|(there, _)| *there)
            .map(|(_, kind)| format!("{name}-{kind}"))
            .collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

pub(super) fn hint_view(name: &str, hint: &'static str) -> Option<impl IntoView + use<>> {
    (!hint.is_empty()).then(|| view! { <p class="hint" id=format!("{name}-hint")>{hint}</p> })
}

pub(crate) fn fault_view(name: &str, fault: Option<&str>) -> Option<impl IntoView + use<>> {
    let message = fault?.to_owned();
    Some(view! { <p class="fault" id=format!("{name}-fault")><span class="sr">"Error: "</span>{message}</p> })
}
