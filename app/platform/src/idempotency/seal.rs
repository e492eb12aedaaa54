//! Encryption of answers: XChaCha20-Poly1305, with a random nonce before the ciphertext.

use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce, aead::Aead};

use super::Error;

const NONCE: usize = 24;

/// # Errors
/// [`Error::Randomness`].
pub(super) fn close(key: &[u8; 32], plain: &[u8]) -> Result<Vec<u8>, Error> {
    let mut nonce = [0; NONCE];
    getrandom::fill(&mut nonce)?;
    let cipher = XChaCha20Poly1305::new(key.into());
    let sealed = cipher.encrypt(XNonce::from_slice(&nonce), plain).map_err(|_| Error::Seal)?;
    Ok([&nonce[..], &sealed].concat())
}

/// `None` if it was encrypted with another key, or tampered with.
pub(super) fn open(key: &[u8; 32], sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, sealed) = sealed.split_at_checked(NONCE)?;
    XChaCha20Poly1305::new(key.into()).decrypt(XNonce::from_slice(nonce), sealed).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_key_that_sealed_it_opens_it() {
        let sealed = close(&[1; 32], b"fd_secret").unwrap();
        assert!(!sealed.windows(9).any(|some| some == b"fd_secret"));
        assert_eq!(open(&[1; 32], &sealed).as_deref(), Some(b"fd_secret".as_slice()));
        assert_eq!(open(&[2; 32], &sealed), None);
        assert_eq!(open(&[1; 32], &sealed[..sealed.len() - 1]), None);
        assert_eq!(open(&[1; 32], &sealed[..3]), None);
    }
}
