//! Cookies of this site: their names, attributes, and how they are read and removed.

use std::time::Duration;

use cookie::{Cookie, SameSite};
use http::{HeaderMap, HeaderValue, header::COOKIE};

use crate::BaseUrl;

/// The scope of our cookies, which follows from the base URL.
///
/// `__Host-` binds a cookie to this very host, and needs `Secure`. Browsers accept a `Secure` cookie
/// over plain HTTP from the local machine only; at another plain address neither is possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CookieScope {
    is_secure: bool,
}

impl CookieScope {
    pub fn of(base_url: &BaseUrl) -> Self {
        Self { is_secure: base_url.is_https() || base_url.is_loopback() }
    }

    /// Returns true if the cookie is sent over HTTPS (or to this machine) only.
    pub fn is_secure(self) -> bool {
        self.is_secure
    }

    /// Chooses between a cookie's name with the prefix `__Host-` and the one without.
    pub fn name(self, host_bound: &'static str, plain: &'static str) -> &'static str {
        if self.is_secure { host_bound } else { plain }
    }

    /// Sets a cookie that no script can read, for this long.
    pub fn set(self, name: &'static str, value: &'static str, max_age: Duration) -> HeaderValue {
        let cookie = Cookie::build((name, value))
            .path("/")
            .max_age(max_age.try_into().unwrap_or_default())
            .http_only(true)
            // Lax, not Strict: a visitor who follows a link from an e-mail arrives signed in.
            .same_site(SameSite::Lax)
            .secure(self.is_secure);
        // Made of our own words only, so it is always a valid header.
        HeaderValue::try_from(cookie.to_string()).unwrap_or(HeaderValue::from_static(""))
    }

    /// Removes a cookie. Without the attributes it was set with, browsers keep it.
    pub fn remove(self, name: &'static str) -> HeaderValue {
        self.set(name, "", Duration::ZERO)
    }
}

/// Returns the value of a cookie; the first one, if there are several of this name.
pub fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(Cookie::split_parse).filter_map(Result::ok).find(|cookie| cookie.name() == name).and_then(
        // Borrowed from the header, since nothing is decoded.
        |cookie| cookie.value_raw(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_has_every_attribute_and_is_removed_with_the_same() {
        let secure = CookieScope::of(&BaseUrl::localhost(3_000));
        let plain = CookieScope::of(&"http://desk.internal".parse().unwrap());
        assert_eq!((secure.name("__Host-a", "a"), plain.name("__Host-a", "a")), ("__Host-a", "a"));
        let attributes = |line: &HeaderValue| {
            let mut parts: Vec<String> = line.to_str().unwrap().split("; ").map(ToOwned::to_owned).collect();
            parts[1..].sort_unstable();
            parts
        };
        assert_eq!(
            attributes(&secure.set("__Host-a", "1", Duration::from_secs(60))),
            ["__Host-a=1", "HttpOnly", "Max-Age=60", "Path=/", "SameSite=Lax", "Secure"]
        );
        assert_eq!(attributes(&plain.remove("a")), ["a=", "HttpOnly", "Max-Age=0", "Path=/", "SameSite=Lax"]);
    }

    #[test]
    fn the_first_cookie_of_a_name_counts() {
        let lines = [(COOKIE, "x=0; a=1"), (COOKIE, "a=2;  b=3=4; c")];
        let headers = lines.into_iter().map(|(name, line)| (name, HeaderValue::from_static(line))).collect();
        assert_eq!(value(&headers, "a"), Some("1"));
        assert_eq!(value(&headers, "b"), Some("3=4"));
        assert_eq!((value(&headers, "c"), value(&headers, "A")), (None, None));
    }
}
