//! The address of the client, read through trusted reverse proxies.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::Response,
};
use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{ACCEPT_LANGUAGE, AUTHORIZATION, CONNECTION, COOKIE, FORWARDED},
};
use ipnet::IpNet;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// The headers that reverse proxies add.
const OF_PROXIES: [HeaderName; 5] = [
    X_FORWARDED_FOR,
    FORWARDED,
    HeaderName::from_static("x-real-ip"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-forwarded-host"),
];
/// Headers of people and programs that the health checks of a proxy do not have.
const OF_CLIENTS: [HeaderName; 3] = [COOKIE, ACCEPT_LANGUAGE, AUTHORIZATION];

/// The address of the client, as a request extension. An IPv4 address is never written as IPv6.
///
/// Requests that came over no connection, such as those of tests, come from this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddr(pub IpAddr);

/// A request extension: the [`ClientAddr`] is that of a proxy, which is not trusted or names no client. Its
/// clients count as one, and have none of the liberties of this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientUnknown;

/// The network that counts as one client: an IPv4 address, or the first 64 bits of an IPv6 address, of which
/// a client can choose the rest.
pub fn network(client: IpAddr) -> IpAddr {
    match client {
        IpAddr::V4(_) => client,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

/// An address, or a range of them in CIDR notation: `10.0.0.0/8`, `fd00::/8`, `192.0.2.1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network(IpNet);

/// The text is no address and no range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be an address such as 192.0.2.1 or a range such as 10.0.0.0/8")]
pub struct NotANetwork;

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let text = text.trim();
        let network = match text.parse::<IpAddr>() {
            Ok(address) => address.into(),
            Err(_) => text.parse().map_err(|_| NotANetwork)?,
        };
        Ok(Self(network))
    }
}

impl Network {
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

/// The reverse proxies that `X-Forwarded-For` is accepted from.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies {
    networks: Arc<[Network]>,
    /// The operator has been warned of a proxy that is not among them.
    warned: Arc<AtomicBool>,
    /// The operator has been warned of a trusted proxy that names no client.
    warned_of_missing: Arc<AtomicBool>,
}

impl FromIterator<Network> for TrustedProxies {
    fn from_iter<I: IntoIterator<Item = Network>>(networks: I) -> Self {
        Self { networks: networks.into_iter().collect(), ..Self::default() }
    }
}

impl TrustedProxies {
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(address))
    }

    /// Warns of the first request that an unknown proxy has forwarded: all its clients count as one.
    fn warn_of(&self, peer: IpAddr) {
        if !self.warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                %peer,
                "a request has the headers of a reverse proxy that is not declared: its clients count as one, \
                 for rate limits and in the audit trail; if it is yours, name it with --trusted-proxy"
            );
        }
    }

    /// Warns of the first request that a trusted proxy has forwarded without the address of its client.
    fn warn_of_missing(&self, peer: IpAddr) {
        if !self.warned_of_missing.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                %peer,
                "a trusted proxy has sent a request without X-Forwarded-For: its clients count as one, for rate \
                 limits and in the audit trail; let the proxy add the header"
            );
        }
    }

    /// The address of the client, or `None` if a trusted proxy does not name it.
    ///
    /// Each proxy appends the address of its peer, so `X-Forwarded-For` is read from its right end for as
    /// long as the addresses are those of trusted proxies; anything further left can be forged.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
        let mut client = peer;
        let mut is_named = !self.trusts(peer);
        let values = headers.get_all(X_FORWARDED_FOR).iter().rev();
        let mut hops = values.flat_map(|value| value.to_str().unwrap_or_default().rsplit(','));
        while self.trusts(client) {
            let Some(hop) = hops.next().and_then(parse_hop) else { break };
            client = hop;
            is_named = true;
        }
        is_named.then_some(client)
    }
}

/// Reads `192.0.2.1`, `2001:db8::1`, and the form with a port that some proxies write:
/// `192.0.2.1:4711`, `[2001:db8::1]:4711`.
fn parse_hop(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().or_else(|_| text.parse::<SocketAddr>().map(|socket| socket.ip()));
    address.ok().map(|address| address.to_canonical())
}

