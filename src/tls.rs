//! Whom this server trusts when it connects to others.

use std::sync::Arc;

use tokio_rustls::rustls::{ClientConfig, Error, RootCertStore, crypto::ring};

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
