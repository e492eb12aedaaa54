//! Takes events to webhooks, by HTTP/1.1.
//!
//! Whoever may make a webhook chooses where this server connects to, so it must not become a way
//! into the network it stands in. For every parcel anew: the name is looked up, each address that it
//! leads to is looked at, and a connection is made to one of these very addresses. There is no
//! connection that is kept, no redirect that is followed, no proxy; so what was looked at is what is
//! talked to, whatever the name leads to a moment later.

mod public;

use std::{
    net::SocketAddr,
    sync::{Arc, OnceLock},
    time::{Duration, UNIX_EPOCH},
};

use bytes::Bytes;
use frontdesk_domain::webhooks::{Courier, CourierError, Parcel, Posted, Reply, RetryAfter};
use frontdesk_model::{Timestamp, webhook::MAX_ANSWER};
use http::{HeaderMap, Request, Response, header};
use http_body_util::{BodyExt as _, Full};
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
    task::JoinSet,
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{RootCertStore, pki_types::ServerName},
};
use url::{Host, Url};

use crate::tls;

/// From looking up the name to the head of the answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// For one address to accept a connection, if the name leads to several.
const CONNECT: Duration = Duration::from_secs(6);
/// For the beginning of the answer's body, once its head is there. What counts is the status.
const BODY: Duration = Duration::from_secs(2);
/// The most that the head of an answer can be, in bytes.
const HEAD: usize = 64 * 1024;

/// The courier of a server. Cheap to make: certificates are read with the first parcel.
pub struct HttpCourier {
    allow_private: bool,
    patience: Duration,
    /// Whom it trusts to vouch for others; whom the machine trusts, if nobody is named.
    authorities: Option<RootCertStore>,
    tls: OnceLock<TlsConnector>,
}

/// Where a parcel goes, once its address has been looked at.
struct Target {
    host: Host<String>,
    port: u16,
    is_https: bool,
    /// As the header `host` has it.
    authority: String,
    path: String,
}

impl HttpCourier {
    /// `allow_private`: also goes into private networks and without encryption, for development.
    pub fn new(allow_private: bool) -> Self {
        Self { allow_private, patience: PATIENCE, authorities: None, tls: OnceLock::new() }
    }

    /// The same, that waits for no longer than this.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The same, that trusts these and not those whom the machine trusts.
    #[must_use]
    pub fn trusting(self, authorities: RootCertStore) -> Self {
        Self { authorities: Some(authorities), ..self }
    }

    fn target(&self, url: &str) -> Result<Target, CourierError> {
        let url = Url::parse(url).map_err(|_| CourierError::NotAnAddress)?;
        let is_https = match url.scheme() {
            "https" => true,
            "http" if self.allow_private => false,
            "http" => return Err(CourierError::NotHttps),
            _ => return Err(CourierError::NotAnAddress),
        };
        // Parsing has made `0x7f.1` and `2130706433` into the addresses that they are.
        let host = url.host().ok_or(CourierError::NotAnAddress)?.to_owned();
        let port = url.port_or_known_default().ok_or(CourierError::NotAnAddress)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(CourierError::NotAnAddress);
        }
        let address = match &host {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some((*address).into()),
            Host::Ipv6(address) => Some((*address).into()),
        };
        if !self.allow_private && address.is_some_and(|address| !public::is_public(address)) {
            return Err(CourierError::Private);
        }
        let authority = url.port().map_or_else(|| host.to_string(), |port| format!("{host}:{port}"));
        let path =
            url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
        Ok(Target { host, port, is_https, authority, path })
    }

    /// Where the name leads now, if all of that may be connected to.
    async fn addresses(&self, target: &Target) -> Result<Vec<SocketAddr>, CourierError> {
        let addresses: Vec<SocketAddr> = match &target.host {
            Host::Domain(name) => lookup_host((name.as_str(), target.port))
                .await
                .map_err(|_| CourierError::UnknownHost)?
                .collect(),
            Host::Ipv4(address) => vec![(*address, target.port).into()],
            Host::Ipv6(address) => vec![(*address, target.port).into()],
        };
        let is_private = |address: &SocketAddr| !public::is_public(address.ip());
        if addresses.is_empty() {
            Err(CourierError::UnknownHost)
        } else if !self.allow_private && addresses.iter().any(is_private) {
            Err(CourierError::Private)
        } else {
            Ok(addresses)
        }
    }

    async fn carry(&self, parcel: Parcel) -> Result<(Response<Incoming>, JoinSet<()>), CourierError> {
        let target = self.target(&parcel.url)?;
        let stream = connect(&self.addresses(&target).await?).await?;
        let request = request(&target, parcel)?;
        if !target.is_https {
            return exchange(stream, request).await;
        }
        let name = match &target.host {
            Host::Domain(name) => {
                ServerName::try_from(name.clone()).map_err(|_| CourierError::NotAnAddress)?
            }
            Host::Ipv4(address) => ServerName::IpAddress((*address).into()),
            Host::Ipv6(address) => ServerName::IpAddress((*address).into()),
        };
        let insecure = |error: &dyn std::error::Error| CourierError::Insecure(error.to_string());
        let tls = match self.tls.get() {
            Some(tls) => tls,
            None => {
                let authorities = self.authorities.clone().unwrap_or_else(tls::of_this_machine);
                let made = tls::client(authorities).map_err(|error| insecure(&error))?;
                self.tls.get_or_init(|| TlsConnector::from(Arc::new(made)))
            }
        };
        let stream = tls.connect(name, stream).await.map_err(|error| insecure(&error))?;
        exchange(stream, request).await
    }
}

