//! The server's certificate and its key: two files.

use std::{
    fs::{self, File},
    io::{self, Read},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use frontdesk_model::Timestamp;
use tokio_rustls::rustls::{
    self, CertificateError, InconsistentKeys, RootCertStore,
    client::verify_server_cert_signed_by_trust_anchor,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, UnixTime, pem::PemObject},
    server::ParsedCertificate,
    sign::CertifiedKey,
};

/// The largest size of either file, in bytes. A chain with a key of every kind has a tenth of it.
const MAX_FILE: u64 = 1024 * 1024;
/// The mode bits that let the group or all users read a file.
const READ_BY_OTHERS: u32 = 0o044;

/// The paths of a certificate and its key, as PEM. They may be the same file.
#[derive(Clone, Debug)]
pub struct Files {
    /// The certificate of the server, then the intermediate ones.
    pub certificate: PathBuf,
    /// PKCS#8, PKCS#1 or SEC1, without a password.
    pub key: PathBuf,
}

/// The content of the files.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) certified: CertifiedKey,
    /// The end of the server's certificate, if it is known.
    pub(super) ends: Option<Timestamp>,
    /// True if other users than its owner may read the key.
    pub(super) is_exposed: bool,
}

/// The reason that the files are unusable, in words for an operator.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the file {} of {option} cannot be read", path.display())]
    Read { option: &'static str, path: PathBuf, source: io::Error },
    #[error("the file {} of {option} is no PEM that is whole", path.display())]
    Broken { option: &'static str, path: PathBuf },
    #[error("there is no certificate in the file {} of --tls-certificate", .0.display())]
    NoCertificate(PathBuf),
    #[error("there is no private key without a password in the file {} of --tls-key", .0.display())]
    NoKey(PathBuf),
    #[error(
        "the key in {} is not that of the first certificate in {}, which must be the server's own",
        key.display(), certificate.display()
    )]
    Mismatch { certificate: PathBuf, key: PathBuf },
    #[error("the certificate in {} and the key in {} cannot be used", certificate.display(), key.display())]
    Unusable { certificate: PathBuf, key: PathBuf, source: rustls::Error },
    #[error("TLS cannot be spoken")]
    Protocol(#[source] rustls::Error),
}

impl Files {
    /// Reads both files and checks that they belong together. Blocks.
    pub(super) fn read(&self) -> Result<Pair, Error> {
        const CERTIFICATE: &str = "--tls-certificate";
        const KEY: &str = "--tls-key";
        let chain = read(&self.certificate, CERTIFICATE)?;
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&chain)
            .collect::<Result<_, _>>()
            .map_err(|_| Error::Broken { option: CERTIFICATE, path: self.certificate.clone() })?;
        let Some(own) = chain.first() else { return Err(Error::NoCertificate(self.certificate.clone())) };
        let ends = end(own);
        let key = read(&self.key, KEY)?;
        let key = match PrivateKeyDer::pem_slice_iter(&key).next() {
            Some(Ok(key)) => key,
            Some(Err(_)) => return Err(Error::Broken { option: KEY, path: self.key.clone() }),
            None => return Err(Error::NoKey(self.key.clone())),
        };
        let (certificate, path) = (self.certificate.clone(), self.key.clone());
        let certified =
            CertifiedKey::from_der(chain, key, &ring::default_provider()).map_err(|error| match error {
                rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
                    Error::Mismatch { certificate, key: path }
                }
                source => Error::Unusable { certificate, key: path, source },
            })?;
        Ok(Pair { certified, ends, is_exposed: is_exposed(&self.key) })
    }
}

fn read(path: &Path, option: &'static str) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAX_FILE).read_to_end(&mut bytes));
    read.map(|_| bytes).map_err(|source| Error::Read { option, path: path.to_owned(), source })
}

/// Returns true if other users than its owner may read the file, which has just been read.
fn is_exposed(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|about| about.permissions().mode() & READ_BY_OTHERS != 0)
}

/// Returns the end of a certificate. Rustls exposes it only in the error for an expired one, so it verifies
/// the certificate at the end of time, which is checked before anything else.
fn end(certificate: &CertificateDer<'_>) -> Option<Timestamp> {
    let parsed = ParsedCertificate::try_from(certificate).ok()?;
    let end_of_time = UnixTime::since_unix_epoch(Duration::from_secs(u64::MAX));
    let (no_roots, algorithms) =
        (RootCertStore::empty(), ring::default_provider().signature_verification_algorithms);
    match verify_server_cert_signed_by_trust_anchor(&parsed, &no_roots, &[], end_of_time, algorithms.all) {
        Err(rustls::Error::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. })) => {
            i64::try_from(not_after.as_secs()).ok().map(Timestamp::from_seconds)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
