//! The cookie that carries a [`Flash`] over a redirect: a code that is in our list, nothing else,
//! so that signed-out visitors need no session for it and nobody can put words into a page.

use frontdesk_model::Flash;
use http::{HeaderMap, HeaderValue, header::COOKIE};

use crate::config::BaseUrl;

/// The flash that the request brings.
pub fn read(headers: &HeaderMap, base_url: &BaseUrl) -> Option<Flash> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == self::name(base_url)).and_then(|(_, code)| Flash::parse(code))
}

/// Sets the cookie, or takes it away once it has been shown.
pub fn cookie(flash: Option<Flash>, base_url: &BaseUrl) -> HeaderValue {
    let secure = if is_secure(base_url) { "; Secure" } else { "" };
    let (code, seconds) = flash.map_or(("", 0), |flash| (flash.code(), 60));
    let cookie =
        format!("{}={code}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}", name(base_url));
    // Made of our own codes only, so it is always a valid header.
    HeaderValue::try_from(cookie).unwrap_or(HeaderValue::from_static(""))
}

fn name(base_url: &BaseUrl) -> &'static str {
    if is_secure(base_url) { "__Host-flash" } else { "flash" }
}

fn is_secure(base_url: &BaseUrl) -> bool {
    base_url.is_https() || base_url.is_loopback()
}
