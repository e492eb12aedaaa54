//! The base URL of the server.

use std::{fmt, net::IpAddr, str::FromStr};

use http::Uri;

/// The address that browsers use, with any proxy in between: `https://desk.example`. It is an origin: a
/// scheme, a host, and a port unless it is the scheme's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    origin: String,
    is_https: bool,
    is_loopback: bool,
    /// `None` for the scheme's own port.
    port: Option<u16>,
}

#[derive(Clone, Copy)]
enum Scheme {
    Http,
    Https,
}

/// The text is not an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be the start of an address without a path, such as https://desk.example or http://localhost:3000"
)]
pub struct NotABaseUrl;

impl BaseUrl {
    /// `http://localhost` with this port, for browsers on the same machine.
    pub fn localhost(port: u16) -> Self {
        Self::of(Scheme::Http, "localhost", Some(port))
    }

    /// `https://localhost` with this port.
    pub fn secure_localhost(port: u16) -> Self {
        Self::of(Scheme::Https, "localhost", Some(port))
    }

    /// `host` is in lower case, an IPv6 address in brackets.
    fn of(scheme: Scheme, host: &str, port: Option<u16>) -> Self {
        let (name, own_port, is_https) = match scheme {
            Scheme::Http => ("http", 80, false),
            Scheme::Https => ("https", 443, true),
        };
        let port = port.filter(|port| *port != own_port);
        let origin = match port {
            Some(port) => format!("{name}://{host}:{port}"),
            None => format!("{name}://{host}"),
        };
        let address: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
        let is_loopback = address.map_or(host == "localhost", |address| address.is_loopback());
        Self { origin, is_https, is_loopback, port }
    }

    /// The text that browsers send in `Origin`, without a slash at the end.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns true if browsers use HTTPS.
    pub fn is_https(&self) -> bool {
        self.is_https
    }

    /// The port, unless it is the scheme's own.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// Returns true if it leads to the machine that the browser runs on, where browsers trust plain HTTP
    /// as if it were HTTPS.
    pub fn is_loopback(&self) -> bool {
        self.is_loopback
    }
}

impl FromStr for BaseUrl {
    type Err = NotABaseUrl;

    fn from_str(text: &str) -> Result<Self, NotABaseUrl> {
        let uri: Uri = text.parse().map_err(|_| NotABaseUrl)?;
        let scheme = match uri.scheme_str() {
            Some("http") => Scheme::Http,
            Some("https") => Scheme::Https,
            _ => return Err(NotABaseUrl),
        };
        let authority = uri.authority().ok_or(NotABaseUrl)?;
        let is_bare = uri.path() == "/" && uri.query().is_none() && !authority.as_str().contains('@');
        if !is_bare || authority.host().is_empty() {
            return Err(NotABaseUrl);
        }
        Ok(Self::of(scheme, &authority.host().to_ascii_lowercase(), authority.port_u16()))
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
            ("https://desk.example", "https://desk.example"),
            ("https://Desk.Example/", "https://desk.example"),
            ("https://desk.example:443", "https://desk.example"),
            ("http://desk.example:443", "http://desk.example:443"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://[::1]:3000/", "http://[::1]:3000"),
        ];
        for (text, origin) in cases {
            let url: BaseUrl = text.parse().unwrap();
            assert_eq!((url.origin(), url.is_https()), (origin, text.starts_with("https")), "{text}");
        }
        let wrong = [
            "",
            "desk.example",
            "//desk.example",
            "ftp://desk.example",
            "https://",
            "https://desk.example/shop",
            "https://desk.example?a",
            "https://ann:pw@desk.example",
            "https://desk example",
        ];
        for text in wrong {
            assert_eq!(text.parse::<BaseUrl>(), Err(NotABaseUrl), "{text}");
        }
    }

    #[test]
    fn a_port_is_not_said_where_browsers_do_not_say_it() {
        let of = |port| [BaseUrl::localhost(port), BaseUrl::secure_localhost(port)].map(|url| url.origin);
        assert_eq!(of(3_000), ["http://localhost:3000", "https://localhost:3000"]);
        assert_eq!(of(443), ["http://localhost:443", "https://localhost"]);
        assert_eq!(of(80), ["http://localhost", "https://localhost:80"]);
        assert!(BaseUrl::secure_localhost(443).is_https() && BaseUrl::secure_localhost(443).is_loopback());
    }

    #[test]
    fn only_this_machine_is_loopback() {
        for own in ["http://localhost:3000", "http://127.0.0.1", "http://[::1]:3000"] {
            assert!(own.parse::<BaseUrl>().unwrap().is_loopback(), "{own}");
        }
        for other in ["https://desk.example", "http://192.168.0.7:3000", "http://localhost.desk.example"] {
            assert!(!other.parse::<BaseUrl>().unwrap().is_loopback(), "{other}");
        }
    }
}
