//! Static files, embedded in the program: the browser bundle, the stylesheet and `public/`.
//!
//! `cargo xtask build` puts all of it into `target/site`, compressed and named after its content. A program
//! compiled without that serves pages that are styled by the sources in `style/`, and no islands.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use axum::body::{Body, Bytes};
use frontdesk_http::representation::{Coded, Representation};
use http::header::CACHE_CONTROL;
use http::{HeaderMap, HeaderValue, Response};
use rust_embed::{Embed, EmbeddedFile};
use serde::Deserialize;

/// The names of the files that pages refer to, which change with their content.
#[derive(Debug, Deserialize)]
pub struct Site {
    /// The prefix of the script and the WebAssembly module, `frontdesk.<hash>`, if there are any.
    pub bundle: Option<&'static str>,
    /// Path of the stylesheet.
    pub style: &'static str,
}

/// Names of the files.
pub fn site() -> &'static Site {
    &ASSETS.site
}

/// Responds with the file at `path`, or `None` if there is no such file. A HEAD request is answered like
/// a GET: the caller drops the body.
pub fn serve(path: &str, headers: &HeaderMap) -> Option<Response<Body>> {
    ASSETS.files.get(path).map(|file| file.respond(headers))
}

#[derive(Embed)]
#[folder = "target/site"]
#[allow_missing = true]
struct Built;

#[derive(Embed)]
#[folder = "style"]
#[prefix = "style/"]
#[include = "*.css"]
#[allow_missing = true]
struct StyleSources;

static ASSETS: LazyLock<Assets> =
    LazyLock::new(|| Assets::new(&embedded::<Built>(), &embedded::<StyleSources>()));

/// An embedded file.
struct Content {
    bytes: &'static [u8],
    sha256: [u8; 32],
}

impl From<EmbeddedFile> for Content {
    fn from(file: EmbeddedFile) -> Self {
        let bytes = match file.data {
            Cow::Borrowed(bytes) => bytes,
            // Only without rust-embed's `debug-embed`, and once per process.
            Cow::Owned(bytes) => bytes.leak(),
        };
        Self { bytes, sha256: file.metadata.sha256_hash() }
    }
}

fn embedded<E: Embed>() -> HashMap<String, Content> {
    E::iter().filter_map(|name| Some((name.to_string(), E::get(&name)?.into()))).collect()
}

/// All files, prepared so that a request costs a look-up.
struct Assets {
    site: Site,
    files: HashMap<String, Representation>,
}

impl Assets {
    fn new(built: &HashMap<String, Content>, style_sources: &HashMap<String, Content>) -> Self {
        let manifest =
            built.get("manifest.json").and_then(|manifest| serde_json::from_slice(manifest.bytes).ok());
        let (site, contents) = match manifest {
            Some(site) => (site, built),
            None => (Site { bundle: None, style: "/style/main.css" }, style_sources),
        };
        let is_served =
            |name: &str| name != "manifest.json" && !name.ends_with(".br") && !name.ends_with(".gz");
        let files = contents
            .keys()
            .filter(|name| is_served(name))
            .filter_map(|name| Some((format!("/{name}"), file(name, contents)?)))
            .collect();
        Self { site, files }
    }
}

fn file(name: &str, contents: &HashMap<String, Content>) -> Option<Representation> {
    let coded = |ending, coding| {
        let content = contents.get(&format!("{name}{ending}"))?;
        Coded::new(coding, Bytes::from_static(content.bytes), &content.sha256)
    };
    let compressed = [coded(".br", Some("br")), coded(".gz", Some("gzip"))].into_iter().flatten().collect();
    let headers = HeaderMap::from_iter([(CACHE_CONTROL, HeaderValue::from_static(cache_control(name)))]);
    Some(Representation::new(content_type(name)?, headers, coded("", None)?, compressed))
}

fn content_type(name: &str) -> Option<HeaderValue> {
    let guess = mime_guess::from_path(name).first_or_octet_stream();
    let charset = if guess.type_() == mime_guess::mime::TEXT { "; charset=utf-8" } else { "" };
    HeaderValue::try_from(format!("{guess}{charset}")).ok()
}

