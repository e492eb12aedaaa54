//! The content type of a request's body.

use frontdesk_model::{Code, Problem};
use http::{HeaderMap, Method, header::CONTENT_TYPE};

use super::operation::Operation;

/// The media type of a merge patch (RFC 7396).
const MERGE_PATCH: &str = "application/merge-patch+json";

/// Requires the content type of JSON, which a form on another site cannot send. A patch may be called a merge
/// patch (RFC 7396), which it is.
pub(super) fn check(operation: &Operation, headers: &HeaderMap, body: &[u8]) -> Result<(), Problem> {
    if body.is_empty() || operation.method == Method::GET {
        return Ok(());
    }
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = kind.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|kind| {
        kind.eq_ignore_ascii_case("application/json")
            || (operation.method == Method::PATCH && kind.eq_ignore_ascii_case(MERGE_PATCH))
    });
    let is_utf8 = parts.all(|part| match part.split_once('=') {
        Some((name, value)) if name.eq_ignore_ascii_case("charset") => {
            let charset = value.trim_matches('"');
            charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
        }
        _ => true,
    });
    if is_json && is_utf8 { Ok(()) } else { Err(Problem::new(Code::UnsupportedMediaType)) }
}
