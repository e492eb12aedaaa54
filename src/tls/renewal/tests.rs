use std::fs;

use tokio::{
    io::duplex,
    signal::unix::{SignalKind, signal},
};
use tokio_rustls::{
    TlsConnector,
    rustls::pki_types::{CertificateDer, ServerName},
};

use super::*;
use crate::tls::sample::{NAME, Sample};

/// The certificate shown to a client that trusts only this one; `None` if it is another.
async fn shown_to(client: &Sample, tls: &TlsAcceptor) -> Option<CertificateDer<'static>> {
    let (theirs, ours) = duplex(64 * 1024);
    let server = tokio::spawn({
        let tls = tls.clone();
        async move { tls.accept(ours).await }
    });
    let stream = TlsConnector::from(Arc::new(client.client()))
        .connect(ServerName::try_from(NAME).unwrap(), theirs)
        .await;
    let _ = server.await.unwrap();
    let stream = stream.ok()?;
    Some(stream.get_ref().1.peer_certificates().unwrap()[0].clone())
}

fn look(certificate: &mut Certificate) {
    let read = certificate.files.read();
    certificate.take(read);
}

#[tokio::test]
async fn new_connections_are_shown_a_renewed_certificate_and_no_broken_one() {
    let (old, new) = (Sample::new(), Sample::new());
    let mut certificate = Certificate::load(old.files.clone()).unwrap();
    let tls = certificate.acceptor().unwrap();
    look(&mut certificate);
    assert_eq!(shown_to(&old, &tls).await, Some(old.der.clone()));

    // The new certificate is written, its key is not yet.
    fs::write(&old.files.certificate, &new.certificate).unwrap();
    look(&mut certificate);
    assert!(certificate.complaint.is_some());
    assert_eq!(shown_to(&old, &tls).await, Some(old.der.clone()));
    assert_eq!(shown_to(&new, &tls).await, None);

    old.replace_by(&new);
    look(&mut certificate);
    assert!(certificate.complaint.is_none());
    assert_eq!(shown_to(&new, &tls).await, Some(new.der.clone()));
    assert_eq!(shown_to(&old, &tls).await, None);

    for broken in ["", "-----BEGIN CERTIFICATE-----\n"] {
        fs::write(&old.files.certificate, broken).unwrap();
        look(&mut certificate);
        assert_eq!(shown_to(&new, &tls).await, Some(new.der.clone()), "{broken}");
    }
    fs::remove_file(&old.files.key).unwrap();
    look(&mut certificate);
    assert_eq!(shown_to(&new, &tls).await, Some(new.der.clone()));
}

#[tokio::test(start_paused = true)]
async fn the_files_are_read_again_every_minute() {
    let (old, new) = (Sample::new(), Sample::new());
    let certificate = Certificate::load(old.files.clone()).unwrap();
    let tls = certificate.acceptor().unwrap();
    let (clock, shutdown) = (Clock::set_to(Timestamp::from_seconds(0)), Shutdown::default());
    let hangups = signal(SignalKind::hangup()).unwrap();
    let following = tokio::spawn(certificate.follow(clock, hangups, shutdown.clone()));
    old.replace_by(&new);
    tokio::time::sleep(INTERVAL - Duration::from_secs(1)).await;
    assert_eq!(shown_to(&old, &tls).await, Some(old.der.clone()));
    // The test cannot control how long reading takes.
    let mut tries = 0;
    while shown_to(&new, &tls).await.is_none() {
        tries += 1;
        assert!(tries < 1_000, "it is never shown");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    shutdown.begin();
    following.await.unwrap();
}

#[test]
fn who_reads_the_log_is_reminded_once_a_day_of_a_certificate_that_ends() {
    let sample = Sample::with(|params| params.not_after = rcgen::date_time_ymd(2026, 3, 14));
    let mut certificate = Certificate::load(sample.files.clone()).unwrap();
    let mut reminded_at = |moment: &str| {
        let now = Timestamp::parse(moment).unwrap();
        certificate.remind(now);
        certificate.reminded == Some(now)
    };
    for (moment, expected) in [
        ("2026-03-10T23:59:59Z", false),
        ("2026-03-11T00:00:00Z", true),
        ("2026-03-11T23:59:59Z", false),
        ("2026-03-12T00:00:00Z", true),
        ("2026-04-01T00:00:00Z", true),
    ] {
        assert_eq!(reminded_at(moment), expected, "{moment}");
    }
    sample.replace_by(&Sample::new());
    look(&mut certificate);
    assert_eq!(certificate.reminded, None);
}
