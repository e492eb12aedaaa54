//! Promises of every response: checked on each one that any test gets.

use std::{
    collections::HashSet,
    panic::{AssertUnwindSafe, catch_unwind},
};

use frontdesk_http::BaseUrl;
use frontdesk_model::problem::FAULT_CODES;
use http::HeaderName;

use super::{Answer, Page};

/// Implementation details that a response never contains.
const INTERNALS: [&str; 12] = [
    "sqlx",
    "panicked",
    "SELECT ",
    "INSERT ",
    "UPDATE users",
    "users_email_unique",
    "RUST_BACKTRACE",
    "backtrace",
    ".rs:",
    "src/",
    "argon2",
    "token_hash",
];

/// Asserts all promises. `asked` is for failure messages.
pub fn hold(asked: &str, answer: &Answer, base_url: &BaseUrl) {
    secured(asked, answer, base_url);
    cookies(asked, answer, base_url);
    explained(asked, answer);
    if let Some(place) = answer.header("location") {
        let path = place.strip_prefix(base_url.origin()).unwrap_or(place);
        assert!(path.starts_with('/') && !path.starts_with("//"), "{asked} leads off this site: {place}");
    }
    if answer.is_html() && !answer.body.is_empty() {
        page(asked, answer);
    }
}

/// Security headers: each of them, once, on every response.
pub fn secured(asked: &str, answer: &Answer, base_url: &BaseUrl) {
    let https = base_url.is_https();
    let fixed = [
        ("x-content-type-options", Some("nosniff")),
        ("x-frame-options", Some("DENY")),
        ("cross-origin-opener-policy", Some("same-origin")),
        ("cross-origin-resource-policy", Some("same-origin")),
        ("permissions-policy", Some("camera=(), microphone=(), geolocation=(), payment=(self)")),
        ("strict-transport-security", https.then_some("max-age=63072000; includeSubDomains")),
        // The server software is not revealed.
        ("server", None),
        ("x-powered-by", None),
    ];
    for (name, value) in fixed {
        assert_eq!(answer.header(name), value, "{name} of {asked}");
    }
    // Other sites get the origin as the referrer, never the path, which may contain a token.
    let referrer = answer.header("referrer-policy").unwrap_or_default();
    let never_a_path = ["no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"];
    assert!(never_a_path.contains(&referrer), "referrer-policy of {asked}: {referrer}");
    let policy = answer.header("content-security-policy").unwrap_or_default();
    assert!(policy.contains("frame-ancestors 'none'"), "{asked} can be framed: {policy}");
    for loose in ["unsafe-inline", "'unsafe-eval'", " *", "http:", "https:"] {
        assert!(!policy.contains(loose), "{loose} in the policy of {asked}: {policy}");
    }
    let id = answer.header("x-request-id").unwrap_or_default();
    assert!(id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit()), "x-request-id of {asked}: {id}");
    let kept = answer.header("cache-control").unwrap_or_default();
    let is_file = answer.headers.contains_key("etag");
    assert!(kept == "no-store" || is_file, "{asked} may be kept: {kept}");
}

/// Every cookie is for exactly this host, and inaccessible for scripts, other sites' forms and plain
/// HTTP.
fn cookies(asked: &str, answer: &Answer, base_url: &BaseUrl) {
    let bound = base_url.is_https();
    for line in answer.all("set-cookie") {
        let attributes: HashSet<&str> = line.split(';').skip(1).map(str::trim).collect();
        for wanted in ["Path=/", "HttpOnly", "SameSite=Lax"] {
            assert!(attributes.contains(wanted), "{asked} sets a cookie without {wanted}: {line}");
        }
        assert_eq!(attributes.contains("Secure"), bound, "{asked}: {line}");
        assert_eq!(line.starts_with("__Host-"), bound, "{asked}: {line}");
        assert!(!attributes.iter().any(|attribute| attribute.starts_with("Domain")), "{asked}: {line}");
    }
}

