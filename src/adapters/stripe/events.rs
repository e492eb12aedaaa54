//! Events of Stripe: their signature, and the payment that they are about.

use frontdesk_domain::gateway::{GatewayEvent, GatewayEventError};
use frontdesk_model::{PaymentId, Secret, Timestamp};
use hmac::{Hmac, Mac as _};
use serde::Deserialize;
use serde_json::Value;
use sha2::Sha256;

use super::wire::{id_in, is_reference};

/// The largest difference between its clock and ours, with the time in transit, in seconds.
const TOLERANCE: u64 = 300;
/// The most signatures that are checked. There are two while a secret is replaced.
const SIGNATURES: usize = 8;
/// The prefixes of event types about payments.
const KINDS: [&str; 3] = ["payment_intent.", "charge.", "refund."];

/// The header `Stripe-Signature`: `t=1492774577,v1=5257a8…,v1=…`.
struct Signature {
    at: i64,
    signed: Vec<Vec<u8>>,
}

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: Value,
}

/// Reads an event, after its signature has been verified.
///
/// # Errors
/// [`GatewayEventError`] for unsigned, forged, old and malformed events.
pub(super) fn read(
    secrets: &[Secret],
    signature: Option<&str>,
    body: &[u8],
    now: Timestamp,
) -> Result<Option<GatewayEvent>, GatewayEventError> {
    if secrets.is_empty() {
        return Err(GatewayEventError::NotExpected);
    }
    let Signature { at, signed } = signature.and_then(parse).ok_or(GatewayEventError::Unsigned)?;
    if !secrets.iter().any(|secret| is_signed(secret, at, body, &signed)) {
        return Err(GatewayEventError::Forged);
    }
    if now.seconds().abs_diff(at) > TOLERANCE {
        return Err(GatewayEventError::Expired);
    }
    let event: Event = serde_json::from_slice(body).map_err(|_| GatewayEventError::Malformed)?;
    Ok(about(event))
}

fn parse(header: &str) -> Option<Signature> {
    let (mut at, mut signed) = (None, Vec::new());
    for (name, value) in header.split(',').filter_map(|part| part.trim().split_once('=')) {
        match name {
            "t" => at = Some(value.parse().ok()?),
            "v1" if signed.len() < SIGNATURES => signed.extend(bytes(value)),
            _ => {}
        }
    }
    if signed.is_empty() { None } else { Some(Signature { at: at?, signed }) }
}

