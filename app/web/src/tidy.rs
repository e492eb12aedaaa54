//! Makes valid HTML of the output of Leptos.
//!
//! Leptos marks places in its output with `<!>`, which browsers read as an empty comment and
//! checkers as a mistake. Only islands need the marks to hydrate: inside them they are
//! written as the comments that they are, elsewhere they go, and so do comments. The scripts that
//! Leptos adds at the very end move into the body, which is where they may be.

use memchr::memmem;

const ISLAND: &str = "<leptos-island";
const ISLAND_END: &str = "</leptos-island>";

/// Tidies a whole document.
pub fn tidy(html: &str) -> String {
    // The last one: text about HTML can stand before it.
    let (page, tail) = html.rsplit_once("</html>").unwrap_or((html, ""));
    let (page, scripts) = match page.rfind("</body>") {
        Some(end) => (page.split_at(end), tail),
        None => ((page, ""), ""),
    };
    let mut out = String::with_capacity(html.len());
    let (head, body) = page.0.split_once("</head>").unwrap_or(("", page.0));
    crossorigin(head, &mut out);
    out.push_str(if head.is_empty() { "" } else { "</head>" });
    outside(body, &mut out);
    outside(scripts, &mut out);
    outside(page.1, &mut out);
    out.push_str("</html>");
    out
}

/// Leptos writes the page's nonce where `crossorigin` takes a mode; without a value the mode is the one
/// that is meant.
fn crossorigin(head: &str, out: &mut String) {
    let mut clean = String::with_capacity(head.len());
    let mut parts = head.split(" crossorigin=\"");
    clean.push_str(parts.next().unwrap_or_default());
    for part in parts {
        clean.push_str(" crossorigin");
        clean.push_str(part.split_once('"').map_or("", |(_, rest)| rest));
    }
    without_marks(&clean, out);
}

/// Server-rendered HTML without marks, up to the next island.
fn outside(mut html: &str, out: &mut String) {
    let finder = memmem::Finder::new(ISLAND);
    while let Some(start) = finder.find(html.as_bytes()) {
        without_marks(&html[..start], out);
        let island = &html[start..];
        let end = island.find(ISLAND_END).map_or(island.len(), |at| at + ISLAND_END.len());
        out.push_str(&island[..end].replace("<!>", "<!---->"));
        html = &island[end..];
    }
    without_marks(html, out);
}

fn without_marks(mut html: &str, out: &mut String) {
    let finder = memmem::Finder::new("<!");
    while let Some(at) = finder.find(html.as_bytes()) {
        out.push_str(&html[..at]);
        let rest = &html[at..];
        html = if let Some(rest) = rest.strip_prefix("<!>") {
            rest
        } else if rest.starts_with("<!--") {
            rest.find("-->").map_or("", |end| &rest[end + 3..])
        } else {
            // The doctype.
            out.push_str("<!");
            &rest[2..]
        };
    }
    out.push_str(html);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_may_be_about_html() {
        let rendered =
            "<html><head></head><body><textarea></body></html></textarea><!></body></html><script>1</script>";
        assert_eq!(
            tidy(rendered),
            "<html><head></head><body><textarea></body></html></textarea><script>1</script></body></html>"
        );
    }

    #[test]
    fn marks_stay_in_islands_only_and_scripts_move_into_the_body() {
        let rendered = "<!DOCTYPE html><html><head><!--HEAD--><title>x</title><!></head><body><p>a<!>b</p>\
                        <leptos-island data-component=\"F\"><i>c<!></i></leptos-island><!></body><!></html><!><script>1</script>";
        assert_eq!(
            tidy(rendered),
            "<!DOCTYPE html><html><head><title>x</title></head><body><p>ab</p>\
             <leptos-island data-component=\"F\"><i>c<!----></i></leptos-island><script>1</script></body></html>"
        );
    }
}
