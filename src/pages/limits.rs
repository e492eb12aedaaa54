//! The rate limits of pages and forms, as the forms declare them.

use frontdesk_http::rate_limit::Limit;
use frontdesk_web::{form::FormRoute, pages::form_at};
use http::Method;

/// Chooses the limit of a page or a form.
pub fn of(method: &Method, path: &str) -> Limit {
    match *method {
        Method::GET | Method::HEAD | Method::OPTIONS => Limit::Page,
        _ => form_at(path).map_or(Limit::Form, |form: &FormRoute| form.limit),
    }
}

/// Returns true if the request submits a form that hashes a password.
pub fn hashes_password(method: &Method, path: &str) -> bool {
    of(method, path) != Limit::Page && form_at(path).is_some_and(|form| form.hashes_password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_with_a_password_have_a_limit_of_their_own() {
        for (method, path, limit) in [
            (Method::GET, "/fn/sign_up", Limit::Page),
            (Method::HEAD, "/login", Limit::Page),
            (Method::POST, "/fn/sign_in", Limit::SignIn),
            (Method::POST, "/fn/change_password", Limit::SignIn),
            (Method::POST, "/fn/sign_up", Limit::SignUp),
            (Method::POST, "/fn/set_up", Limit::SignUp),
            (Method::POST, "/fn/accept_invite", Limit::SignUp),
            (Method::POST, "/fn/rename", Limit::Form),
            (Method::POST, "/logout", Limit::Form),
        ] {
            assert_eq!(of(&method, path), limit, "{method} {path}");
            let hashes = matches!(limit, Limit::SignIn | Limit::SignUp);
            assert_eq!(hashes_password(&method, path), hashes, "{method} {path}");
        }
    }
}
