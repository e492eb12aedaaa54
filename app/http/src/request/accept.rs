//! Content negotiation by `Accept` (RFC 9110, section 12.5.1).

use http::{HeaderMap, header::ACCEPT};

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

fn ranges(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
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
    matches!(parameter, "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
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
