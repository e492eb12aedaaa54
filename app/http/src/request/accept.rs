//! Content negotiation by `Accept` and `Accept-Encoding` (RFC 9110, section 12.5).

use http::{
    HeaderMap, HeaderName,
    header::{ACCEPT, ACCEPT_ENCODING},
};

/// The media types that a client with a JSON parser accepts.
const JSON: [&str; 4] = ["*/*", "application/*", "application/json", "application/problem+json"];

/// Returns true if the client names HTML. Browsers do; `*/*` is sent by programs.
pub fn names_html(headers: &HeaderMap) -> bool {
    ranges(headers).any(|range| accepts(range, &["text/html"]))
}

/// Returns true if the client accepts JSON, which a request without `Accept` does.
pub fn takes_json(headers: &HeaderMap) -> bool {
    let mut ranges = ranges(headers).peekable();
    ranges.peek().is_none() || ranges.any(|range| accepts(range, &JSON))
}

/// Returns true if the client accepts a content coding: if it names the coding, that entry counts, and
/// otherwise the wildcard.
pub fn takes_coding(headers: &HeaderMap, coding: &str) -> bool {
    let mut wildcard = false;
    for item in items(headers, &ACCEPT_ENCODING) {
        let mut parts = item.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let accepted = !parts.any(is_zero_weight);
        if name.eq_ignore_ascii_case(coding) {
            return accepted;
        }
        if name == "*" {
            wildcard = accepted;
        }
    }
    wildcard
}

fn ranges(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    items(headers, &ACCEPT)
}

/// The items of a header that is a list, in one line or several.
fn items<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(','))
}

/// Returns true if a media range is one of these, and is not excluded by a weight of zero.
fn accepts(range: &str, kinds: &[&str]) -> bool {
    let mut parts = range.split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default();
    kinds.iter().any(|one| kind.eq_ignore_ascii_case(one)) && !parts.any(is_zero_weight)
}

/// Returns true for `q=0`, with which a client excludes what it names.
fn is_zero_weight(parameter: &str) -> bool {
    let Some((name, weight)) = parameter.split_once('=') else { return false };
    name.trim().eq_ignore_ascii_case("q") && weight.trim().parse() == Ok(0.0)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(lines: &[&'static str]) -> HeaderMap {
        lines.iter().map(|line| (ACCEPT, HeaderValue::from_static(line))).collect()
    }

    #[test]
    fn html_must_be_named() {
        for (lines, expected) in [
            (&["text/html,application/xhtml+xml,*/*;q=0.8"][..], true),
            (&["application/json", "Text/HTML;q=0.1"], true),
            (&["text/html;q=0"], false),
            (&["*/*"], false),
            (&[], false),
        ] {
            assert_eq!(names_html(&headers(lines)), expected, "{lines:?}");
        }
    }

    #[test]
    fn json_is_accepted_unless_something_else_is_asked_for() {
        for (lines, expected) in [
            (&[][..], true),
            (&["*/*"], true),
            (&["text/html, application/problem+json"], true),
            (&["text/html"], false),
            (&["application/json;q=0.000"], false),
        ] {
            assert_eq!(takes_json(&headers(lines)), expected, "{lines:?}");
        }
    }
}
