//! The listener with TLS.

use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        self,
        pki_types::ServerName,
        version::{TLS12, TLS13},
    },
};

use super::*;
use crate::tls::{
    renewal::Certificate,
    sample::{NAME, Sample},
};

/// A server with HTTPS, and its certificate.
async fn start(settings: Settings) -> (Server, Sample) {
    let sample = Sample::new();
    let tls = Certificate::load(sample.files.clone()).unwrap().acceptor().unwrap();
    (Server::behind(move |listener| Listener::secured(listener, tls), settings).await, sample)
}

impl Server {
    async fn secure(&self, client: &TlsConnector) -> io::Result<TlsStream<TcpStream>> {
        client.connect(ServerName::try_from(NAME).unwrap(), self.connect().await).await
    }
}

fn connector(trusted: &Sample) -> TlsConnector {
    TlsConnector::from(Arc::new(trusted.client()))
}

/// Reads to the end of the stream, or until it is reset.
async fn end(mut stream: TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _reset =
        timeout(Duration::from_secs(10), stream.read_to_end(&mut bytes)).await.expect("it is closed");
    bytes
}

#[tokio::test]
async fn http_1_1_is_spoken_within_tls_1_2_and_1_3() {
    let (server, sample) = start(Settings::default()).await;
    for version in [&TLS12, &TLS13] {
        let mut authorities = rustls::RootCertStore::empty();
        authorities.add(sample.der.clone()).unwrap();
        let mut config =
            rustls::ClientConfig::builder_with_provider(sample.client().crypto_provider().clone())
                .with_protocol_versions(&[version])
                .unwrap()
                .with_root_certificates(authorities)
                .with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let mut stream = server.secure(&TlsConnector::from(Arc::new(config))).await.unwrap();
        let connection = stream.get_ref().1;
        assert_eq!(connection.protocol_version(), Some(version.version));
        assert_eq!(connection.alpn_protocol(), Some(&b"http/1.1"[..]));
        let own = stream.get_ref().0.local_addr().unwrap();
        ask(&mut stream, "/peer").await;
        let answer = answer(stream).await;
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with(&own.to_string()), "{answer}");
    }
}

#[tokio::test]
async fn a_connection_is_kept_over_tls_too() {
    let (server, sample) = start(Settings::default()).await;
    let mut stream = server.secure(&connector(&sample)).await.unwrap();
    for _ in 0..3 {
        stream.write_all(b"GET /peer HTTP/1.1\r\nHost: desk\r\n\r\n").await.unwrap();
        let mut bytes = [0; 1_024];
        assert_ne!(stream.read(&mut bytes).await.unwrap(), 0);
        assert!(bytes.starts_with(b"HTTP/1.1 200"));
    }
}

#[tokio::test]
async fn a_late_handshake_is_dropped() {
    let settings = Settings { header: Duration::from_millis(50), ..Settings::default() };
    let (server, sample) = start(settings).await;
    // Nothing, and the beginning of a greeting that is never complete.
    for begun in [&b""[..], &[0x16], &[0x16, 3, 1, 2, 0, 1]] {
        let mut stream = server.connect().await;
        stream.write_all(begun).await.unwrap();
        assert!(end(stream).await.is_empty(), "{begun:?}");
    }
    // A handshake without a request: it shares the time limit with the first header.
    let stream = server.secure(&connector(&sample)).await.unwrap();
    assert_eq!(timeout(Duration::from_secs(10), answer(stream)).await.unwrap(), "");
}

#[tokio::test]
async fn a_handshake_has_a_slot_and_a_silent_one_gives_way() {
    let settings = Settings { connections: 1, header: Duration::from_secs(3_600), ..Settings::default() };
    let (server, sample) = start(settings).await;
    let silent = server.connect().await;
    let client = connector(&sample);
    let connecting = timeout(Duration::from_secs(20), server.secure(&client));
    let mut stream = connecting.await.expect("it gets the slot").unwrap();
    assert!(timeout(Duration::from_secs(20), end(silent)).await.unwrap().is_empty(), "it is closed");
    ask(&mut stream, "/slow").await;
    server.reached.notified().await;
    let next = server.secure(&client);
    tokio::pin!(next);
    assert!(timeout(Duration::from_millis(100), &mut next).await.is_err(), "it waits for the slot");
    server.release.notify_one();
    assert!(answer(stream).await.starts_with("HTTP/1.1 200"));
    next.await.unwrap();
}

#[tokio::test]
async fn a_handshake_that_fails_or_takes_long_leaves_others_alone() {
    let (server, sample) = start(Settings::default()).await;
    let mut in_flight = server.secure(&connector(&sample)).await.unwrap();
    ask(&mut in_flight, "/slow").await;
    server.reached.notified().await;

    let _silent = server.connect().await;
    let distrust = server.secure(&connector(&Sample::new())).await.unwrap_err();
    assert!(distrust.to_string().contains("invalid peer certificate"), "{distrust}");
    let mut only_http_2 = sample.client();
    only_http_2.alpn_protocols = vec![b"h2".to_vec()];
    let refused = server.secure(&TlsConnector::from(Arc::new(only_http_2))).await.unwrap_err();
    assert!(refused.to_string().contains("NoApplicationProtocol"), "{refused}");
    let mut gone = server.connect().await;
    gone.write_all(&[0x16, 3, 1]).await.unwrap();
    drop(gone);

    let mut stream = server.secure(&connector(&sample)).await.unwrap();
    ask(&mut stream, "/peer").await;
    assert!(answer(stream).await.starts_with("HTTP/1.1 200"));
    server.release.notify_one();
    assert!(answer(in_flight).await.ends_with("finished"));
}

#[tokio::test]
async fn plain_http_is_not_answered() {
    let (server, _) = start(Settings::default()).await;
    let mut plain = server.connect().await;
    ask(&mut plain, "/peer").await;
    let said = end(plain).await;
    // At most a TLS alert.
    assert!(said.len() <= 7 && !said.starts_with(b"HTTP"), "{said:?}");
}

#[tokio::test]
async fn a_client_that_stops_reading_is_cut_off() {
    let settings = Settings { connections: 1, stall: Duration::from_millis(100), ..Settings::default() };
    let (server, sample) = start(settings).await;
    let client = connector(&sample);
    let mut deaf = server.secure(&client).await.unwrap();
    ask(&mut deaf, "/large").await;
    let next = timeout(Duration::from_secs(20), server.secure(&client)).await;
    next.expect("its slot is free again").unwrap();
    drop(deaf);
}

#[tokio::test]
async fn a_request_in_flight_is_finished_and_a_handshake_is_not() {
    let (server, sample) = start(Settings::default()).await;
    let mut in_flight = server.secure(&connector(&sample)).await.unwrap();
    ask(&mut in_flight, "/slow").await;
    server.reached.notified().await;
    let unused = server.secure(&connector(&sample)).await.unwrap();
    let mut greeting = server.connect().await;
    greeting.write_all(&[0x16, 3, 1]).await.unwrap();
    let silent = server.connect().await;
    // Until the last has been accepted, too.
    sleep(Duration::from_millis(50)).await;
    server.shutdown.begin();
    assert_eq!(answer(unused).await, "");
    for stream in [greeting, silent] {
        assert!(end(stream).await.is_empty());
    }
    assert!(!server.running.is_finished());
    server.release.notify_one();
    assert!(answer(in_flight).await.ends_with("finished"));
    server.running.await.unwrap().unwrap();
}
