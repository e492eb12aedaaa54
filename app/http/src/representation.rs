//! A body that is made once and kept in several content codings (RFC 9110, section 8.4.1).

use std::io::Write;

use axum::body::{Body, Bytes};
use http::{
    HeaderMap, HeaderValue, Response, StatusCode,
    header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, VARY},
};
use sha2::{Digest, Sha256};

use crate::request::{accept::takes_coding, conditional::is_fresh};

/// Brotli's quality for bodies that are compressed when they are first requested: nearly the size of the
/// best one, in a tenth of its time.
const BROTLI_QUALITY: i32 = 9;
/// The logarithm of brotli's window. Browsers have to accept up to 24.
const BROTLI_WINDOW: i32 = 22;

/// The codings of one body. Each has an entity tag of its own, because their bytes differ.
#[derive(Debug)]
pub struct Representation {
    /// Headers of every response, also of 304.
    headers: HeaderMap,
    content_type: HeaderValue,
    /// The compressed ones, best first.
    compressed: Vec<Coded>,
    plain: Coded,
}

/// The body in one coding.
#[derive(Debug)]
pub struct Coded {
    coding: Option<&'static str>,
    etag: HeaderValue,
    bytes: Bytes,
}

impl Coded {
    /// Returns `None` for a hash that is no text; there is no such hash.
    pub fn new(coding: Option<&'static str>, bytes: Bytes, sha256: &[u8; 32]) -> Option<Self> {
        // Half of the hash is more than enough to tell codings and versions apart.
        let tag: String = sha256.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Some(Self { coding, etag: HeaderValue::try_from(format!("\"{tag}\"")).ok()?, bytes })
    }

    fn hashed(coding: Option<&'static str>, bytes: Bytes) -> Option<Self> {
        let hash = Sha256::digest(&bytes).into();
        Self::new(coding, bytes, &hash)
    }
}

impl Representation {
    /// Keeps a body that is compressed already; the best coding comes first.
    pub fn new(content_type: HeaderValue, headers: HeaderMap, plain: Coded, compressed: Vec<Coded>) -> Self {
        Self { headers, content_type, compressed, plain }
    }

    /// Compresses a body with brotli and gzip. Takes a tenth of a second for half a megabyte.
    pub fn compress(content_type: HeaderValue, headers: HeaderMap, body: Bytes) -> Option<Self> {
        let codings = [("br", brotli(&body)), ("gzip", gzip(&body))];
        let compressed = codings.into_iter().filter_map(|(coding, bytes)| {
            // A coding that fails is left out: writing into memory does not fail.
            Coded::hashed(Some(coding), bytes.ok()?.into())
        });
        let compressed = compressed.collect();
        Some(Self::new(content_type, headers, Coded::hashed(None, body)?, compressed))
    }

    /// Responds in the best coding that the client accepts: 304 if its copy is fresh. A HEAD request gets
    /// the response to GET; the caller drops the body.
    pub fn respond(&self, request: &HeaderMap) -> Response<Body> {
        let coded = self.negotiate(request);
        let mut response = Response::new(Body::empty());
        let headers = response.headers_mut();
        headers.clone_from(&self.headers);
        headers.insert(ETAG, coded.etag.clone());
        headers.append(VARY, HeaderValue::from_static("accept-encoding"));
        if coded.etag.to_str().is_ok_and(|etag| is_fresh(request, etag)) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        headers.insert(CONTENT_TYPE, self.content_type.clone());
        // Set here so that a response to HEAD, which loses its body, still has it.
        headers.insert(CONTENT_LENGTH, HeaderValue::from(coded.bytes.len()));
        if let Some(coding) = coded.coding {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
        *response.body_mut() = Body::from(coded.bytes.clone());
        response
    }

    /// A client may even refuse the plain body; sending it is more useful than an error.
    fn negotiate(&self, request: &HeaderMap) -> &Coded {
        let accepted = |coded: &&Coded| coded.coding.is_some_and(|coding| takes_coding(request, coding));
        self.compressed.iter().find(accepted).unwrap_or(&self.plain)
    }
}

fn brotli(body: &[u8]) -> std::io::Result<Vec<u8>> {
    let params = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: BROTLI_WINDOW,
        size_hint: body.len(),
        ..Default::default()
    };
    let mut bytes = Vec::new();
    brotli::BrotliCompress(&mut &*body, &mut bytes, &params)?;
    Ok(bytes)
}

fn gzip(body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(body)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use axum::body::to_bytes;
    use http::header::{ACCEPT_ENCODING, CACHE_CONTROL, IF_NONE_MATCH};

    use super::*;

    const TEXT: &str =
        "the quick brown fox jumps over the lazy dog, and over the lazy dog, and over the lazy dog";

    fn kept() -> Representation {
        let headers = HeaderMap::from_iter([(CACHE_CONTROL, HeaderValue::from_static("no-cache"))]);
        let content_type = HeaderValue::from_static("text/plain");
        Representation::compress(content_type, headers, Bytes::from_static(TEXT.as_bytes())).unwrap()
    }

    fn ask(accepted: &'static str, known: Option<&HeaderValue>) -> Response<Body> {
        let mut request = HeaderMap::new();
        request.insert(ACCEPT_ENCODING, HeaderValue::from_static(accepted));
        known.map(|known| request.insert(IF_NONE_MATCH, known.clone()));
        kept().respond(&request)
    }

    #[tokio::test]
    async fn a_body_is_compressed_in_each_coding() {
        let mut tags = Vec::new();
        for (accepted, coding) in
            [("gzip, deflate, br, zstd", Some("br")), ("gzip", Some("gzip")), ("", None)]
        {
            let response = ask(accepted, None);
            let sent = response.headers().get(CONTENT_ENCODING).map(|value| value.to_str().unwrap());
            assert_eq!(sent, coding);
            assert_eq!(response.headers()[VARY], "accept-encoding");
            tags.push(response.headers()[ETAG].clone());
            let length = response.headers()[CONTENT_LENGTH].clone();
            let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
            assert_eq!(length, HeaderValue::from(body.len()));
            let mut text = String::new();
            match coding {
                Some("br") => drop(brotli::Decompressor::new(&*body, 4096).read_to_string(&mut text)),
                Some(_) => drop(flate2::read::GzDecoder::new(&*body).read_to_string(&mut text)),
                None => text.push_str(std::str::from_utf8(&body).unwrap()),
            }
            assert_eq!(text, TEXT);
        }
        tags.dedup();
        assert_eq!(tags.len(), 3, "each coding has a tag of its own");
    }

    #[test]
    fn a_fresh_copy_of_the_same_coding_is_not_sent_again() {
        let etag = ask("br", None).headers()[ETAG].clone();
        let response = ask("br", Some(&etag));
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(response.headers()[ETAG], etag);
        assert_eq!(response.headers()[CACHE_CONTROL], "no-cache");
        assert_eq!(response.headers()[VARY], "accept-encoding");
        assert!(!response.headers().contains_key(CONTENT_ENCODING));
        assert_eq!(ask("gzip", Some(&etag)).status(), StatusCode::OK);
    }
}