/// Decodes hexadecimal digits.
fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        hex.chars().map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits.filter(|digits| digits.len() == 64)?;
    Some(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// Compares in constant time, so that response times reveal nothing about a signature.
fn is_signed(secret: &Secret, at: i64, body: &[u8], signed: &[Vec<u8>]) -> bool {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()) else { return false };
    mac.update(at.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    signed.iter().any(|signed| mac.clone().verify_slice(signed).is_ok())
}

/// Returns the payment of ours that it is about, if any.
fn about(event: Event) -> Option<GatewayEvent> {
    let Event { kind, data: Data { object } } = event;
    if !KINDS.iter().any(|prefix| kind.starts_with(prefix)) {
        return None;
    }
    let payment: PaymentId = object.pointer("/metadata/frontdesk_payment")?.as_str()?.parse().ok()?;
    let of = |name| object.get(name).and_then(id_in).filter(|id| is_reference(id));
    // A charge may be a part of a PaymentIntent, and a refund belongs to either.
    let reference = match object.get("object").and_then(Value::as_str) {
        Some("payment_intent") => of("id"),
        Some("charge") => of("payment_intent").or_else(|| of("id")),
        _ => of("payment_intent").or_else(|| of("charge")),
    };
    Some(GatewayEvent { payment, reference: reference.map(ToOwned::to_owned), kind })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
    const PAYMENT: &str = "01a2033b-b2df-7000-8000-000000000001";

    fn secrets(texts: &[&str]) -> Vec<Secret> {
        texts.iter().map(|text| Secret::new(*text)).collect()
    }

    /// Computes the `v1` signature of a body.
    fn v1(secret: &str, at: i64, body: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(&[format!("{at}.").as_bytes(), body].concat());
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn read_at(at: i64, body: &Value) -> Result<Option<GatewayEvent>, GatewayEventError> {
        let body = body.to_string();
        let header = format!("t={at},v1={}", v1("whsec_a", at, body.as_bytes()));
        read(&secrets(&["whsec_a"]), Some(&header), body.as_bytes(), NOW)
    }

    fn event(kind: &str, object: &Value) -> Value {
        json!({"id": "evt_1", "object": "event", "type": kind, "data": {"object": object}})
    }

    fn intent() -> Value {
        json!({"id": "pi_1", "object": "payment_intent", "metadata": {"frontdesk_payment": PAYMENT}})
    }

    #[test]
    fn a_known_signature_is_what_openssl_makes_of_it() {
        // printf '1492774577.{"a":1}' | openssl dgst -sha256 -hmac whsec_test
        let known = "2a55874e33dedb30da6fac02873208f53a243141599a71c0d52a1d5b89656823";
        assert_eq!(v1("whsec_test", 1_492_774_577, br#"{"a":1}"#), known);
    }

    #[test]
    fn an_event_is_about_the_payment_in_its_metadata() {
        let metadata = json!({"frontdesk_payment": PAYMENT});
        let cases = [
            ("payment_intent.succeeded", intent(), Some("pi_1")),
            (
                "charge.succeeded",
                json!({"object": "charge", "id": "ch_1", "metadata": metadata}),
                Some("ch_1"),
            ),
            (
                "charge.refunded",
                json!({"object": "charge", "id": "ch_1", "payment_intent": "pi_2", "metadata": metadata}),
                Some("pi_2"),
            ),
            (
                "charge.failed",
                json!({"object": "charge", "id": "ch_1", "payment_intent": {"id": "pi_3"}, "metadata": metadata}),
                Some("pi_3"),
            ),
            (
                "refund.failed",
                json!({"object": "refund", "id": "re_1", "charge": "ch_4", "payment_intent": null, "metadata": metadata}),
                Some("ch_4"),
            ),
            (
                "refund.updated",
                json!({"object": "refund", "id": "re_1", "charge": "ch_4", "payment_intent": "pi_4", "metadata": metadata}),
                Some("pi_4"),
            ),
            ("charge.expired", json!({"object": "charge", "id": "../x", "metadata": metadata}), None),
        ];
        for (kind, object, reference) in cases {
            let notice = read_at(NOW.seconds(), &event(kind, &object)).unwrap().unwrap();
            assert_eq!((notice.payment.to_string(), &*notice.kind), (PAYMENT.to_owned(), kind));
            assert_eq!(notice.reference.as_deref(), reference, "{kind}");
        }
    }

    #[test]
    fn an_event_about_no_payment_of_ours_is_ignored() {
        let other = json!({"id": "pi_1", "object": "payment_intent", "metadata": {"order": "7"}});
        let not_an_id = json!({"id": "pi_1", "metadata": {"frontdesk_payment": "7"}});
        for event in [
            event("customer.created", &intent()),
            event("payment_intent.succeeded", &other),
            event("payment_intent.succeeded", &not_an_id),
            event("charge.succeeded", &json!({"id": "ch_1"})),
        ] {
            assert_eq!(read_at(NOW.seconds(), &event), Ok(None), "{event}");
        }
    }

    #[test]
    fn without_a_secret_no_events_are_expected() {
        assert_eq!(read(&[], Some("t=1,v1=00"), b"{}", NOW), Err(GatewayEventError::NotExpected));
    }

    #[test]
    fn an_invalid_signature_header_counts_as_unsigned() {
        let body = event("payment_intent.succeeded", &intent()).to_string();
        let good = v1("whsec_a", NOW.seconds(), body.as_bytes());
        let at = NOW.seconds();
        for header in [
            String::new(),
            format!("v1={good}"),
            format!("t={at}"),
            format!("t=soon,v1={good}"),
            format!("t={at},v1={}", &good[1..]),
            format!("t={at},v1={}g", &good[1..]),
            format!("t={at},v0={good}"),
            format!("t:{at};v1:{good}"),
        ] {
            let refused = read(&secrets(&["whsec_a"]), Some(&header), body.as_bytes(), NOW);
            assert_eq!(refused, Err(GatewayEventError::Unsigned), "{header}");
        }
        assert_eq!(
            read(&secrets(&["whsec_a"]), None, body.as_bytes(), NOW),
            Err(GatewayEventError::Unsigned)
        );
    }

    #[test]
    fn any_secret_and_any_signature_is_accepted_and_no_other() {
        let body = event("payment_intent.succeeded", &intent()).to_string();
        let at = NOW.seconds();
        let header = |secrets: &[&str]| {
            let signed: Vec<_> =
                secrets.iter().map(|it| format!("v1={}", v1(it, at, body.as_bytes()))).collect();
            format!("t={at},{},v0=00", signed.join(","))
        };
        let says =
            |header: &str, body: &str| read(&secrets(&["old", "new"]), Some(header), body.as_bytes(), NOW);
        for signed in [&["old"][..], &["new"], &["other", "new"], &["old", "new"]] {
            assert!(says(&header(signed), &body).unwrap().is_some(), "{signed:?}");
        }
        assert_eq!(says(&header(&["other"]), &body), Err(GatewayEventError::Forged));
        assert_eq!(says(&header(&["new"]), &body.replace("pi_1", "pi_2")), Err(GatewayEventError::Forged));
        let moved = header(&["new"]).replace(&at.to_string(), &(at + 1).to_string());
        assert_eq!(says(&moved, &body), Err(GatewayEventError::Forged));
    }

    #[test]
    fn an_event_is_valid_for_five_minutes_both_ways() {
        let event = event("payment_intent.succeeded", &intent());
        for (seconds, is_good) in [(-301, false), (-300, true), (0, true), (300, true), (301, false)] {
            let told = read_at(NOW.seconds() + seconds, &event);
            let expected = if is_good { told.clone() } else { Err(GatewayEventError::Expired) };
            assert_eq!((told.is_ok(), told), (is_good, expected), "{seconds}");
        }
        assert_eq!(read_at(i64::MIN, &event), Err(GatewayEventError::Expired));
    }

    #[test]
    fn a_signed_event_of_another_format_is_malformed() {
        for body in
            ["", "{", "[]", "{}", r#"{"type":"charge.succeeded"}"#, r#"{"type":1,"data":{"object":{}}}"#]
        {
            let header = format!("t={},v1={}", NOW.seconds(), v1("whsec_a", NOW.seconds(), body.as_bytes()));
            let refused = read(&secrets(&["whsec_a"]), Some(&header), body.as_bytes(), NOW);
            assert_eq!(refused, Err(GatewayEventError::Malformed), "{body}");
        }
    }
}
