//! PostgreSQL over TLS: its URL determines the trusted authorities.
//!
//! The tests' own server need not support TLS. A proxy in front of it does, like that of a managed
//! PostgreSQL, and forwards the decrypted bytes.

use std::{error::Error as _, sync::Arc};

use frontdesk_domain::db::{DatabaseUrl, Db, Error, Options};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use sqlx::ConnectOptions as _;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer},
    },
};

use crate::support::{Engine, TestDomain, run};

/// A client's request for TLS: its length, 8, and a special number instead of a version.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// A TLS proxy in front of a test's database.
struct Door {
    to: DatabaseUrl,
    port: u16,
    /// Contains `ca.pem`, which signed the certificate of this proxy, and `other.pem`, which did not.
    folder: TempDir,
}

impl Door {
    /// A proxy with a certificate for `name`, or without one.
    async fn open(domain: &TestDomain, name: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (ca, other) = (authority("Ours"), authority("Another"));
        std::fs::write(folder.path().join("ca.pem"), ca.pem()).unwrap();
        std::fs::write(folder.path().join("other.pem"), other.pem()).unwrap();
        let tls = name.map(|name| acceptor(&ca, name));
        let to = domain.url().clone();
        let DatabaseUrl::Postgres(server) = &to else { panic!("this is about PostgreSQL") };
        let server = (server.options.get_host().to_owned(), server.options.get_port());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(converse(client, tls.clone(), server.clone()));
            }
        });
        Self { to, port, folder }
    }

    /// Opens the database through the proxy, which is on `localhost`, with this query in the URL.
    async fn enter(&self, query: &str) -> Result<(), Error> {
        let DatabaseUrl::Postgres(server) = &self.to else { panic!("this is about PostgreSQL") };
        let mut url = server.options.to_url_lossy();
        url.set_host(Some("localhost")).unwrap();
        url.set_port(Some(self.port)).unwrap();
        url.set_query(Some(&query.replace("FOLDER", self.folder.path().to_str().unwrap())));
        let db = Db::open(&url.as_str().parse().unwrap(), &Options::default()).await?;
        let answer = db.ping().await;
        db.close().await;
        answer
    }

    /// Reason of a refusal, as shown to the operator.
    async fn refusal(&self, query: &str) -> String {
        let Err(error) = self.enter(query).await else { panic!("{query} was let in") };
        format!("{error}: {}", error.source().unwrap())
    }
}

fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn acceptor(ca: &CertifiedIssuer<'_, KeyPair>, name: &str) -> TlsAcceptor {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new([name.to_owned()]).unwrap().signed_by(&key, ca).unwrap();
    let chain: Vec<CertificateDer<'static>> = vec![certificate.der().clone()];
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// Answers one client: S and TLS, or N. Without TLS nothing is forwarded, so a successful connection has
/// used it.
async fn converse(mut client: TcpStream, tls: Option<TlsAcceptor>, server: (String, u16)) -> Option<()> {
    let mut request = [0; 8];
    client.read_exact(&mut request).await.ok()?;
    assert_eq!(request, SSL_REQUEST, "TLS was not asked for");
    let Some(tls) = tls else { return client.write_all(b"N").await.ok() };
    client.write_all(b"S").await.ok()?;
    let mut client = tls.accept(client).await.ok()?;
    let mut server = TcpStream::connect(server).await.ok()?;
    copy_bidirectional(&mut client, &mut server).await.ok()?;
    Some(())
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_full_connects_to_the_host_that_the_authority_vouches_for() {
    run(Engine::Postgres, async |domain: TestDomain| {
        let door = Door::open(&domain, Some("localhost")).await;
        door.enter("sslmode=verify-full&sslrootcert=FOLDER/ca.pem").await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_another_authority_is_refused_in_plain_words() {
    run(Engine::Postgres, async |domain: TestDomain| {
        let door = Door::open(&domain, Some("localhost")).await;
        for query in [
            "sslmode=verify-full&sslrootcert=FOLDER/other.pem",
            "sslmode=verify-ca&sslrootcert=FOLDER/other.pem",
            // Self-signed: not by an authority that the machine trusts.
            "sslmode=verify-full",
        ] {
            let why = door.refusal(query).await;
            assert!(why.starts_with("connecting to PostgreSQL failed"), "{query}: {why}");
            assert!(why.contains("invalid peer certificate: UnknownIssuer"), "{query}: {why}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_full_refuses_the_certificate_of_another_host_and_verify_ca_does_not() {
    run(Engine::Postgres, async |domain: TestDomain| {
        let door = Door::open(&domain, Some("db.example")).await;
        let why = door.refusal("sslmode=verify-full&sslrootcert=FOLDER/ca.pem").await;
        assert!(why.contains("not valid for name \"localhost\""), "{why}");
        door.enter("sslmode=verify-ca&sslrootcert=FOLDER/ca.pem").await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn require_means_encrypted_and_by_whomever() {
    run(Engine::Postgres, async |domain: TestDomain| {
        Door::open(&domain, Some("db.example")).await.enter("sslmode=require").await.unwrap();
        let why = Door::open(&domain, None).await.refusal("sslmode=require").await;
        assert!(why.contains("server does not support TLS"), "{why}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_file_that_is_not_there_is_named_as_the_cause() {
    run(Engine::Postgres, async |domain: TestDomain| {
        let door = Door::open(&domain, Some("localhost")).await;
        let why = door.refusal("sslmode=verify-full&sslrootcert=FOLDER/missing.pem").await;
        assert!(why.starts_with("opening a file that the database URL names failed"), "{why}");
    })
    .await;
}