impl Courier for HttpCourier {
    fn check(&self, url: &str) -> Result<(), CourierError> {
        self.target(url).map(|_| ())
    }

    fn post(&self, parcel: Parcel) -> Posted<'_> {
        Box::pin(async move {
            let answered = timeout(self.patience, self.carry(parcel)).await;
            let (response, _connection) = answered.map_err(|_| CourierError::TooSlow(self.patience))??;
            let (head, body) = response.into_parts();
            Ok(Reply {
                status: head.status.as_u16(),
                retry_after: retry_after(&head.headers),
                answer: beginning(body).await,
            })
        })
    }
}

/// To the first that accepts.
async fn connect(addresses: &[SocketAddr]) -> Result<TcpStream, CourierError> {
    for address in addresses {
        if let Ok(Ok(stream)) = timeout(CONNECT, TcpStream::connect(address)).await {
            // One write, and then nothing but waiting: there is nothing to gain by delay.
            let _ = stream.set_nodelay(true);
            return Ok(stream);
        }
    }
    Err(CourierError::Unreachable)
}

fn request(target: &Target, parcel: Parcel) -> Result<Request<Full<Bytes>>, CourierError> {
    let request = Request::post(&target.path)
        .header(header::HOST, &target.authority)
        .header(header::CONNECTION, "close");
    let request =
        parcel.headers.into_iter().fold(request, |request, (name, value)| request.header(name, value));
    request.body(Full::from(parcel.body)).map_err(|_| CourierError::NotAnAddress)
}

/// Sends the request, and waits for the head of the answer. The connection is there as long as what
/// is returned beside it.
async fn exchange<S>(
    stream: S,
    request: Request<Full<Bytes>>,
) -> Result<(Response<Incoming>, JoinSet<()>), CourierError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(HEAD)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|_| CourierError::Broken)?;
    let mut driver = JoinSet::new();
    driver.spawn(async move {
        // What goes wrong is heard of where the answer is waited for.
        let _ = connection.await;
    });
    let response = sender.send_request(request).await.map_err(|_| CourierError::Broken)?;
    Ok((response, driver))
}

/// As much of the body as is kept, or as there is before it breaks off or takes too long.
async fn beginning(mut body: Incoming) -> Vec<u8> {
    let mut read = Vec::new();
    let _ = timeout(BODY, async {
        while read.len() < MAX_ANSWER {
            let Some(Ok(frame)) = body.frame().await else { break };
            if let Some(data) = frame.data_ref() {
                read.extend_from_slice(&data[..data.len().min(MAX_ANSWER - read.len())]);
            }
        }
    })
    .await;
    read
}

/// A number of seconds or a date.
fn retry_after(headers: &HeaderMap) -> Option<RetryAfter> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(RetryAfter::In(Duration::from_secs(seconds)));
    }
    let since = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(RetryAfter::At(Timestamp::from_seconds(i64::try_from(since.as_secs()).ok()?)))
}

#[cfg(test)]
mod tests;
