//! The rate limits of pages and forms.

use frontdesk_http::rate_limit::Limit;
use http::Method;

/// Chooses the limit of a page or a form.
pub fn of(method: &Method, path: &str) -> Limit {
    match (method, path) {
        (&Method::GET | &Method::HEAD | &Method::OPTIONS, _) => Limit::Page,
        (_, "/fn/sign_in" | "/fn/change_password") => Limit::SignIn,
        (_, "/fn/sign_up" | "/fn/set_up" | "/fn/accept_invite") => Limit::SignUp,
        _ => Limit::Form,
    }
}

/// Returns the limit that counts for the signed-in person as well, wherever they are.
pub(super) fn of_person(path: &str) -> Option<Limit> {
    (path == "/fn/pay_order").then_some(Limit::Pay)
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
        }
    }
}
