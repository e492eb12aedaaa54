//! Conditional requests by entity tags (RFC 9110, section 13).

use frontdesk_model::{Code, Problem};
use http::{
    HeaderMap,
    header::{IF_MATCH, IF_NONE_MATCH},
};
use sha2::{Digest, Sha256};

/// The entity tag of a body: `"3-9f86d081884c7d65"`, its version, if it has one, and a part of its
/// hash. [`expected_version`] reads the version only, [`is_fresh`] compares all of it.
pub fn entity_tag(version: Option<i64>, body: &[u8]) -> String {
    let hash: String = Sha256::digest(body).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    match version {
        Some(version) => format!("\"{version}-{hash}\""),
        None => format!("\"{hash}\""),
    }
}

/// Returns true if `If-None-Match` names this tag: the client's copy is the present state.
pub fn is_fresh(headers: &HeaderMap, tag: &str) -> bool {
    let lines = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|one| {
        let one = one.trim();
        one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag
    })
}

/// Reads the version out of an [`entity_tag`] in `If-Match`.
///
/// # Errors
/// `PRECONDITION_REQUIRED` without the header, `PRECONDITION_FAILED` for anything that is no tag with
/// a version.
pub fn expected_version(headers: &HeaderMap) -> Result<i64, Problem> {
    let Some(value) = headers.get(IF_MATCH) else { return Err(Problem::new(Code::PreconditionRequired)) };
    let tag = value.to_str().ok().and_then(|text| text.trim().strip_prefix('"')?.strip_suffix('"'));
    let version = tag.and_then(|tag| tag.split('-').next()?.parse().ok());
    // Another tag cannot be that of the present version.
    version.ok_or_else(|| Problem::new(Code::PreconditionFailed))
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        [(name, HeaderValue::from_str(value).unwrap())].into_iter().collect()
    }

    #[test]
    fn a_tag_is_recognised_and_its_version_read() {
        let tag = entity_tag(Some(3), b"body");
        for fresh in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
            assert!(is_fresh(&headers(IF_NONE_MATCH, &fresh), &tag), "{fresh}");
        }
        assert!(!is_fresh(&headers(IF_NONE_MATCH, "\"other\""), &tag));
        assert!(!is_fresh(&HeaderMap::new(), &tag));
        assert_eq!(expected_version(&headers(IF_MATCH, &tag)).unwrap(), 3);
    }

    #[test]
    fn a_version_must_be_given_as_a_tag() {
        let error = |headers: &HeaderMap| expected_version(headers).unwrap_err().error;
        assert_eq!(error(&HeaderMap::new()), Code::PreconditionRequired);
        for wrong in ["3", "*", "\"a-b\"", "W/\"3-9f86d081884c7d65\""] {
            assert_eq!(error(&headers(IF_MATCH, wrong)), Code::PreconditionFailed, "{wrong}");
        }
    }
}