/// A refusal has a body, and the header that helps the client, if there is one.
fn explained(asked: &str, answer: &Answer) {
    if matches!(answer.status, 429 | 503) {
        let seconds = answer.header("retry-after").unwrap_or_default().parse::<u32>();
        assert!(seconds.is_ok_and(|seconds| seconds > 0), "retry-after of {asked}");
    }
    assert!(answer.status != 405 || answer.headers.contains_key("allow"), "allow of {asked}");
    if answer.status >= 400 && !asked.starts_with("HEAD ") {
        let kind = answer.header("content-type").unwrap_or_default();
        let explained = kind.starts_with("text/html") || kind == "application/problem+json";
        assert!(explained && !answer.body.is_empty(), "{asked} is refused without a word: {kind}");
    }
    if answer.header("content-type") == Some("application/problem+json") && !asked.starts_with("HEAD ") {
        for fault in answer.problem().details {
            assert!(FAULT_CODES.contains(&&*fault.code), "{asked}: {} is not listed", fault.code);
        }
    }
    if answer.is_html() || answer.status >= 400 {
        let body = String::from_utf8_lossy(&answer.body);
        for internal in INTERNALS {
            assert!(!body.contains(internal), "{asked} tells of {internal}:\n{body}");
        }
    }
}

/// A page is complete and accessible, and runs only our own scripts.
fn page(asked: &str, answer: &Answer) {
    let page = answer.page();
    let about = format!("{asked} ({})", answer.status);
    assert_eq!(page.one("html").get("lang"), Some("en"), "{about}");
    // The document's title is the first; drawings have titles, too.
    let title = page.all("title").next().map(|title| title.text.clone()).unwrap_or_default();
    assert!(title.ends_with(" · Frontdesk"), "{about}: {title:?}");
    assert!(!page.heading().is_empty() && page.by_id("main").is_some(), "{about}");
    references(&about, &page);
    scripts(&about, &page, answer.header("content-security-policy").unwrap_or_default());
}

/// References to elements of the page resolve.
fn references(about: &str, page: &Page) {
    let mut ids = HashSet::new();
    for id in page.elements().filter_map(|element| element.get("id")) {
        assert!(!id.is_empty() && ids.insert(id), "{about} has the id {id:?} twice");
    }
    for element in page.elements() {
        for attribute in ["for", "aria-describedby", "aria-labelledby", "aria-controls"] {
            for id in element.ids(attribute) {
                assert!(ids.contains(id), "{about}: {attribute} names {id}, which is not there: {element:?}");
            }
        }
        if let Some(id) = element.get("href").and_then(|href| href.strip_prefix('#')) {
            assert!(ids.contains(id), "{about}: a link leads to #{id}, which is not there");
        }
    }
}

fn scripts(about: &str, page: &Page, policy: &str) {
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next());
    match nonce {
        Some(nonce) => assert!(nonce.len() >= 16, "{about} has no nonce worth the name: {policy}"),
        // The page without dependencies, and the one that is kept for all visitors.
        None => assert!(
            policy.starts_with("default-src 'none'") || policy.contains("script-src 'none'"),
            "{about}: {policy}"
        ),
    }
    for element in page.elements() {
        for (name, value) in &element.attributes {
            assert!(!name.starts_with("on") && name != "style", "{about} needs unsafe-inline: {element:?}");
            let is_address = matches!(name.as_str(), "src" | "href" | "action");
            assert!(!is_address || !value.contains("//"), "{about} leads off this site: {element:?}");
        }
        let is_script = matches!(element.name.as_str(), "script" | "style");
        let is_style = element.get("rel") == Some("stylesheet");
        let bears = element.get("nonce") == nonce && (nonce.is_some() || !is_script);
        assert!(!(is_script || is_style) || bears, "{about}: {element:?}");
    }
}

