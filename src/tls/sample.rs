//! Certificates for tests.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use rcgen::{CertificateParams, KeyPair};
use tempfile::TempDir;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, pki_types::CertificateDer};

use super::certificate::Files;

/// Name in all of them.
pub(crate) const NAME: &str = "localhost";

/// A certificate and its key in files of their own, with the right modes.
pub(crate) struct Sample {
    pub(crate) files: Files,
    pub(crate) der: CertificateDer<'static>,
    pub(crate) certificate: String,
    pub(crate) key: KeyPair,
    _folder: TempDir,
}

impl Sample {
    /// A self-signed certificate.
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut CertificateParams)) -> Self {
        let mut params = CertificateParams::new([NAME.to_owned()]).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let made = params.self_signed(&key).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let [certificate, file] = ["certificate.pem", "key.pem"].map(|name| folder.path().join(name));
        write_private(&certificate, &made.pem());
        write_private(&file, &key.serialize_pem());
        Self {
            files: Files { certificate, key: file },
            der: made.der().clone(),
            certificate: made.pem(),
            key,
            _folder: folder,
        }
    }

    /// Overwrites the files with those of another.
    pub(crate) fn replace_by(&self, other: &Self) {
        write_private(&self.files.certificate, &other.certificate);
        write_private(&self.files.key, &other.key.serialize_pem());
    }

    /// Returns the settings of a client that trusts this certificate only.
    pub(crate) fn client(&self) -> ClientConfig {
        let mut authorities = RootCertStore::empty();
        authorities.add(self.der.clone()).unwrap();
        super::client(authorities).unwrap()
    }
}

pub(crate) fn write_private(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}
