//! Forms: input of pages and programs that changes data, with its validation rules.
//!
//! A missing field reads as empty, so that the fault appears beside the field. An unknown or repeated
//! field is refused: the sender misunderstands the form.

mod orders;
mod tokens;
mod webhooks;

pub use orders::{
    CancelOrder, ConfirmSandbox, MAX_NOTE, NewLine, OneOrder, OnePayment, OneRefund, PayOrder, PlaceOrder,
    RejectRefund, RequestRefund,
};
use serde::Deserialize;
pub use tokens::{CreateToken, RevokeToken};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};
pub use webhooks::{CreateWebhook, OneDelivery, OneWebhook, UpdateWebhook};

use crate::{Code, JobId, Problem, Role, Secret, SessionId, UserId, email, name, password, urls};

/// A form with validation rules.
pub trait Form: Validate {
    /// # Errors
    /// `VALIDATION_ERROR` with the faults of all fields.
    fn check(&self) -> Result<(), Problem> {
        self.validate().map_err(Problem::from)
    }
}

impl<T: Validate> Form for T {}

/// Maximum length of a reason, in characters.
pub const MAX_REASON: usize = 500;

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
    #[validate(custom(function = "email::check"))]
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

/// Ends one session: one's own, or with `sessions:end` another user's.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndSession {
    pub id: SessionId,
}

/// Ends all of one's own sessions except the current one.
#[derive(Clone, Debug, Default, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct EndOtherSessions {}

/// Creates the first owner, with the link that the first start prints.
#[derive(Clone, Debug, Default, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "SetUp::password_rule", skip_on_field_errors = false))]
pub struct SetUp {
    #[serde(default)]
    pub token: Secret,
    #[serde(default)]
    #[validate(custom(function = "name::check"))]
    pub name: String,
    #[serde(default)]
    #[validate(custom(function = "email::check"))]
    pub email: String,
    #[serde(default)]
    pub password: Secret,
}

impl SetUp {
    fn password_rule(&self) -> Result<(), ValidationError> {
        password_rule(&self.password, &[&self.name, &self.email])
    }
}

/// Sets a password for a user created by staff.
#[derive(Clone, Debug, Default, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct AcceptInvite {
    #[serde(default)]
    pub token: Secret,
    #[serde(default)]
    pub password: Secret,
}

/// Changes the password of the signed-in user.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// The current password.
    #[serde(default)]
    pub current: Secret,
    /// The new password.
    #[serde(default)]
    pub password: Secret,
}

impl ChangePassword {
    /// Replaces [`Form::check`]: the rules for a new password depend on the user's name and e-mail
    /// address, which are not in the form.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` with the faults of all fields.
    pub fn check_for(&self, about: &[&str]) -> Result<(), Problem> {
        let (current, password) = (self.current.expose(), self.password.expose());
        let known = match password::check_length(current) {
            Err(fault) if fault.code == "required" => {
                Err(email::fault("required", "Enter the password that you have now"))
            }
            Err(fault) if fault.code == "too_long" => Err(fault),
            _ => Ok(()),
        };
        let faults = [("current", known), ("password", password::check_change(password, current, about))];
        let problem =
            faults.into_iter().fold(Problem::new(Code::ValidationError), |problem, (field, rule)| {
                let Err(fault) = rule else { return problem };
                problem.fault(field, &fault.code, fault.message.unwrap_or_default())
            });
        if problem.details.is_empty() { Ok(()) } else { Err(problem) }
    }
}

#[derive(Clone, Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateUser {
    #[serde(default)]
    #[validate(custom(function = "name::check"))]
    #[schema(required = true, min_length = 1, max_length = 100, example = "Ann Lee")]
    pub name: String,
    #[serde(default)]
    #[validate(custom(function = "email::check"))]
    #[schema(required = true, format = "email", max_length = 254, example = "ann@example.com")]
    pub email: String,
}

