//! The form that changes a password, and the rule of forms that set one.

use serde::Deserialize;
use validator::ValidationError;

use super::password;
use crate::{Code, Problem, Secret, form};

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
    /// Replaces [`Form::check`](form::Form::check): the rules for a new password depend on the user's name and e-mail
    /// address, which are not in the form.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` with the faults of all fields.
    pub fn check_for(&self, about: &[&str]) -> Result<(), Problem> {
        let (current, password) = (self.current.expose(), self.password.expose());
        let known = match password::check_length(current) {
            Err(fault) if fault.code == "required" => {
                Err(form::fault("required", "Enter the password that you have now"))
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

// A password rule applies to the whole form: as a rule of its field, `validator` would keep the password
// in the fault.
pub(crate) fn password_rule(secret: &Secret, about: &[&str]) -> Result<(), ValidationError> {
    password::check(secret.expose(), about).map_err(for_password)
}

pub(crate) fn for_password(mut fault: ValidationError) -> ValidationError {
    fault.add_param("field".into(), &"password");
    fault
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
