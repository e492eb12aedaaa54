//! Forms that sign up, in and out.

use serde::Deserialize;
use validator::{Validate, ValidationError};

use crate::{
    Secret,
    credentials::{for_password, password, password_rule},
    urls::{self, local_path},
    users::{email, name},
};

#[derive(Clone, Debug, Default, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "SignUp::password_rule", skip_on_field_errors = false))]
pub struct SignUp {
    #[serde(default)]
    #[validate(custom(function = "name::check"))]
    pub name: String,
    #[serde(default)]
    #[validate(custom(function = "email::check"))]
    pub email: String,
    #[serde(default)]
    pub password: Secret,
}

impl SignUp {
    fn password_rule(&self) -> Result<(), ValidationError> {
        password_rule(&self.password, &[&self.name, &self.email])
    }
}

#[derive(Clone, Debug, Default, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "SignIn::password_rule", skip_on_field_errors = false))]
pub struct SignIn {
    #[serde(default)]
    #[validate(custom(function = "email::check_shape"))]
    pub email: String,
    #[serde(default)]
    pub password: Secret,
    /// Path to redirect to afterwards; see [`next_path`].
    #[serde(default)]
    pub next: String,
}

impl SignIn {
    /// Checks only that it is present and bounded: the rules in force when the password was chosen do not
    /// matter at sign-in.
    fn password_rule(&self) -> Result<(), ValidationError> {
        match password::check_length(self.password.expose()) {
            Err(fault) if fault.code != "too_short" => Err(for_password(fault)),
            _ => Ok(()),
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct SignOut {}

/// Path to redirect to after sign-in: a page of this site, except the pages that sign in or out.
pub fn next_path(next: &str) -> Option<&str> {
    local_path(next).filter(|path| {
        ![urls::forms::PREFIX, urls::LOGIN.path(), urls::forms::SIGN_OUT.path()]
            .iter()
            .any(|not| path.starts_with(not))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Form;

    #[test]
    fn every_fault_of_a_form_is_told_at_once_with_its_field() {
        let problem = SignUp::default().check().unwrap_err();
        let fields: Vec<_> = problem.details.iter().map(|f| (f.field.as_str(), f.code.as_str())).collect();
        assert_eq!(fields, [("email", "required"), ("name", "required"), ("password", "required")]);
    }

    #[test]
    fn only_a_path_on_this_site_passes_as_next() {
        for good in ["/", "/account", "/admin/users?q=ann&sort=-name#top"] {
            assert_eq!(next_path(good), Some(good));
        }
        assert_eq!(local_path("/login?next=/admin"), Some("/login?next=/admin"));
        for bad in [
            "",
            "account",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\nb",
            "/a b",
            "javascript:alert(1)",
            "/fn/sign_out",
            "/logout",
            "/login?next=/login",
            "/é",
        ] {
            assert_eq!(next_path(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_unknown_or_repeated_field_is_refused() {
        assert!(serde_json::from_str::<SignOut>(r#"{"x":1}"#).is_err());
        assert!(serde_json::from_str::<SignIn>(r#"{"email":"a","email":"b"}"#).is_err());
    }
}
