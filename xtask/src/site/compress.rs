//! Compresses the files for browsers at build time, so that the server does not.

use std::io::{self, Read};

use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::read::GzEncoder;

/// Compresses a file and returns each form with its file extension. Forms that save nothing are omitted, and so
/// are formats that are compressed already.
pub fn compressed(name: &str, bytes: &[u8]) -> io::Result<Vec<(&'static str, Vec<u8>)>> {
    if !is_compressible(name) {
        return Ok(Vec::new());
    }
    let mut forms = vec![("br", brotli(bytes)?), ("gz", gzip(bytes)?)];
    forms.retain(|(_, form)| form.len() < bytes.len());
    Ok(forms)
}

fn is_compressible(name: &str) -> bool {
    const ENDINGS: [&str; 10] =
        ["css", "html", "ico", "js", "json", "svg", "txt", "wasm", "webmanifest", "xml"];
    name.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending))
}

fn brotli(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let parameters =
        BrotliEncoderParams { quality: 11, size_hint: bytes.len(), ..BrotliEncoderParams::default() };
    let mut output = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut output, &parameters)?;
    Ok(output)
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut output = Vec::new();
    GzEncoder::new(bytes, Compression::best()).read_to_end(&mut output)?;
    Ok(output)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_compressed_in_both_forms_and_comes_back() {
        let text = "a{color:red}".repeat(100);
        let forms = compressed("a.css", text.as_bytes()).unwrap();
        let [("br", brotli), ("gz", gzip)] = &*forms else { panic!("two forms, but {} came", forms.len()) };

        let mut back = String::new();
        brotli::Decompressor::new(&**brotli, 4096).read_to_string(&mut back).unwrap();
        assert_eq!(back, text);
        back.clear();
        flate2::read::GzDecoder::new(&**gzip).read_to_string(&mut back).unwrap();
        assert_eq!(back, text);
    }

    #[test]
    fn files_that_would_not_shrink_are_not_compressed() {
        assert!(compressed("a.css", b"a{}").unwrap().is_empty());
        assert!(compressed("a.png", &[0; 1000]).unwrap().is_empty());
        assert!(compressed("without", &[0; 1000]).unwrap().is_empty());
    }
}
