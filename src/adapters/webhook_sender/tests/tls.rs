//! A receiver with TLS, as outside of tests.

use std::net::IpAddr;

use axum::serve::Listener;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer},
    server::TlsStream,
};

use super::*;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// Certificate of this name or address.
fn of(name: &str) -> CertificateParams {
    CertificateParams::new([name.to_owned()]).unwrap()
}

/// A receiver with a certificate. Returns its port.
async fn peer(params: CertificateParams, authority: &Authority) -> (u16, Heard) {
    let key = KeyPair::generate().unwrap();
    let chain = vec![params.signed_by(&key, authority).unwrap().der().clone()];
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let (routes, heard) = routes();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let door = Door(listener, TlsAcceptor::from(Arc::new(config)));
    tokio::spawn(async move { axum::serve(door, routes).await });
    (port, heard)
}

struct Door(TcpListener, TlsAcceptor);

impl Listener for Door {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        loop {
            let Ok((stream, address)) = self.0.accept().await else { continue };
            if let Ok(stream) = self.1.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

async fn send(url: &str, trusted: &Authority) -> Result<Reply, SendError> {
    let mut authorities = RootCertStore::empty();
    authorities.add(trusted.der().clone()).unwrap();
    open().trusting(authorities).post(parcel(url.to_owned())).await
}

#[tokio::test]
async fn a_parcel_arrives_over_tls_as_it_was_given() {
    let ours = authority("Ours");
    for host in ["localhost", "127.0.0.1"] {
        let (port, mut heard) = peer(of(host), &ours).await;
        let reply = send(&format!("https://{host}:{port}/hooks?key=a%20b"), &ours).await.unwrap();
        assert_eq!((reply.status, reply.answer.as_slice()), (202, &b"thank you"[..]));
        let (uri, headers, body) = heard.recv().await.unwrap();
        assert_eq!(
            (uri.to_string().as_str(), body.as_str()),
            ("/hooks?key=a%20b", r#"{"type":"user.created"}"#)
        );
        assert_eq!(headers["host"], format!("{host}:{port}"));
        assert_eq!(headers["webhook-id"], "one");
    }
}

#[tokio::test]
async fn nothing_is_sent_to_whom_nobody_vouches_for() {
    let (ours, other) = (authority("Ours"), authority("Another"));
    let mut expired = of("localhost");
    (expired.not_before, expired.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
    let of_address = of(&IpAddr::from([127, 0, 0, 1]).to_string());
    for (params, trusted, why) in [
        (of("localhost"), &other, "UnknownIssuer"),
        (of("shop.example"), &ours, "not valid for name"),
        (of_address, &ours, "not valid for name"),
        (expired, &ours, "expired"),
    ] {
        let (port, mut heard) = peer(params, &ours).await;
        let refused = send(&format!("https://localhost:{port}/hooks"), trusted).await.unwrap_err();
        assert!(matches!(&refused, SendError::Insecure(said) if said.contains(why)), "{refused}");
        assert!(heard.try_recv().is_err(), "{why}");
    }
}

#[tokio::test]
async fn whom_the_machine_does_not_trust_is_not_trusted_unless_named() {
    let (port, mut heard) = peer(of("localhost"), &authority("Ours")).await;
    let refused = to(format!("https://localhost:{port}/hooks")).await.unwrap_err();
    assert!(matches!(&refused, SendError::Insecure(_)), "{refused}");
    assert!(heard.try_recv().is_err());
}
