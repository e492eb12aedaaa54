//! The cookie by which a form that signs in finds out, before it does anything, if the browser keeps cookies of
//! this server. A browser drops them where the base URL is `https://` and the page was opened without.

use std::{borrow::Cow, time::Duration};

use frontdesk_http::{
    BaseUrl,
    request::cookies::{self, CookieScope},
};
use frontdesk_model::{Code, Problem};
use frontdesk_web::form::Submission;
use http::{HeaderMap, HeaderValue};

use super::session;

/// The time in which the form must be sent.
const LIFETIME: Duration = Duration::from_secs(24 * 3_600);

/// The cookie for a page with such a form.
pub fn cookie(base_url: &BaseUrl) -> HeaderValue {
    let scope = CookieScope::of(base_url);
    scope.set(name(scope), "1", LIFETIME)
}

/// Returns true if the browser has sent the cookie, or that of a session.
pub fn came_back(headers: &HeaderMap, base_url: &BaseUrl) -> bool {
    let scope = CookieScope::of(base_url);
    [name(scope), session::name(scope)].iter().any(|name| cookies::value(headers, name).is_some())
}

/// Requires the cookie of a form that starts a session. Only a form that was rendered here is held to it: programs
/// send their own.
///
/// # Errors
/// `COOKIE_REQUIRED`.
pub fn check(submission: &Submission, headers: &HeaderMap, base_url: &BaseUrl) -> Result<(), Problem> {
    if !submission.form.starts_session || submission.nonce().is_none() || came_back(headers, base_url) {
        return Ok(());
    }
    let detail = format!(
        "Your browser did not send the cookie of this page back, so you could not be signed in. Allow cookies, and open \
         this page at {base_url}, which is the address that this server is set up for."
    );
    Err(Problem::new(Code::CookieRequired).detail(detail))
}

fn name(scope: CookieScope) -> Cow<'static, str> {
    scope.name("__Host-probe", "probe")
}
