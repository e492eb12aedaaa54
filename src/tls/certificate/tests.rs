use std::os::unix::fs::PermissionsExt;

use rcgen::date_time_ymd;

use super::*;
use crate::tls::sample::{Sample, write_private};

fn fault(files: &Files) -> String {
    files.read().unwrap_err().to_string()
}

#[test]
fn a_certificate_says_when_it_ends() {
    let sample = Sample::with(|params| {
        (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2031, 12, 24));
    });
    let ends = sample.files.read().unwrap().ends.unwrap();
    assert_eq!(ends.rfc3339(), "2031-12-24T00:00:00Z");
}

#[test]
fn one_that_is_over_or_is_an_authority_s_can_be_read_too() {
    let over = Sample::with(|params| {
        (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    });
    assert_eq!(over.files.read().unwrap().ends.unwrap().rfc3339(), "2021-01-01T00:00:00Z");
}

#[test]
fn a_chain_is_kept_in_its_order_and_a_key_is_found_beside_it() {
    let (own, other) = (Sample::new(), Sample::new());
    let both = format!("# a comment\n{}{}{}", own.key.serialize_pem(), own.certificate, other.certificate);
    write_private(&own.files.certificate, &both);
    let files = Files { key: own.files.certificate.clone(), ..own.files.clone() };
    let read = files.read().unwrap();
    assert_eq!(read.certified.cert, [own.der.clone(), other.der]);
}

#[test]
fn a_key_may_be_sec1() {
    let sample = Sample::new();
    // PKCS#8 wraps it.
    const ENVELOPE: usize = 29;
    let pem = pem_of("EC PRIVATE KEY", &sample.key.serialize_der()[ENVELOPE..]);
    write_private(&sample.files.key, &pem);
    sample.files.read().unwrap();
}

fn pem_of(label: &str, der: &[u8]) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der))
}

#[test]
fn what_is_nothing_to_serve_with_is_told_with_its_file() {
    let (sample, other) = (Sample::new(), Sample::new());
    let Files { certificate, key } = sample.files.clone();
    let [at_certificate, at_key] = [&certificate, &key].map(|path| path.display().to_string());

    let mixed = Files { certificate: certificate.clone(), key: other.files.key.clone() };
    assert!(matches!(mixed.read(), Err(Error::Mismatch { .. })), "{}", fault(&mixed));
    let swapped = Files { certificate: key.clone(), key: certificate.clone() };
    assert_eq!(fault(&swapped), format!("there is no certificate in the file {at_key} of --tls-certificate"));

    for empty in ["", "\n", "no PEM\n"] {
        write_private(&key, empty);
        let expected =
            format!("there is no private key without a password in the file {at_key} of --tls-key");
        assert_eq!(fault(&sample.files), expected);
        write_private(&certificate, empty);
        assert!(matches!(sample.files.read(), Err(Error::NoCertificate(_))), "{empty:?}");
        write_private(&certificate, &sample.certificate);
    }
    write_private(&key, &pem_of("ENCRYPTED PRIVATE KEY", b"secret"));
    assert!(matches!(sample.files.read(), Err(Error::NoKey(_))));
    write_private(&key, &pem_of("PRIVATE KEY", b"no key"));
    assert!(matches!(sample.files.read(), Err(Error::Unusable { .. })));
    write_private(&key, &other.key.serialize_pem()[..80]);
    assert_eq!(fault(&sample.files), format!("the file {at_key} of --tls-key is no PEM that is whole"));

    write_private(&key, &sample.key.serialize_pem());
    write_private(&certificate, &pem_of("CERTIFICATE", b"no certificate"));
    assert!(matches!(sample.files.read(), Err(Error::Unusable { .. })), "{}", fault(&sample.files));
    write_private(&certificate, &sample.certificate[..80]);
    let expected = format!("the file {at_certificate} of --tls-certificate is no PEM that is whole");
    assert_eq!(fault(&sample.files), expected);
    fs::remove_file(&certificate).unwrap();
    let expected = format!("the file {at_certificate} of --tls-certificate cannot be read");
    assert_eq!(fault(&sample.files), expected);
}

#[test]
fn a_key_that_others_can_read_is_noticed() {
    let sample = Sample::new();
    for (mode, expected) in [(0o600, false), (0o400, false), (0o640, true), (0o604, true)] {
        fs::set_permissions(&sample.files.key, fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(sample.files.read().unwrap().is_exposed, expected, "{mode:o}");
    }
}
