//! A client for the server's subset of HTTP/1.1: one kept connection, bodies with a length. It shares the
//! machine's cores with the measured server, so it does as little as possible.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

/// Time limit of a response. A longer one is a failure of the measurement, not a figure.
const PATIENCE: Duration = Duration::from_secs(30);
/// Larger than the largest head, and than most pages.
const BUFFER: usize = 64 * 1024;

/// A kept connection to the server.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect_timeout(&address, PATIENCE).context("cannot connect")?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Self { stream, buffer: vec![0; BUFFER] })
    }

    /// Sends a request and reads the whole response.
    pub fn exchange(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.stream.write_all(request).context("cannot send")?;
        let (mut filled, mut head) = (0, None);
        let head = loop {
            if let Some(end) = head.or_else(|| end_of_head(&self.buffer[..filled])) {
                let needed = end + body_length(&self.buffer[..end])?;
                if filled >= needed {
                    ensure!(filled == needed, "the server sends more than it tells");
                    break end;
                }
                if self.buffer.len() < needed {
                    self.buffer.resize(needed, 0);
                }
                head = Some(end);
            }
            ensure!(filled < self.buffer.len(), "the head of the answer is too long");
            match self.stream.read(&mut self.buffer[filled..]).context("cannot receive")? {
                0 => bail!("the server has closed the connection"),
                read => filled += read,
            }
        };
        Answer::new(&self.buffer[..head], &self.buffer[head..filled])
    }
}

/// A response, read whole.
#[derive(Debug)]
pub struct Answer<'a> {
    pub status: u16,
    head: &'a str,
    /// As it was sent, compressed or not.
    pub body: &'a [u8],
}

impl<'a> Answer<'a> {
    fn new(head: &'a [u8], body: &'a [u8]) -> Result<Self> {
        let head = std::str::from_utf8(head).context("the head of the answer is not text")?;
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        Ok(Self { status: status.context("the answer has no status")?, head, body })
    }

    /// Values of a header. `name` is in lower case.
    pub fn headers(&self, name: &'static str) -> impl Iterator<Item = &'a str> {
        self.head.lines().skip(1).filter_map(move |line| {
            let (field, value) = line.split_once(':')?;
            field.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The body, if it is text.
    pub fn text(&self) -> Result<&'a str> {
        std::str::from_utf8(self.body).context("the body of the answer is not text")
    }
}

/// Position of the body.
fn end_of_head(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4)
}

fn body_length(head: &[u8]) -> Result<usize> {
    const NAME: &[u8] = b"content-length:";
    let line = head.split(|byte| *byte == b'\n').find_map(|line| {
        let (name, value) = line.split_at_checked(NAME.len())?;
        name.eq_ignore_ascii_case(NAME).then_some(value)
    });
    let length = line.and_then(|value| std::str::from_utf8(value).ok()?.trim().parse().ok());
    length.context("the answer does not tell its length")
}

/// A client: headers that all of its requests have.
#[derive(Clone)]
pub struct Client {
    headers: String,
}

impl Client {
    /// A browser's headers, as far as the server uses them.
    pub fn new(address: SocketAddr) -> Self {
        Self { headers: format!("host: {address}\r\naccept: text/html\r\nsec-fetch-site: same-origin\r\n") }
    }

    /// The same client with another header.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        Self { headers: format!("{}{name}: {value}\r\n", self.headers) }
    }

    pub fn get(&self, path: &str) -> Vec<u8> {
        format!("GET {path} HTTP/1.1\r\n{}\r\n", self.headers).into_bytes()
    }

    /// Posts a form.
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Vec<u8> {
        let body = encode(fields);
        let (headers, length) = (&self.headers, body.len());
        let kind = "content-type: application/x-www-form-urlencoded";
        format!("POST {path} HTTP/1.1\r\n{headers}{kind}\r\ncontent-length: {length}\r\n\r\n{body}")
            .into_bytes()
    }
}

/// Encodes fields for forms and query strings.
pub fn encode(fields: &[(&str, &str)]) -> String {
    let pairs = fields.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                escaped.push(char::from(byte))
            }
            _ => escaped += &format!("%{byte:02X}"),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// Connects to a server that answers one request with `pieces`, each sent by itself.
    fn connect(pieces: &'static [&'static str]) -> Connection {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.set_nodelay(true).unwrap();
            let _request = stream.read(&mut [0; 1024]).unwrap();
            for piece in pieces {
                stream.write_all(piece.as_bytes()).unwrap();
                thread::yield_now();
            }
        });
        Connection::open(address).unwrap()
    }

    #[test]
    fn an_answer_is_read_whole_however_it_arrives() {
        let mut connection =
            connect(&["HTTP/1.1 503 Busy\r\nRetry-", "After: 1\r\nContent-Length: 5\r\n\r", "\nhel", "lo"]);
        let answer = connection.exchange(b"GET / HTTP/1.1\r\n\r\n").unwrap();
        assert_eq!((answer.status, answer.text().unwrap()), (503, "hello"));
        assert_eq!(answer.headers("retry-after").collect::<Vec<_>>(), ["1"]);
    }

    #[test]
    fn an_answer_that_breaks_off_or_tells_no_length_is_an_error() {
        let ask = |mut connection: Connection| {
            connection.exchange(b"GET / HTTP/1.1\r\n\r\n").map(|_| ()).unwrap_err()
        };
        let error = ask(connect(&["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"]));
        assert_eq!(error.to_string(), "the server has closed the connection");
        let error = ask(connect(&["HTTP/1.1 200 OK\r\n\r\n"]));
        assert_eq!(error.to_string(), "the answer does not tell its length");
    }

    #[test]
    fn a_form_is_encoded() {
        let request =
            Client { headers: "host: x\r\n".to_owned() }.post("/fn/a", &[("name", "Ann & Bö"), ("n", "1")]);
        let expected = "POST /fn/a HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\n\
                        content-length: 28\r\n\r\nname=Ann%20%26%20B%C3%B6&n=1";
        assert_eq!(String::from_utf8(request).unwrap(), expected);
    }
}
