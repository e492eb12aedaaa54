//! Conditional requests by entity tags (RFC 9110, section 13).

use frontdesk_model::Expected;
use http::{
    HeaderMap,
    header::{IF_MATCH, IF_NONE_MATCH},
};
use sha2::{Digest, Sha256};

/// The entity tag of a body: `"3-9f86d081884c7d65"`, its version, if it has one, and a part of its
/// hash. [`expected`] reads the version only, [`is_fresh`] compares all of it.
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

/// Reads the versions out of the [`entity_tag`]s in `If-Match`, in one line or several; `None` without the
/// header. Only the version decides: a proxy that compresses makes the tag a weak one, or changes its end.
/// A tag without a version matches nothing.
pub fn expected(headers: &HeaderMap) -> Option<Expected> {
    let mut lines = headers.get_all(IF_MATCH).iter().peekable();
    lines.peek()?;
    let tags: Vec<&str> =
        lines.flat_map(|line| line.to_str().unwrap_or_default().split(',')).map(str::trim).collect();
    if tags == ["*"] {
        return Some(Expected::Any);
    }
    Some(Expected::OneOf(tags.into_iter().filter_map(version).collect()))
}

fn version(tag: &str) -> Option<i64> {
    let opaque = tag.strip_prefix("W/").unwrap_or(tag).strip_prefix('"')?.strip_suffix('"')?;
    opaque.split('-').next()?.parse().ok()
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
        assert_eq!(expected(&headers(IF_MATCH, &tag)), Some(Expected::from(3)));
    }

    #[test]
    fn versions_are_read_as_the_header_lists_them() {
        let read = |lines: &[&str]| {
            let lines = lines.iter().map(|line| (IF_MATCH, HeaderValue::from_str(line).unwrap()));
            expected(&lines.collect())
        };
        let some = |versions: &[i64]| Some(Expected::OneOf(versions.to_vec()));
        for (lines, versions) in [
            (&[][..], None),
            (&["*"], Some(Expected::Any)),
            (&[" * "], Some(Expected::Any)),
            (&["\"3-9f86d081884c7d65\""], some(&[3])),
            (&["W/\"3-9f86d081884c7d65\""], some(&[3])),
            (&["\"3-9f86d081884c7d65-gzip\""], some(&[3])),
            (&["\"nope\", \"3-aa\" ,W/\"4-bb\""], some(&[3, 4])),
            (&["\"nope\"", "\"3-aa\""], some(&[3])),
            (&["3", "\"a-b\""], some(&[])),
            (&["*, \"nope\""], some(&[])),
            (&[""], some(&[])),
        ] {
            assert_eq!(read(lines), versions, "{lines:?}");
        }
    }
}
