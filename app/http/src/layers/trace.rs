//! Request ids and the access log.
//!
//! The id is the trace id of [W3C Trace Context](https://www.w3.org/TR/trace-context/), taken from
//! `traceparent` or new. It is in every log line of the request, in `x-request-id` of the response and
//! in the problem that the response may carry.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use tracing::{Instrument, Span, field::Empty, record_all};

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest unmatched path that is logged, in bytes.
const LOGGED_PATH: usize = 200;

/// The id of a request: 128 bits, never zero. Prints as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceId(u128);

impl TraceId {
    pub fn random() -> Self {
        let mut bytes = [0; 16];
        // Without a source of randomness the ids still differ. They need not be secret.
        if getrandom::fill(&mut bytes).is_err() || bytes == [0; 16] {
            static COUNT: AtomicU64 = AtomicU64::new(1);
            return Self(u128::from(COUNT.fetch_add(1, Ordering::Relaxed)));
        }
        Self(u128::from_be_bytes(bytes))
    }

    /// The id in `traceparent`, or a new one: an invalid header is no error.
    fn of(headers: &HeaderMap) -> Self {
        let mut given = headers.get_all(TRACEPARENT).iter();
        match (given.next(), given.next()) {
            (Some(one), None) => one.to_str().ok().and_then(Self::parse).unwrap_or_else(Self::random),
            _ => Self::random(),
        }
    }

    /// Reads `<version>-<trace id>-<parent id>-<flags>`. Fields that a later version appends are ignored.
    fn parse(traceparent: &str) -> Option<Self> {
        let mut parts = traceparent.split('-');
        let version = hex(parts.next()?, 2)?;
        let trace = hex(parts.next()?, 32)?;
        let parent = hex(parts.next()?, 16)?;
        hex(parts.next()?, 2)?;
        let appended = parts.next().is_some();
        let sound = version != 0xff && !(version == 0 && appended) && trace != 0 && parent != 0;
        sound.then_some(Self(trace))
    }
}

