//! Cookies of this site: their names, attributes, and how they are read and removed.

use std::{borrow::Cow, time::Duration};

use cookie::{Cookie, SameSite};
use http::{HeaderMap, HeaderValue, header::COOKIE};

use crate::BaseUrl;

/// The scope of our cookies, which follows from the base URL.
///
/// `__Host-` binds a cookie to this very host, and needs `Secure`, which needs HTTPS. Cookies of a host are
/// shared by all its ports, so the name has the port: otherwise two servers on one host would sign each other's
/// users out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CookieScope {
    is_secure: bool,
    port: Option<u16>,
}

impl CookieScope {
    pub fn of(base_url: &BaseUrl) -> Self {
        Self { is_secure: base_url.is_https(), port: base_url.port() }
    }

    /// Returns true if the cookie is sent over HTTPS only.
    pub fn is_secure(self) -> bool {
        self.is_secure
    }

    /// The name of a cookie: with the prefix `__Host-` over HTTPS, and with the port unless it is the usual one.
    pub fn name(self, host_bound: &'static str, plain: &'static str) -> Cow<'static, str> {
        let name = if self.is_secure { host_bound } else { plain };
        match self.port {
            None => name.into(),
            Some(port) => format!("{name}-{port}").into(),
        }
    }

    /// Sets a cookie that no script can read, for this long.
    pub fn set(self, name: Cow<'static, str>, value: &'static str, max_age: Duration) -> HeaderValue {
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
    pub fn remove(self, name: Cow<'static, str>) -> HeaderValue {
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

/// Removes cookies that cannot be read, such as one of another application with a byte outside of ASCII: a reader
/// of the header may give up the whole line, and ours with it.
pub fn drop_unreadable(headers: &mut HeaderMap) {
    let is_readable = |line: &HeaderValue| line.to_str().is_ok();
    if headers.get_all(COOKIE).iter().all(is_readable) {
        return;
    }
    let readable = |line: &HeaderValue| {
        let pairs = line.as_bytes().split(|byte| *byte == b';').map(<[u8]>::trim_ascii);
        let pairs: Vec<&[u8]> =
            pairs.filter(|pair| pair.iter().all(|byte| matches!(byte, b' '..=b'~'))).collect();
        HeaderValue::from_bytes(&pairs.join(&b"; "[..])).ok()
    };
    let lines: Vec<HeaderValue> = headers.get_all(COOKIE).iter().filter_map(readable).collect();
    headers.remove(COOKIE);
    for line in lines {
        headers.append(COOKIE, line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_has_every_attribute_and_is_removed_with_the_same() {
        let secure = CookieScope::of(&"https://desk.example".parse().unwrap());
        let plain = CookieScope::of(&"http://desk.internal".parse().unwrap());
        let attributes = |line: &HeaderValue| {
            let mut parts: Vec<String> = line.to_str().unwrap().split("; ").map(ToOwned::to_owned).collect();
            parts[1..].sort_unstable();
            parts
        };
        assert_eq!(
            attributes(&secure.set("__Host-a".into(), "1", Duration::from_secs(60))),
            ["__Host-a=1", "HttpOnly", "Max-Age=60", "Path=/", "SameSite=Lax", "Secure"]
        );
        assert_eq!(
            attributes(&plain.remove("a".into())),
            ["a=", "HttpOnly", "Max-Age=0", "Path=/", "SameSite=Lax"]
        );
    }

    #[test]
    fn servers_on_one_host_have_cookies_of_their_own() {
        for (base_url, name) in [
            ("https://desk.example", "__Host-a"),
            ("https://desk.example:8443", "__Host-a-8443"),
            ("http://desk.lan", "a"),
            ("http://localhost:3000", "a-3000"),
            ("http://localhost:3001", "a-3001"),
        ] {
            let scope = CookieScope::of(&base_url.parse().unwrap());
            assert_eq!(scope.name("__Host-a", "a"), name, "{base_url}");
        }
    }

    #[test]
    fn an_unreadable_cookie_takes_no_other_with_it() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_bytes(b"x=caf\xe9; a=1;y=\x80 ; b=2").unwrap());
        headers.append(COOKIE, HeaderValue::from_static("c=3"));
        drop_unreadable(&mut headers);
        let read = ["a", "b", "c", "x", "y"].map(|name| value(&headers, name));
        assert_eq!(read, [Some("1"), Some("2"), Some("3"), None, None]);
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
