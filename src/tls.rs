//! TLS: whom this server trusts when it connects to others, and who it says that it is.

pub mod certificate;
pub mod renewal;
#[cfg(test)]
pub(crate) mod sample;

use std::sync::Arc;

use tokio_rustls::rustls::{
    ClientConfig, Error, RootCertStore, ServerConfig,
    crypto::ring,
    server::ResolvesServerCert,
    version::{TLS12, TLS13},
};

/// What is spoken within TLS, as clients ask for it (ALPN). HTTP/2 is a proxy's to speak.
const HTTP_1_1: &[u8] = b"http/1.1";

/// The authorities that this machine trusts: its certificate store, or the file that
/// `SSL_CERT_FILE` names. Read anew: whoever asks keeps what comes.
pub fn of_this_machine() -> RootCertStore {
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!(%error, "a certificate of an authority cannot be read");
    }
    let mut roots = RootCertStore::empty();
    let (trusted, ignored) = roots.add_parsable_certificates(found.certs);
    if trusted == 0 {
        tracing::error!(ignored, "this machine trusts no authority: nothing can be reached by HTTPS");
    }
    roots
}

/// Trusts these, and nobody else.
///
/// # Errors
/// What rustls says; nothing that can be done about it here.
pub fn client(authorities: RootCertStore) -> Result<ClientConfig, Error> {
    Ok(ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(authorities)
        .with_no_client_auth())
}

/// Speaks TLS 1.2 and 1.3, and HTTP/1.1 within it, with the certificate that it is given for each
/// connection.
///
/// # Errors
/// What rustls says; nothing that can be done about it here.
pub fn server(certificates: Arc<dyn ResolvesServerCert>) -> Result<ServerConfig, Error> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&TLS13, &TLS12])?
        .with_no_client_auth()
        .with_cert_resolver(certificates);
    config.alpn_protocols = vec![HTTP_1_1.to_vec()];
    Ok(config)
}
