//! Password fields.

use leptos::prelude::*;

use super::entry::{Entry, fault_view};
use crate::{form::FormRoute, islands::live_password::LivePassword};

/// The rules for a new password, each with the codes of its faults.
const PASSWORD_RULES: [(&str, &str); 4] = [
    ("At least 15 characters", "required too_short too_long"),
    ("Not common words, a repetition or a row of keys", "too_common"),
    ("Not your name or e-mail address", "about_you"),
    ("Not the password that you have now", "unchanged"),
];

/// The role of a password in its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Password {
    /// The password to sign in with.
    Known,
    /// The first password of an account, or the first after a link.
    New,
    /// The present password, in order to change it.
    Current,
    /// The password that replaces it.
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

    /// The rules that a password chosen here must follow.
    fn rules(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Known | Self::Current => &[],
            // There is no present password that it could repeat.
            Self::New => &PASSWORD_RULES[..3],
            Self::Next => &PASSWORD_RULES,
        }
    }
}

/// A password, with the rules for it if it is chosen here. It never comes back from the server.
#[component]
pub fn PasswordField(form: &'static FormRoute, which: Password) -> impl IntoView {
    let (name, label, rules) = (which.name(), which.label(), which.rules());
    let fault = Entry::of(form, name, "").fault;
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