fn cache_control(name: &str) -> &'static str {
    if name.starts_with("pkg/frontdesk.") {
        // Its name changes with its content.
        "public, max-age=31536000, immutable"
    } else if name.starts_with("style/") {
        // During development the sources are served.
        "no-cache"
    } else {
        "public, max-age=3600"
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use http::{
        HeaderName, StatusCode,
        header::{
            ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
        },
    };

    use super::*;

    const SCRIPT: &str = "/pkg/frontdesk.0123456789ab.js";

    fn assets(files: &[(&str, &'static str)]) -> Assets {
        let built = files.iter().enumerate().map(|(number, (name, text))| {
            let content = Content { bytes: text.as_bytes(), sha256: [u8::try_from(number).unwrap(); 32] };
            ((*name).to_owned(), content)
        });
        Assets::new(&built.collect(), &HashMap::new())
    }

    fn site() -> Assets {
        assets(&[
            (
                "manifest.json",
                r#"{"bundle": "frontdesk.0123456789ab", "style": "/pkg/frontdesk.ba9876543210.css"}"#,
            ),
            ("pkg/frontdesk.0123456789ab.js", "plain"),
            ("pkg/frontdesk.0123456789ab.js.br", "brotli"),
            ("pkg/frontdesk.0123456789ab.js.gz", "gzip"),
            ("pkg/frontdesk.0123456789ab_bg.wasm", "module"),
            ("robots.txt", "robots"),
        ])
    }

    fn get(assets: &Assets, path: &str, request: &[(HeaderName, &'static str)]) -> Response<Body> {
        let request = request.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value)));
        assets.files[path].respond(&request.collect())
    }

    fn header(response: &Response<Body>, name: HeaderName) -> Option<&str> {
        response.headers().get(name).map(|value| value.to_str().unwrap())
    }

    async fn body(response: Response<Body>) -> Bytes {
        to_bytes(response.into_body(), usize::MAX).await.unwrap()
    }

    #[tokio::test]
    async fn the_best_coding_that_is_accepted_is_sent() {
        let cases = [
            ("", None, "plain"),
            ("gzip, deflate, br, zstd", Some("br"), "brotli"),
            ("GZIP", Some("gzip"), "gzip"),
            ("br;q=0, gzip;q=0.5", Some("gzip"), "gzip"),
            ("br; q=0.000, *", Some("gzip"), "gzip"),
            ("*;q=0", None, "plain"),
            ("*;q=0, br;q=0.1", Some("br"), "brotli"),
            ("brotli, gzip2", None, "plain"),
        ];
        for (accepted, coding, text) in cases {
            let response = get(&site(), SCRIPT, &[(ACCEPT_ENCODING, accepted)]);
            assert_eq!(header(&response, CONTENT_ENCODING), coding, "{accepted}");
            assert_eq!(header(&response, VARY), Some("accept-encoding"));
            assert_eq!(header(&response, CONTENT_TYPE), Some("text/javascript; charset=utf-8"));
            assert_eq!(header(&response, CONTENT_LENGTH), Some(text.len().to_string().as_str()));
            assert_eq!(body(response).await, text, "{accepted}");
        }
    }

    #[tokio::test]
    async fn a_header_may_come_in_several_lines() {
        let response = get(&site(), SCRIPT, &[(ACCEPT_ENCODING, "identity"), (ACCEPT_ENCODING, "br")]);
        assert_eq!(body(response).await, "brotli");
    }

    #[tokio::test]
    async fn a_form_that_the_client_has_is_not_sent_again() {
        let plain = "\"01010101010101010101010101010101\"";
        for known in [plain, "*", "\"other\", W/\"01010101010101010101010101010101\""] {
            let response = get(&site(), SCRIPT, &[(IF_NONE_MATCH, known)]);
            assert_eq!(response.status(), StatusCode::NOT_MODIFIED, "{known}");
            assert_eq!(header(&response, ETAG), Some(plain));
            assert_eq!(header(&response, VARY), Some("accept-encoding"));
            assert_eq!(header(&response, CACHE_CONTROL), Some("public, max-age=31536000, immutable"));
            assert!(body(response).await.is_empty());
        }
        let response = get(&site(), SCRIPT, &[(IF_NONE_MATCH, plain), (ACCEPT_ENCODING, "br")]);
        assert_eq!(response.status(), StatusCode::OK, "the compressed form is another one");
    }

    #[test]
    fn only_files_named_after_their_content_never_change() {
        let cache_control =
            |path: &str| header(&get(&site(), path, &[]), CACHE_CONTROL).map(ToOwned::to_owned).unwrap();
        assert!(cache_control(SCRIPT).contains("immutable"));
        assert!(cache_control("/pkg/frontdesk.0123456789ab_bg.wasm").contains("immutable"));
        assert_eq!(cache_control("/robots.txt"), "public, max-age=3600");
    }

    #[test]
    fn modules_have_the_type_that_lets_browsers_compile_them_while_they_load() {
        let response = get(&site(), "/pkg/frontdesk.0123456789ab_bg.wasm", &[]);
        assert_eq!(header(&response, CONTENT_TYPE), Some("application/wasm"));
    }

    #[test]
    fn what_only_the_server_uses_and_what_is_elsewhere_is_not_found() {
        let assets = site();
        let compressed = format!("{SCRIPT}.br");
        for path in
            ["/manifest.json", &compressed, "/../Cargo.toml", "/pkg/../robots.txt", "//robots.txt", "/", ""]
        {
            assert!(!assets.files.contains_key(path), "{path}");
        }
    }

    #[test]
    fn a_built_site_is_known_by_its_manifest() {
        let Assets { site, .. } = site();
        assert_eq!(site.bundle, Some("frontdesk.0123456789ab"));
        assert_eq!(site.style, "/pkg/frontdesk.ba9876543210.css");
    }

    #[test]
    fn without_a_build_the_style_sources_are_served() {
        let sources =
            HashMap::from([("style/main.css".to_owned(), Content { bytes: b"a{}", sha256: [0; 32] })]);
        let assets = Assets::new(&HashMap::new(), &sources);
        assert_eq!(assets.site.bundle, None);
        let response = get(&assets, assets.site.style, &[]);
        assert_eq!(header(&response, CONTENT_TYPE), Some("text/css; charset=utf-8"));
        assert_eq!(header(&response, CACHE_CONTROL), Some("no-cache"));
    }

    #[test]
    fn all_that_this_very_program_refers_to_is_in_it() {
        let site = super::site();
        let script = site.bundle.map(|bundle| format!("/pkg/{bundle}.js"));
        let module = site.bundle.map(|bundle| format!("/pkg/{bundle}_bg.wasm"));
        for path in [Some(site.style.to_owned()), script, module].into_iter().flatten() {
            assert!(serve(&path, &HeaderMap::new()).is_some(), "{path}");
        }
    }
}
