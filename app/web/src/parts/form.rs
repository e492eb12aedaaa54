//! Forms: each posts to a server function, works without script, and comes back with what was
//! typed and with each fault beside its field.

use frontdesk_domain::idempotency::nonce;
use frontdesk_model::{Code, Fault, Problem};
use leptos::prelude::*;

use super::words::{self, escaped};
use crate::{
    input::Pairs,
    islands::{live_email::LiveEmail, live_password::LivePassword},
    post::{NONCE_FIELD, PAGE_FIELD, SECRET_FIELDS},
    visit::visit,
};

/// A form that posts to a server function.
#[component]
pub fn Form(
    /// The path of the server function.
    action: &'static str,
    #[prop(default = "stack")] class: &'static str,
    children: Children,
) -> impl IntoView {
    view! {
        <form class=class method="post" action=action novalidate>
            <HiddenPage/>
            {children()}
        </form>
    }
}

/// Tells the server which page the form is on, so that a refused form comes back there, and by a
/// nonce which form it is, so that it is carried out once if it is sent twice.
#[component]
pub fn HiddenPage() -> impl IntoView {
    view! {
        <input type="hidden" name=PAGE_FIELD value=visit().here()/>
        <input type="hidden" name=NONCE_FIELD value=nonce()/>
    }
}

#[component]
pub fn Hidden(name: &'static str, #[prop(into)] value: String) -> impl IntoView {
    view! { <input type="hidden" name=name value=value/> }
}

/// What a field shows: what was typed if its form came back, otherwise what it began with; and its
/// first fault.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    pub value: String,
    pub fault: Option<String>,
}

impl Entry {
    pub fn of(action: &str, name: &str, initial: impl Into<String>) -> Self {
        let visit = visit();
        let Some(refused) = visit.refused_at(action) else {
            return Self { value: initial.into(), fault: None };
        };
        let typed = refused.typed.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone());
        let fault = refused.problem.of_field(name).next().map(|fault| fault.message.clone());
        Self { value: typed.unwrap_or_default(), fault }
    }

    /// What a list was asked for, and what is wrong with it.
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

/// A label, a hint, a fault and an input, tied together for those who cannot see them.
#[component]
pub fn Field(
    action: &'static str,
    name: &'static str,
    label: &'static str,
    #[prop(default = "text")] kind: &'static str,
    #[prop(optional)] hint: &'static str,
    #[prop(optional)] autocomplete: &'static str,
    #[prop(optional, into)] value: String,
) -> impl IntoView {
    let entry = Entry::of(action, name, value);
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
pub fn EmailField(action: &'static str, #[prop(optional)] hint: &'static str) -> impl IntoView {
    view! {
        <LiveEmail>
            <Field action=action name="email" label="E-mail address" kind="email" autocomplete="email" hint=hint/>
        </LiveEmail>
    }
}

/// The rules for a new password, and the codes of the faults that each is about.
const PASSWORD_RULES: [(&str, &str); 4] = [
    ("At least 15 characters", "required too_short too_long"),
    ("Not common words, a repetition or a row of keys", "too_common"),
    ("Not your name or e-mail address", "about_you"),
    ("Not the password that you have now", "unchanged"),
];

/// Which password is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Password {
    /// The one that they sign in with.
    Known,
    /// The first one, or the first after a link.
    New,
    /// The one that they have, in order to change it.
    Current,
    /// The one that takes its place.
    Next,
}

impl Password {
    const fn name(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Known | Self::New | Self::Next => "password",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Known | Self::New => "Password",
            Self::Current => "Current password",
            Self::Next => "New password",
        }
    }

    const fn autocomplete(self) -> &'static str {
        match self {
            Self::Known | Self::Current => "current-password",
            Self::New | Self::Next => "new-password",
        }
    }

    /// What a password that is chosen is held to.
    fn rules(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Known | Self::Current => &[],
            // There is none yet that it could be the same as.
            Self::New => &PASSWORD_RULES[..3],
            Self::Next => &PASSWORD_RULES,
        }
    }
}

/// A password, with the rules for it if it is chosen here. It never comes back from the server.
#[component]
pub fn PasswordField(action: &'static str, which: Password) -> impl IntoView {
    let (name, label, rules) = (which.name(), which.label(), which.rules());
    let fault = Entry::of(action, name, "").fault;
    let described_by = [(fault.is_some(), "fault"), (!rules.is_empty(), "rules")];
    let described_by: Vec<String> = described_by
        .into_iter()
        .filter(|(there, _)| *there)
        .map(|(_, kind)| format!("{name}-{kind}"))
        .collect();
    let described_by = (!described_by.is_empty()).then(|| described_by.join(" "));
    let rules = (!rules.is_empty()).then(|| {
        let rule = |(rule, codes): &(&'static str, &'static str)| {
            view! { <li data-codes=*codes>{*rule}<span class="sr"></span></li> }
        };
        view! { <ul class="checks" id=format!("{name}-rules")>{rules.iter().map(rule).collect::<Vec<_>>()}</ul> }
    });
    view! {
        <LivePassword>
            <div class="field">
                <label for=name>{label}</label>
                {fault_view(name, fault.as_deref())}
                <div class="joined">
                    <input id=name name=name type="password" autocomplete=which.autocomplete()
                        aria-invalid=fault.is_some().then_some("true") aria-describedby=described_by/>
                    <button type="button" hidden aria-controls=name aria-pressed="false">
                        "Show"<span class="sr">{format!(" {}", label.to_lowercase())}</span>
                    </button>
                </div>
                {rules}
            </div>
        </LivePassword>
    }
}

/// A field with room for several lines.
#[component]
pub fn TextArea(
    action: &'static str,
    name: &'static str,
    label: &'static str,
    hint: &'static str,
) -> impl IntoView {
    let entry = Entry::of(action, name, "");
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

pub(super) fn hint_view(name: &str, hint: &'static str) -> Option<impl IntoView + use<>> {
    (!hint.is_empty()).then(|| view! { <p class="hint" id=format!("{name}-hint")>{hint}</p> })
}

pub(crate) fn fault_view(name: &str, fault: Option<&str>) -> Option<impl IntoView + use<>> {
    let message = fault?.to_owned();
    Some(view! { <p class="fault" id=format!("{name}-fault")><span class="sr">"Error: "</span>{message}</p> })
}

/// Above a page whose form came back: what is wrong, each fault leading to its field. It has the
/// focus, so that it is read out first.
#[component]
pub fn Summary() -> impl IntoView {
    let visit = visit();
    let refused = visit.refused.as_ref()?;
    let problem = &refused.problem;
    let title = match problem.error {
        Code::ValidationError | Code::MalformedRequest | Code::InvalidCredentials | Code::EmailExists => {
            "There is a problem"
        }
        _ => &problem.title,
    };
    // A request that cannot be read names what is in no form, or hidden in one.
    let readable = problem.error != Code::MalformedRequest;
    let place = |field: &str| refused.typed.iter().position(|(name, _)| name == field);
    let shown =
        |fault: &Fault| readable && (place(&fault.field).is_some() || SECRET_FIELDS.contains(&&*fault.field));
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

/// The same, above a list whose filters cannot be read. `labels`: the fields of the filter form.
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

/// `faults`: what is wrong, and the field that it is wrong with if it is on the page.
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

/// What is wrong with a field of a query, for where the field is named already.
fn without_its_field(fault: &Fault) -> &str {
    fault.message.strip_prefix(&format!("“{}” ", fault.field)).unwrap_or(&fault.message)
}
