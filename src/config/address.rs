//! Addresses to listen on: `127.0.0.1:3000`, `[::]:3000`, `localhost:3000`.

use std::net::{Ipv4Addr, SocketAddr};

/// The text is not an address to listen on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be an IP address of this machine and a port: 127.0.0.1:3000 or localhost:3000 for this machine only, \
     0.0.0.0:3000 or [::]:3000 for others too"
)]
pub struct NotAnAddress;

/// Parses an address. Of names only `localhost` is one: another name may have several addresses.
///
/// # Errors
/// [`NotAnAddress`].
pub fn parse(text: &str) -> Result<SocketAddr, NotAnAddress> {
    match text.strip_prefix("localhost:") {
        Some(port) => port.parse().map(|port| (Ipv4Addr::LOCALHOST, port).into()).map_err(|_| NotAnAddress),
        None => text.parse().map_err(|_| NotAnAddress),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_an_ip_address_or_localhost_with_a_port() {
        assert_eq!(parse("localhost:3000"), parse("127.0.0.1:3000"));
        assert_eq!(parse("[::1]:80").unwrap().port(), 80);
        for wrong in [
            "localhost",
            "localhost:",
            "localhost:99999",
            "3000",
            ":3000",
            "desk.lan:3000",
            "127.0.0.1",
            "",
            "::1:x",
        ] {
            assert_eq!(parse(wrong), Err(NotAnAddress), "{wrong}");
        }
    }
}
