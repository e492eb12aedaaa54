//! TLS: the authorities that clients of this server trust, and the server's own certificate.

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

/// The protocol within TLS (ALPN). HTTP/2 is left to a proxy.
const HTTP_1_1: &[u8] = b"http/1.1";

/// Reads the authorities of the system: its certificate store, or the file in `SSL_CERT_FILE`. Callers keep
/// the result.
pub fn system_roots() -> RootCertStore {
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

/// Returns the settings of a client that trusts these authorities only.
///
/// # Errors
/// Errors of rustls.
pub fn client(authorities: RootCertStore) -> Result<ClientConfig, Error> {
    Ok(ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(authorities)
        .with_no_client_auth())
}

/// Returns the settings of a server: TLS 1.2 and 1.3 with HTTP/1.1, and a certificate that is resolved for
/// each connection.
///
/// # Errors
/// Errors of rustls.
pub fn server(certificates: Arc<dyn ResolvesServerCert>) -> Result<ServerConfig, Error> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&TLS13, &TLS12])?
        .with_no_client_auth()
        .with_cert_resolver(certificates);
    config.alpn_protocols = vec![HTTP_1_1.to_vec()];
    Ok(config)
}
