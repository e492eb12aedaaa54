//! Where browsers find this server.

use std::{fmt, str::FromStr};

use http::Uri;

/// The address that people type, behind whatever proxy there is: `https://desk.example`. It is an
/// origin: a scheme, a host, and a port unless it is the scheme's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    origin: String,
    is_https: bool,
}

/// The text is not an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be the start of an address without a path, such as https://desk.example or http://localhost:3000")]
pub struct NotABaseUrl;

impl BaseUrl {
    /// For those who look at it on the machine it runs on.
    pub fn localhost(port: u16) -> Self {
        Self { origin: format!("http://localhost:{port}"), is_https: false }
    }

    /// As browsers write it in `Origin`, without a slash at the end.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    pub fn is_https(&self) -> bool {
        self.is_https
    }
}

impl FromStr for BaseUrl {
    type Err = NotABaseUrl;

    fn from_str(text: &str) -> Result<Self, NotABaseUrl> {
        let uri: Uri = text.parse().map_err(|_| NotABaseUrl)?;
        let (scheme, own_port) = match uri.scheme_str() {
            Some("http") => ("http", 80),
            Some("https") => ("https", 443),
            _ => return Err(NotABaseUrl),
        };
        let authority = uri.authority().ok_or(NotABaseUrl)?;
        let is_bare = uri.path() == "/" && uri.query().is_none() && !authority.as_str().contains('@');
        if !is_bare || authority.host().is_empty() {
            return Err(NotABaseUrl);
        }
        let host = authority.host().to_ascii_lowercase();
        let origin = match authority.port_u16() {
            Some(port) if port != own_port => format!("{scheme}://{host}:{port}"),
            _ => format!("{scheme}://{host}"),
        };
        Ok(Self { origin, is_https: scheme == "https" })
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_is_an_origin() {
        let cases = [
            ("https://desk.example", "https://desk.example", true),
            ("https://Desk.Example/", "https://desk.example", true),
            ("https://desk.example:443", "https://desk.example", true),
            ("http://desk.example:443", "http://desk.example:443", false),
            ("http://localhost:3000", "http://localhost:3000", false),
            ("http://[::1]:3000/", "http://[::1]:3000", false),
        ];
        for (text, origin, is_https) in cases {
            assert_eq!(text.parse(), Ok(BaseUrl { origin: origin.to_owned(), is_https }), "{text}");
        }
        for wrong in
            ["", "desk.example", "//desk.example", "ftp://desk.example", "https://", "https://desk.example/shop", "https://desk.example?a", "https://ann:pw@desk.example", "https://desk example"]
        {
            assert_eq!(wrong.parse::<BaseUrl>(), Err(NotABaseUrl), "{wrong}");
        }
    }
}
