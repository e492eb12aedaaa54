//! Sends webhook deliveries, by HTTP/1.1.
//!
//! The URL of a webhook is chosen by a user, so requests must not reach the private network of the server
//! (server-side request forgery). For every delivery the name is resolved, each address is checked, and
//! the connection is made to one of the checked addresses. Connections are not reused, redirects are not
//! followed and proxies not used, so a later change of the name has no effect (DNS rebinding).

mod public_address;

use std::{
    net::SocketAddr,
    sync::{Arc, OnceLock},
    time::{Duration, UNIX_EPOCH},
};

use bytes::Bytes;
use frontdesk_domain::webhooks::{OutgoingWebhook, Reply, RetryAfter, SendError, Sending, WebhookSender};
use frontdesk_model::{Timestamp, webhooks::MAX_ANSWER};
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

/// The longest time from resolving the name to the head of the response.
const TIMEOUT: Duration = Duration::from_secs(20);
/// The longest time to connect to one of several addresses.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(6);
/// The longest time to read the beginning of the response's body. Only the status matters.
const BODY_TIMEOUT: Duration = Duration::from_secs(2);
/// The largest head of a response, in bytes.
const MAX_HEAD: usize = 64 * 1024;

/// Sends deliveries over HTTP. Cheap to create: certificates are read with the first delivery.
pub struct HttpWebhookSender {
    allow_private: bool,
    timeout: Duration,
    /// The trusted authorities; those of the system if there are none here.
    authorities: Option<RootCertStore>,
    tls: OnceLock<TlsConnector>,
}

/// The parsed URL of a webhook.
struct Target {
    host: Host<String>,
    port: u16,
    is_https: bool,
    /// The value of the header `host`.
    authority: String,
    path: String,
}

impl HttpWebhookSender {
    /// With `allow_private` it also sends into private networks and without encryption, for development.
    pub fn new(allow_private: bool) -> Self {
        Self { allow_private, timeout: TIMEOUT, authorities: None, tls: OnceLock::new() }
    }

    /// Sets the longest time for a delivery.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Trusts these authorities, and not those of the system.
    #[must_use]
    pub fn trusting(self, authorities: RootCertStore) -> Self {
        Self { authorities: Some(authorities), ..self }
    }

    fn target(&self, url: &str) -> Result<Target, SendError> {
        let url = Url::parse(url).map_err(|_| SendError::NotAnAddress)?;
        let is_https = match url.scheme() {
            "https" => true,
            "http" if self.allow_private => false,
            "http" => return Err(SendError::NotHttps),
            _ => return Err(SendError::NotAnAddress),
        };
        // The parser normalizes `0x7f.1` and `2130706433` to IPv4 addresses.
        let host = url.host().ok_or(SendError::NotAnAddress)?.to_owned();
        let port = url.port_or_known_default().ok_or(SendError::NotAnAddress)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(SendError::NotAnAddress);
        }
        let address = match &host {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some((*address).into()),
            Host::Ipv6(address) => Some((*address).into()),
        };
        if !self.allow_private && address.is_some_and(|address| !public_address::is_public(address)) {
            return Err(SendError::Private);
        }
        let authority = url.port().map_or_else(|| host.to_string(), |port| format!("{host}:{port}"));
        let path =
            url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
        Ok(Target { host, port, is_https, authority, path })
    }

    /// Resolves the name, and checks every address.
    async fn addresses(&self, target: &Target) -> Result<Vec<SocketAddr>, SendError> {
        let addresses: Vec<SocketAddr> = match &target.host {
            Host::Domain(name) => {
                lookup_host((name.as_str(), target.port)).await.map_err(|_| SendError::UnknownHost)?.collect()
            }
            Host::Ipv4(address) => vec![(*address, target.port).into()],
            Host::Ipv6(address) => vec![(*address, target.port).into()],
        };
        let is_private = |address: &SocketAddr| !public_address::is_public(address.ip());
        if addresses.is_empty() {
            Err(SendError::UnknownHost)
        } else if !self.allow_private && addresses.iter().any(is_private) {
            Err(SendError::Private)
        } else {
            Ok(addresses)
        }
    }

    async fn send(&self, parcel: OutgoingWebhook) -> Result<(Response<Incoming>, JoinSet<()>), SendError> {
        let target = self.target(&parcel.url)?;
        let stream = connect(&self.addresses(&target).await?).await?;
        let request = request(&target, parcel)?;
        if !target.is_https {
            return exchange(stream, request).await;
        }
        let name = match &target.host {
            Host::Domain(name) => ServerName::try_from(name.clone()).map_err(|_| SendError::NotAnAddress)?,
            Host::Ipv4(address) => ServerName::IpAddress((*address).into()),
            Host::Ipv6(address) => ServerName::IpAddress((*address).into()),
        };
        let insecure = |error: &dyn std::error::Error| SendError::Insecure(error.to_string());
        let tls = match self.tls.get() {
            Some(tls) => tls,
            None => {
                let authorities = self.authorities.clone().unwrap_or_else(tls::system_roots);
                let made = tls::client(authorities).map_err(|error| insecure(&error))?;
                self.tls.get_or_init(|| TlsConnector::from(Arc::new(made)))
            }
        };
        let stream = tls.connect(name, stream).await.map_err(|error| insecure(&error))?;
        exchange(stream, request).await
    }
}

impl WebhookSender for HttpWebhookSender {
    fn check(&self, url: &str) -> Result<(), SendError> {
        self.target(url).map(|_| ())
    }

    fn post(&self, parcel: OutgoingWebhook) -> Sending<'_> {
        Box::pin(async move {
            let answered = timeout(self.timeout, self.send(parcel)).await;
            let (response, _connection) = answered.map_err(|_| SendError::TooSlow(self.timeout))??;
            let (head, body) = response.into_parts();
            Ok(Reply {
                status: head.status.as_u16(),
                retry_after: retry_after(&head.headers),
                answer: beginning(body).await,
            })
        })
    }
}

/// Connects to the first address that accepts.
async fn connect(addresses: &[SocketAddr]) -> Result<TcpStream, SendError> {
    for address in addresses {
        if let Ok(Ok(stream)) = timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await {
            // The request is one write, so Nagle's algorithm would only delay it.
            let _ = stream.set_nodelay(true);
            return Ok(stream);
        }
    }
    Err(SendError::Unreachable)
}

fn request(target: &Target, parcel: OutgoingWebhook) -> Result<Request<Full<Bytes>>, SendError> {
    let request = Request::post(&target.path)
        .header(header::HOST, &target.authority)
        .header(header::CONNECTION, "close");
    let request =
        parcel.headers.into_iter().fold(request, |request, (name, value)| request.header(name, value));
    request.body(Full::from(parcel.body)).map_err(|_| SendError::NotAnAddress)
}

/// Sends the request, and waits for the head of the response. The connection lives as long as the
/// returned task.
async fn exchange<S>(
    stream: S,
    request: Request<Full<Bytes>>,
) -> Result<(Response<Incoming>, JoinSet<()>), SendError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(MAX_HEAD)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|_| SendError::Broken)?;
    let mut driver = JoinSet::new();
    driver.spawn(async move {
        // An error is returned to the waiting request as well.
        let _ = connection.await;
    });
    let response = sender.send_request(request).await.map_err(|_| SendError::Broken)?;
    Ok((response, driver))
}

/// Reads the stored part of the body, until it breaks off or takes too long.
async fn beginning(mut body: Incoming) -> Vec<u8> {
    let mut read = Vec::new();
    let _ = timeout(BODY_TIMEOUT, async {
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

/// Reads `Retry-After`: a number of seconds or a date.
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
