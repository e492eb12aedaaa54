//! Secrets and signatures: HMAC-SHA256 of `webhook-id.webhook-timestamp.body`.

use base64::{Engine, engine::general_purpose::STANDARD};
use frontdesk_model::{EventId, Secret, Timestamp};
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Length of a secret, in bytes. The specification requires 24 to 64.
const SECRET_BYTES: usize = 32;

/// # Errors
/// The machine provides no randomness.
pub(in crate::webhooks) fn new_secret() -> Result<Vec<u8>, getrandom::Error> {
    let mut secret = vec![0; SECRET_BYTES];
    getrandom::fill(&mut secret)?;
    Ok(secret)
}

/// Formats a secret for the receiver: `whsec_…`.
pub(in crate::webhooks) fn text(secret: &[u8]) -> Secret {
    Secret::new(format!("whsec_{}", STANDARD.encode(secret)))
}

/// Headers that identify and authenticate the event. During a rotation there are two signatures, and the
/// receiver accepts either.
pub(in crate::webhooks) fn headers(
    secrets: &[&[u8]],
    id: EventId,
    at: Timestamp,
    body: &str,
) -> [(&'static str, String); 3] {
    let (id, seconds) = (id.to_string(), at.seconds().to_string());
    let signatures: Vec<String> =
        secrets.iter().filter_map(|secret| signature(secret, &id, &seconds, body)).collect();
    [("webhook-id", id), ("webhook-timestamp", seconds), ("webhook-signature", signatures.join(" "))]
}

/// HMAC accepts keys of any length, so this never fails.
fn signature(secret: &[u8], id: &str, seconds: &str, body: &str) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
    for part in [id, ".", seconds, ".", body] {
        mac.update(part.as_bytes());
    }
    Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_the_one_of_the_specification() {
        // The example that the specification's libraries are tested with.
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed =
            signature(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", r#"{"test": 2432232314}"#);
        assert_eq!(signed.unwrap(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_has_a_prefix_and_is_never_the_same() {
        let (one, other) = (new_secret().unwrap(), new_secret().unwrap());
        assert_ne!(one, other);
        let text = text(&one);
        let base64 = text.expose().strip_prefix("whsec_").unwrap();
        assert_eq!(STANDARD.decode(base64).unwrap(), one);
    }
}