/// Reads exactly this many hexadecimal digits, in lower case as the standard requires.
fn hex(text: &str, digits: usize) -> Option<u128> {
    let sound = text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if sound { u128::from_str_radix(text, 16).ok() } else { None }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// The access log of one surface.
#[derive(Clone, Copy, Debug, Default)]
pub struct AccessLog {
    /// Logs at the level of debugging: health checks come every few seconds.
    pub quiet: bool,
    /// The one template that is logged as the path it stands for, since its placeholder is no secret.
    pub expanded: Option<&'static str>,
}

/// Adds a [`TraceId`] and a span to the request, and logs it when it ends.
pub async fn follow(State(log): State<AccessLog>, mut request: Request, next: Next) -> Response {
    let id = TraceId::of(request.headers());
    request.extensions_mut().insert(id);
    let path = loggable_path(&request, log.expanded);
    // At the level of errors, so that every line that is logged has the id.
    let span = tracing::error_span!(
        "request",
        trace_id = %id,
        method = loggable_method(request.method()),
        path,
        status = Empty,
        latency_ms = Empty,
    );
    let mut line = Line { span: span.clone(), began: Instant::now(), quiet: log.quiet, status: None };
    let mut response = next.run(request).instrument(span).await;
    line.status = Some(response.status().as_u16());
    if let Ok(id) = HeaderValue::try_from(id.to_string()) {
        response.headers_mut().insert(X_REQUEST_ID, id);
    }
    response
}

/// The line in the log when a request ends, with a response or because its client closed the connection.
struct Line {
    span: Span,
    began: Instant,
    quiet: bool,
    status: Option<u16>,
}

impl Drop for Line {
    fn drop(&mut self) {
        let micros = u32::try_from(self.began.elapsed().as_micros()).unwrap_or(u32::MAX);
        let latency_ms = f64::from(micros) / 1_000.0;
        // Both at once: the JSON format parses and writes a span's fields whenever some are recorded.
        match self.status {
            Some(status) => record_all!(self.span, latency_ms, status),
            None => record_all!(self.span, latency_ms),
        }
        let _inside = self.span.enter();
        let Some(status) = self.status else {
            tracing::info!("the client closed the connection before the response");
            return;
        };
        let class = ["1xx", "2xx", "3xx", "4xx", "5xx"].get(usize::from(status / 100) - 1);
        metrics::histogram!("frontdesk_http_request_seconds", "status" => *class.unwrap_or(&"other"))
            .record(self.began.elapsed());
        if self.quiet { tracing::debug!("answered") } else { tracing::info!("answered") }
    }
}

/// The template of the route, since the values in its placeholders may be secret, such as the token of
/// a link. Without a template, or for the one that is expanded, the path: cut, and without characters
/// that could forge a line. Never the query.
fn loggable_path(request: &Request, expanded: Option<&str>) -> String {
    let template = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    if let Some(template) = template.filter(|template| Some(*template) != expanded) {
        return template.to_owned();
    }
    let path = request.uri().path().bytes().take(LOGGED_PATH);
    path.map(|byte| if byte.is_ascii_graphic() { char::from(byte) } else { '?' }).collect()
}

/// Standard methods by their name; a client may send others, of any length.
fn loggable_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, LazyLock, Mutex};

    use axum::{Router, body::Body, middleware::from_fn_with_state, routing::get};
    use tower::ServiceExt;
    use tracing::Dispatch;

    use super::*;

    const GIVEN: &str = "0af7651916cd43dd8448eb211c80319c";

    #[test]
    fn a_valid_traceparent_is_continued_and_any_other_is_replaced() {
        let sound = [
            format!("00-{GIVEN}-b7ad6b7169203331-01"),
            format!("00-{GIVEN}-b7ad6b7169203331-00"),
            format!("cc-{GIVEN}-b7ad6b7169203331-01"),
            format!("cc-{GIVEN}-b7ad6b7169203331-01-what-the-future-brings"),
        ];
        for header in sound {
            assert_eq!(TraceId::parse(&header).map(|id| id.to_string()).as_deref(), Some(GIVEN), "{header}");
        }
        let unsound = [
            String::new(),
            GIVEN.to_owned(),
            format!("00-{GIVEN}-b7ad6b7169203331"),
            format!("00-{GIVEN}-b7ad6b7169203331-01-more"),
            format!("ff-{GIVEN}-b7ad6b7169203331-01"),
            format!("00-{GIVEN}-0000000000000000-01"),
            "00-00000000000000000000000000000000-b7ad6b7169203331-01".to_owned(),
            format!("00-{}-b7ad6b7169203331-01", GIVEN.to_uppercase()),
            format!("00-{GIVEN}0-b7ad6b7169203331-01"),
            format!("00-+{}-b7ad6b7169203331-01", &GIVEN[1..]),
        ];
        for header in unsound {
            assert_eq!(TraceId::parse(&header), None, "{header}");
        }
    }

    #[test]
    fn new_ids_differ_and_have_32_digits() {
        let (one, other) = (TraceId::random(), TraceId::random());
        assert_ne!(one, other);
        assert_eq!(one.to_string().len(), 32);
    }

    async fn answer(path: &str, traceparent: &[&str]) -> Response {
        let pages = AccessLog { expanded: Some("/fn/{name}"), ..AccessLog::default() };
        let health = AccessLog { quiet: true, ..AccessLog::default() };
        let health = Router::new()
            .route("/health/live", get(async || "alive"))
            .layer(from_fn_with_state(health, follow));
        let router = Router::new()
            .route("/users/{id}", get(async || "found"))
            .route("/fn/{name}", get(async || "posted"))
            .fallback(async || http::StatusCode::NOT_FOUND)
            .layer(from_fn_with_state(pages, follow))
            .merge(health);
        let mut request = http::Request::get(path);
        for value in traceparent {
            request = request.header(TRACEPARENT, *value);
        }
        router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn the_response_carries_the_id() {
        let header = format!("00-{GIVEN}-b7ad6b7169203331-01");
        let id = |response: &Response| response.headers()[X_REQUEST_ID].to_str().unwrap().to_owned();
        assert_eq!(id(&answer("/users/7", &[&header]).await), GIVEN);
        for unclear in [&[][..], &["nonsense"], &[&*header, &*header]] {
            assert_ne!(id(&answer("/users/7", unclear).await), GIVEN);
        }
    }

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// While only one subscriber is registered, tracing caches for all threads if the subscriber of the
    /// first thread is interested in a line: a test beside this one, which has none, would decide for it.
    /// With a second one registered, every subscriber is consulted.
    static SECOND: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(tracing_subscriber::registry()));

    async fn logged(path: &str, level: tracing::Level) -> String {
        LazyLock::force(&SECOND);
        // Registers every line; the subscriber below is then consulted about each.
        answer(path, &[]).await;
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(level)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        let _guard = tracing::subscriber::set_default(subscriber);
        answer(path, &[]).await;
        let bytes = log.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[tokio::test]
    async fn a_request_is_logged_in_one_line_without_the_values_of_placeholders_and_the_query() {
        let log = logged("/users/secret?token=secret", tracing::Level::INFO).await;
        assert_eq!(log.lines().count(), 1, "{log}");
        for part in
            ["trace_id=", "method=\"GET\"", "path=\"/users/{id}\"", "status=200", "latency_ms=", "answered"]
        {
            assert!(log.contains(part), "{part} in {log}");
        }
        assert!(!log.contains("secret"), "{log}");
    }

    #[tokio::test]
    async fn an_unknown_path_is_truncated() {
        let log = logged(&format!("/{}?q=secret", "a".repeat(5_000)), tracing::Level::INFO).await;
        assert!(log.contains("status=404") && log.len() < 600 && !log.contains("secret"), "{log}");
    }

    #[tokio::test]
    async fn a_form_is_logged_by_its_name() {
        let log = logged("/fn/sign_in?q=secret", tracing::Level::INFO).await;
        assert!(log.contains("path=\"/fn/sign_in\"") && !log.contains("secret"), "{log}");
    }

    #[tokio::test]
    async fn health_checks_are_logged_only_for_debugging() {
        assert_eq!(logged("/health/live", tracing::Level::INFO).await, "");
        assert!(logged("/health/live", tracing::Level::DEBUG).await.contains("answered"));
    }
}