/// Adds the [`ClientAddr`] to every request. Closes the connection of a client that is over its limit; that
/// of a trusted proxy is one of many clients.
pub async fn identify(State(proxies): State<TrustedProxies>, mut request: Request, next: Next) -> Response {
    let peer = match request.extensions().get::<ConnectInfo<SocketAddr>>() {
        Some(ConnectInfo(peer)) => peer.ip().to_canonical(),
        None => IpAddr::V4(Ipv4Addr::LOCALHOST),
    };
    let client = proxies.client(peer, request.headers());
    let is_proxy = proxies.trusts(peer);
    let is_unknown = if is_proxy { client.is_none() } else { has_any(request.headers(), &OF_PROXIES) };
    if is_unknown && !is_proxy {
        proxies.warn_of(peer);
    } else if is_unknown && has_any(request.headers(), &OF_CLIENTS) {
        proxies.warn_of_missing(peer);
    }
    request.extensions_mut().insert(ClientAddr(client.unwrap_or(peer)));
    if is_unknown {
        request.extensions_mut().insert(ClientUnknown);
    }
    let mut response = next.run(request).await;
    if response.status() == StatusCode::TOO_MANY_REQUESTS && !is_proxy {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

fn has_any(headers: &HeaderMap, names: &[HeaderName]) -> bool {
    names.iter().any(|name| headers.contains_key(name))
}

#[cfg(test)]
mod tests {
    use axum::{Extension, Router, body::Body, middleware::from_fn_with_state, routing::get};
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    #[test]
    fn a_network_contains_its_addresses_and_no_others() {
        let cases = [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.0.0.0/8", "::ffff:10.1.2.3", true),
            ("10.1.2.3/8", "10.9.9.9", true),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
            ("fd00::/8", "fdff::1", true),
            ("fd00::/8", "fe00::1", false),
            ("::/0", "2001:db8::1", true),
            ("::1", "::1", true),
        ];
        for (network, address, expected) in cases {
            let network: Network = network.parse().unwrap();
            assert_eq!(network.contains(address.parse().unwrap()), expected, "{network:?} {address}");
        }
        for wrong in ["", "ten", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0/8"] {
            assert_eq!(wrong.parse::<Network>(), Err(NotANetwork), "{wrong}");
        }
    }

    async fn client_of(peer: Option<&str>, forwarded: &[&str]) -> String {
        let proxies: TrustedProxies =
            ["10.0.0.0/8", "fd00::/8"].iter().map(|text| text.parse().unwrap()).collect();
        let router = Router::new()
            .route(
                "/",
                get(async |Extension(ClientAddr(address)): Extension<ClientAddr>| address.to_string()),
            )
            .layer(from_fn_with_state(proxies, identify));
        let mut request = http::Request::get("/");
        for value in forwarded {
            request = request.header(X_FORWARDED_FOR, *value);
        }
        let mut request = request.body(Body::empty()).unwrap();
        if let Some(peer) = peer {
            let peer: SocketAddr = peer.parse().unwrap();
            request.extensions_mut().insert(ConnectInfo(peer));
        }
        let response = router.oneshot(request).await.unwrap();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn the_client_is_the_peer_or_named_by_trusted_proxies() {
        let cases: &[(&str, &[&str], &str)] = &[
            // No proxy: the header is the client's own.
            ("203.0.113.9:1", &[], "203.0.113.9"),
            ("203.0.113.9:1", &["198.51.100.1"], "203.0.113.9"),
            ("[::ffff:203.0.113.9]:1", &[], "203.0.113.9"),
            // One proxy, and a client that lies about itself.
            ("10.0.0.1:1", &["203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1:1", &["127.0.0.1, 203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1:1", &["198.51.100.1", "203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1:1", &["203.0.113.9:4711"], "203.0.113.9"),
            ("10.0.0.1:1", &["[2001:db8::1]:4711"], "2001:db8::1"),
            ("[fd00::1]:1", &["2001:db8::1"], "2001:db8::1"),
            // Two proxies.
            ("10.0.0.1:1", &["198.51.100.1, 203.0.113.9, 10.0.0.2"], "203.0.113.9"),
            // No client is named, or not as an address.
            ("10.0.0.1:1", &[], "10.0.0.1"),
            ("10.0.0.1:1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            ("10.0.0.1:1", &["203.0.113.9, unknown, 10.0.0.2"], "10.0.0.2"),
        ];
        for (peer, forwarded, expected) in cases {
            assert_eq!(&client_of(Some(peer), forwarded).await, expected, "{peer} {forwarded:?}");
        }
    }

    #[tokio::test]
    async fn requests_of_a_proxy_that_names_no_client_are_marked() {
        let marked = async |header: &str, value: &str| {
            let proxies: TrustedProxies = ["127.0.0.1".parse().unwrap()].into_iter().collect();
            let is_marked = async |mark: Option<Extension<ClientUnknown>>| mark.is_some().to_string();
            let router =
                Router::new().route("/", get(is_marked)).layer(from_fn_with_state(proxies.clone(), identify));
            let request = http::Request::get("/").header(header, value).body(Body::empty()).unwrap();
            let body = router.oneshot(request).await.unwrap().into_body().collect().await.unwrap().to_bytes();
            (body == "true", proxies.warned_of_missing.load(Ordering::Relaxed))
        };
        assert_eq!(marked("cookie", "a=b").await, (true, true));
        assert_eq!(marked("authorization", "Bearer x").await, (true, true));
        assert_eq!(marked("x-forwarded-for", "unknown").await, (true, false));
        // A health check of the proxy itself.
        assert_eq!(marked("user-agent", "check").await, (true, false));
        assert_eq!(marked("x-forwarded-for", "203.0.113.9").await, (false, false));
    }

    #[tokio::test]
    async fn requests_of_an_unknown_proxy_are_marked() {
        let marked = async |peer: &str, header: &str| {
            let proxies: TrustedProxies = ["10.0.0.0/8".parse().unwrap()].into_iter().collect();
            let is_marked = async |mark: Option<Extension<ClientUnknown>>| mark.is_some().to_string();
            let router =
                Router::new().route("/", get(is_marked)).layer(from_fn_with_state(proxies.clone(), identify));
            let mut request =
                http::Request::get("/").header(header, "203.0.113.9").body(Body::empty()).unwrap();
            request.extensions_mut().insert(ConnectInfo(peer.parse::<SocketAddr>().unwrap()));
            let body = router.oneshot(request).await.unwrap().into_body().collect().await.unwrap().to_bytes();
            (body == "true", proxies.warned.load(Ordering::Relaxed))
        };
        for header in ["x-forwarded-for", "forwarded", "x-real-ip", "x-forwarded-proto", "x-forwarded-host"] {
            assert_eq!(marked("127.0.0.1:1", header).await, (true, true), "{header}");
            let names_the_client = header == "x-forwarded-for";
            assert_eq!(marked("10.0.0.1:1", header).await, (!names_the_client, false), "{header}");
        }
        assert_eq!(marked("127.0.0.1:1", "x-other").await, (false, false));
    }

    #[tokio::test]
    async fn the_connection_of_a_client_over_its_limit_is_closed_but_not_that_of_a_proxy() {
        for (peer, closes) in [("203.0.113.9:1", true), ("127.0.0.1:1", true), ("10.0.0.1:1", false)] {
            let proxies: TrustedProxies = ["10.0.0.0/8".parse().unwrap()].into_iter().collect();
            let router = Router::new()
                .route("/", get(async || StatusCode::TOO_MANY_REQUESTS))
                .layer(from_fn_with_state(proxies, identify));
            let mut request = http::Request::get("/").body(Body::empty()).unwrap();
            request.extensions_mut().insert(ConnectInfo(peer.parse::<SocketAddr>().unwrap()));
            let response = router.oneshot(request).await.unwrap();
            assert_eq!(response.headers().contains_key(CONNECTION), closes, "{peer}");
        }
    }

    #[tokio::test]
    async fn a_request_over_no_connection_comes_from_this_machine() {
        assert_eq!(client_of(None, &["203.0.113.9"]).await, "127.0.0.1");
    }
}
