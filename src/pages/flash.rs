//! The cookie that carries a [`Flash`] over a redirect: a code of our list, nothing else, so that
//! signed-out visitors need no session for it and no other site can put words into a page.

use std::{borrow::Cow, time::Duration};

use frontdesk_http::{
    BaseUrl,
    request::cookies::{self, CookieScope},
};
use frontdesk_web::{flash::Flash, pages};
use http::{HeaderMap, HeaderValue};

/// The time in which the next page must be loaded.
const LIFETIME: Duration = Duration::from_secs(60);

/// Reads the flash of a request.
pub fn read(headers: &HeaderMap, base_url: &BaseUrl) -> Option<Flash> {
    cookies::value(headers, &name(CookieScope::of(base_url))).and_then(pages::flash)
}

/// Sets the cookie, or removes it once the flash has been shown.
pub fn cookie(flash: Option<Flash>, base_url: &BaseUrl) -> HeaderValue {
    let scope = CookieScope::of(base_url);
    match flash {
        Some(flash) => scope.set(name(scope), flash.code, LIFETIME),
        None => scope.remove(name(scope)),
    }
}

fn name(scope: CookieScope) -> Cow<'static, str> {
    scope.name("__Host-flash", "flash")
}