/// What is not there stays as it is.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateUser {
    pub id: UserId,
    /// The version that the form was rendered from; see [`crate::user::User::version`].
    #[serde(deserialize_with = "number")]
    pub version: i64,
    #[serde(default)]
    #[validate(custom(function = "name::check"))]
    #[schema(min_length = 1, max_length = 100, example = "Ann Lee")]
    pub name: Option<String>,
    #[serde(default)]
    #[validate(custom(function = "email::check"))]
    #[schema(format = "email", max_length = 254, example = "ann@example.com")]
    pub email: Option<String>,
}

#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SuspendUser {
    pub id: UserId,
    #[serde(default)]
    #[validate(custom(function = "check_reason"))]
    /// Why; the audit trail keeps it.
    #[schema(required = true, min_length = 1, max_length = 500, example = "Three chargebacks")]
    pub reason: String,
}

/// Input of changes that need only a user's id: reinstate, remove, restore, invite again.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OneUser {
    pub id: UserId,
}

/// Runs a job again, or cancels it.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OneJob {
    pub id: JobId,
}

/// Gives or takes a role.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeRole {
    pub id: UserId,
    pub role: Role,
}

// A password rule applies to the whole form: as a rule of its field, `validator` would keep the password
// in the fault.
fn password_rule(secret: &Secret, about: &[&str]) -> Result<(), ValidationError> {
    password::check(secret.expose(), about).map_err(for_password)
}

fn for_password(mut fault: ValidationError) -> ValidationError {
    fault.add_param("field".into(), &"password");
    fault
}

/// # Errors
/// `required`, `too_long` or `characters`.
pub fn check_reason(text: &str) -> Result<(), ValidationError> {
    let text = text.trim();
    if text.is_empty() {
        Err(email::fault("required", "Enter a reason: the audit trail keeps it"))
    } else if text.chars().take(MAX_REASON + 1).count() > MAX_REASON {
        Err(email::fault("too_long", "A reason has at most 500 characters"))
    } else if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        Err(email::fault("characters", "A reason cannot contain control characters"))
    } else {
        Ok(())
    }
}

/// Returns the text if it is a path on this site. Rejects `//host`, `/\host`, schemes and control
/// characters, so that a link cannot use our forms to redirect to another site.
pub fn local_path(text: &str) -> Option<&str> {
    let sound = text.len() <= 2_000
        && text.starts_with('/')
        && !text.starts_with("//")
        && !text.contains('\\')
        && text.bytes().all(|b| b.is_ascii_graphic());
    sound.then_some(text)
}

/// Path to redirect to after sign-in: a page of this site, except the pages that sign in or out.
pub fn next_path(next: &str) -> Option<&str> {
    local_path(next).filter(|path| {
        ![urls::forms::PREFIX, urls::LOGIN.path(), urls::forms::SIGN_OUT.path()]
            .iter()
            .any(|not| path.starts_with(not))
    })
}

fn number<'de, D: serde::Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(i64),
        Digits(String),
    }
    match Either::deserialize(from)? {
        Either::Number(number) => Ok(number),
        Either::Digits(text) => text.parse().map_err(|_| serde::de::Error::custom("must be a whole number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_of_a_form_is_told_at_once_with_its_field() {
        let problem = SignUp::default().check().unwrap_err();
        let fields: Vec<_> = problem.details.iter().map(|f| (f.field.as_str(), f.code.as_str())).collect();
        assert_eq!(fields, [("email", "required"), ("name", "required"), ("password", "required")]);
    }

    #[test]
    fn both_faults_of_a_change_of_password_are_told_at_once() {
        let faults = |current: &str, password: &str| {
            let form = ChangePassword { current: Secret::new(current), password: Secret::new(password) };
            let problem = form.check_for(&["Ann Lee", "ann@example.com"]).err();
            let details = problem.into_iter().flat_map(|problem| problem.details);
            details.map(|fault| format!("{} {}", fault.field, fault.code)).collect::<Vec<_>>()
        };
        assert_eq!(faults("", ""), ["current required", "password required"]);
        assert_eq!(faults(&"x".repeat(257), "annleeannlee1999"), ["current too_long", "password about_you"]);
        let now = "correct horse battery staple";
        assert_eq!(faults(now, now), ["password unchanged"]);
        // The rules in force when the current password was chosen do not matter.
        assert_eq!(faults("short", now), [""; 0]);
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