/// A response that keeps every promise.
fn sound() -> Answer {
    let headers = [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(self)"),
        ("strict-transport-security", "max-age=63072000; includeSubDomains"),
        ("referrer-policy", "no-referrer"),
        ("content-security-policy", "script-src 'nonce-abcdefghijklmnop'; frame-ancestors 'none'"),
        ("x-request-id", "0af7651916cd43dd8448eb211c80319c"),
        ("cache-control", "no-store"),
        ("content-type", "text/html; charset=utf-8"),
        ("set-cookie", "__Host-a=1; Path=/; HttpOnly; SameSite=Lax; Secure"),
    ];
    let headers = headers.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
    let body = "<!DOCTYPE html><html lang=\"en\"><head><title>Sign in · Frontdesk</title>\
                <script nonce=\"abcdefghijklmnop\">a</script></head><body><main id=\"main\"><h1>Sign in</h1>\
                <label for=\"b\">B</label><input id=\"b\"><a href=\"#b\">To B</a></main></body></html>";
    Answer { status: 200, headers: headers.collect(), body: body.into() }
}

#[test]
fn a_broken_promise_is_noticed() {
    type Breaks = fn(&mut Answer);
    fn set(answer: &mut Answer, name: &'static str, value: &str) {
        answer.headers.insert(HeaderName::from_static(name), value.parse().unwrap());
    }
    fn write(answer: &mut Answer, old: &str, new: &str) {
        let body = answer.text().replacen(old, new, 1);
        assert_ne!(body, answer.text());
        answer.body = body.into();
    }
    let broken: [(&str, Breaks); 27] = [
        ("no header against framing", |it| drop(it.headers.remove("x-frame-options"))),
        ("a header twice", |it| {
            it.headers.append("referrer-policy", "no-referrer".parse().unwrap());
        }),
        ("a name of the software", |it| set(it, "server", "hyper")),
        ("plain HTTP is fine", |it| drop(it.headers.remove("strict-transport-security"))),
        ("the whole address for other sites", |it| set(it, "referrer-policy", "unsafe-url")),
        ("no policy", |it| drop(it.headers.remove("content-security-policy"))),
        ("a loose policy", |it| {
            set(it, "content-security-policy", "script-src 'unsafe-inline'; frame-ancestors 'none'")
        }),
        ("a nonce that can be guessed", |it| {
            set(it, "content-security-policy", "'nonce-a'; frame-ancestors 'none'")
        }),
        ("no id", |it| drop(it.headers.remove("x-request-id"))),
        ("a page that is kept", |it| set(it, "cache-control", "max-age=60")),
        ("another site", |it| set(it, "location", "//evil.example")),
        ("a cookie for scripts", |it| set(it, "set-cookie", "__Host-a=1; Path=/; SameSite=Lax; Secure")),
        ("a cookie for plain HTTP", |it| set(it, "set-cookie", "__Host-a=1; Path=/; HttpOnly; SameSite=Lax")),
        ("a cookie for any host", |it| set(it, "set-cookie", "a=1; Path=/; HttpOnly; SameSite=Lax; Secure")),
        ("no time to come back", |it| it.status = 503),
        ("no method to use", |it| it.status = 405),
        ("no explanation", |it| (it.status, it.body) = (404, "".into())),
        ("a plain explanation", |it| {
            it.status = 404;
            set(it, "content-type", "text/plain");
        }),
        ("what went wrong inside", |it| write(it, "To B", "error returned from sqlx")),
        ("a title without the site", |it| write(it, " · Frontdesk", "")),
        ("no heading", |it| write(it, "<h1>Sign in</h1>", "")),
        ("an id twice", |it| write(it, "<h1>", "<h1 id=\"b\">")),
        ("a label for nothing", |it| write(it, "for=\"b\"", "for=\"c\"")),
        ("a link to nothing", |it| write(it, "#b", "#c")),
        ("a script of somebody else", |it| write(it, " nonce=\"abcdefghijklmnop\"", "")),
        ("a handler in the page", |it| write(it, "<h1>", "<h1 onclick=\"a()\">")),
        ("a tag that is not closed", |it| write(it, "</main>", "")),
    ];
    let base_url: BaseUrl = "https://desk.example".parse().unwrap();
    hold("GET /", &sound(), &base_url);
    for (what, break_it) in broken {
        let mut answer = sound();
        break_it(&mut answer);
        let held = catch_unwind(AssertUnwindSafe(|| hold("GET /", &answer, &base_url)));
        assert!(held.is_err(), "nobody notices: {what}");
    }
}
