//! The summary of what is wrong with a form.

use frontdesk_model::{Code, Fault, Problem};
use leptos::prelude::*;

use crate::{context::context, parts::words};

/// The error summary above a form that came back. Each fault links to its field. It has the focus, so that screen
/// readers read it first.
#[component]
pub fn Summary() -> impl IntoView {
    let context = context();
    let refused = context.refused.as_ref()?;
    let problem = &refused.problem;
    let title = match problem.error {
        Code::ValidationError | Code::MalformedRequest | Code::InvalidCredentials | Code::EmailExists => {
            "There is a problem"
        }
        _ => &problem.title,
    };
    // A malformed request names fields that are in no form, or hidden in one.
    let readable = problem.error != Code::MalformedRequest;
    let place = |field: &str| refused.fields.iter().position(|(name, _)| name == field);
    let shown =
        |fault: &Fault| readable && (place(&fault.field).is_some() || refused.form.is_secret(&fault.field));
    // In the order of the form, in which secrets, which do not come back, are last.
    let mut faults: Vec<&Fault> = problem.details.iter().collect();
    faults.sort_by_key(|fault| place(&fault.field).unwrap_or(usize::MAX));
    let faults = faults.into_iter().map(|fault| {
        let text = match problem.error {
            Code::EditConflict => format!("{}: {}", words::field(&fault.field), fault.message),
            _ => fault.message.clone(),
        };
        (text, shown(fault).then(|| fault.field.clone()))
    });
    Some(summary(title, problem, faults.collect()))
}

/// The error summary above a list with invalid filters. `labels` are the fields of the filter form.
pub fn filter_summary(problem: &Problem, labels: &[(&str, &str)]) -> impl IntoView + use<> {
    let faults =
        problem.details.iter().map(|fault| match labels.iter().find(|(name, _)| *name == fault.field) {
            Some((name, label)) => {
                (format!("{label}: {}", without_its_field(fault)), Some((*name).to_owned()))
            }
            None => (fault.message.clone(), None),
        });
    summary("There is a problem", problem, faults.collect())
}

/// `faults` are sentences, each with its field if that is on the page.
fn summary(title: &str, problem: &Problem, faults: Vec<(String, Option<String>)>) -> impl IntoView + use<> {
    let class = if problem.error == Code::EditConflict { "problem warn" } else { "problem" };
    let is_empty = faults.is_empty();
    let faults = faults.into_iter().map(|(text, field)| match field {
        Some(field) => view! { <li><a href=format!("#{field}")>{text}</a></li> }.into_any(),
        None => view! { <li>{text}</li> }.into_any(),
    });
    let faults: Vec<_> = faults.collect();
    let wait = problem.retry_after.map(words::seconds);
    view! {
        <div class=class role="alert" tabindex="-1" autofocus aria-labelledby="problem-title">
            <h2 id="problem-title">{title.to_owned()}</h2>
            {problem.detail.clone().map(|detail| view! { <p>{detail}</p> })}
            {wait.map(|wait| view! { <p>{format!("Try again in {wait}.")}</p> })}
            {(!is_empty).then(|| view! { <ul>{faults}</ul> })}
        </div>
    }
}

/// The sentence of a fault without the name of its field, for where that is named already.
pub(super) fn without_its_field(fault: &Fault) -> &str {
    fault.message.strip_prefix(&format!("“{}” ", fault.field)).unwrap_or(&fault.message)
}
