//! The HTTP client for Stripe: requests with retries, within the timeout of a call.

use std::time::Duration;

use frontdesk_domain::gateway::GatewayError;
use frontdesk_http::BaseUrl;
use frontdesk_model::Secret;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER},
};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::{
    Timeouts,
    errors::{self, Refusal},
};
use crate::adapters::http_client::HttpClient;

/// The version of the API, independent of the account's default.
const VERSION: HeaderValue = HeaderValue::from_static("2024-06-20");
const STRIPE_VERSION: HeaderName = HeaderName::from_static("stripe-version");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
const STRIPE_SHOULD_RETRY: HeaderName = HeaderName::from_static("stripe-should-retry");
const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");
/// The most retries within a call. The jobs retry later.
const RETRIES: u32 = 2;
/// The longest response that is read, in bytes: a page of a hundred payments has a tenth of it.
const MAX_RESPONSE: usize = 4 * 1024 * 1024;

/// The key has characters that no key of Stripe has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key of Stripe is one line of letters, digits and `_`")]
pub struct InvalidKey;

/// The client.
pub(super) struct Client {
    http: HttpClient,
    url: Box<str>,
    key: Secret,
    authorization: HeaderValue,
    timeouts: Timeouts,
}

/// The result of a request.
pub(super) enum Answer<T> {
    /// The requested object; `is_replay` if it is the stored response of an idempotency key.
    Object { object: T, is_replay: bool },
    /// A definite refusal: nothing was done.
    Refused(Refusal),
}

/// A request that may be retried.
struct Outgoing<'a> {
    method: Method,
    url: String,
    form: Option<String>,
    key: Option<&'a str>,
}

/// A complete response.
struct Reply {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// A failed request, with the shortest pause before a retry if one is allowed.
struct Failed {
    error: GatewayError,
    retry_after: Option<Duration>,
}

impl Client {
    pub(super) fn new(key: Secret, url: &BaseUrl, timeouts: Timeouts) -> Result<Self, InvalidKey> {
        let is_key = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if key.expose().is_empty() || !key.expose().bytes().all(is_key) {
            return Err(InvalidKey);
        }
        let mut authorization =
            HeaderValue::try_from(format!("Bearer {}", key.expose())).map_err(|_| InvalidKey)?;
        authorization.set_sensitive(true);
        let http = HttpClient::new(url, timeouts.connect);
        Ok(Self { http, url: url.origin().into(), key, authorization, timeouts })
    }

    /// Starts a call, and its timeout.
    pub(super) fn call(&self) -> Call<'_> {
        Call { client: self, until: Instant::now() + self.timeouts.call }
    }
}

/// The requests of one call of the gateway, in bounded time.
pub(super) struct Call<'a> {
    client: &'a Client,
    until: Instant,
}

impl Call<'_> {
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Answer<T>, GatewayError> {
        let query = if query.is_empty() { String::new() } else { format!("?{}", encoded(query)) };
        let url = format!("{}{path}{query}", self.client.url);
        self.send(Outgoing { method: Method::GET, url, form: None, key: None }).await
    }

    /// Sends a form, with an idempotency key for retries.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        form: &[(&str, &str)],
        key: Option<&str>,
    ) -> Result<Answer<T>, GatewayError> {
        let url = format!("{}{path}", self.client.url);
        self.send(Outgoing { method: Method::POST, url, form: Some(encoded(form)), key }).await
    }

    /// Sends a request, with retries as far as they are safe and the time allows.
    async fn send<T: DeserializeOwned>(&self, request: Outgoing<'_>) -> Result<Answer<T>, GatewayError> {
        let mut may_be_done = false;
        let mut attempt = 0;
        loop {
            let Failed { error, retry_after } = match self.send_once(&request).await {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            tracing::info!(%error, path = path_only(&request.url), "a request to Stripe failed");
            // An unknown result stays unknown, even if a retry is definitely rejected.
            may_be_done |= matches!(error, GatewayError::Unknown(_));
            let next = retry_after
                .filter(|_| attempt < RETRIES)
                .map(|least| Instant::now() + least.max(pause(self.client.timeouts.pause, attempt)))
                .filter(|next| *next < self.until);
            let Some(next) = next else {
                let unsure = may_be_done && request.method == Method::POST;
                return Err(if unsure { GatewayError::Unknown(words_of(error)) } else { error });
            };
            sleep_until(next).await;
            attempt += 1;
        }
    }

    async fn send_once<T: DeserializeOwned>(&self, request: &Outgoing<'_>) -> Result<Answer<T>, Failed> {
        let Reply { status, headers, body } = self.exchange(request).await?;
        let is_replay = headers.get(IDEMPOTENT_REPLAYED).is_some_and(|value| value == "true");
        if (200..300).contains(&status) {
            return match serde_json::from_slice(&body) {
                Ok(object) => Ok(Answer::Object { object, is_replay }),
                Err(_) => Err(lost("its answer cannot be read".to_owned())),
            };
        }
        // A refusal is shown to staff, and servers that are not Stripe itself may echo the key.
        let body = String::from_utf8_lossy(&body).replace(self.client.key.expose(), "***");
        match errors::classify(status, body.as_bytes()) {
            Ok(refusal) => Ok(Answer::Refused(refusal)),
            Err(error) => {
                let id = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
                tracing::info!(status, request_id = id, "Stripe returned an error");
                Err(Failed { error, retry_after: retry_after(status, &headers) })
            }
        }
    }

    async fn exchange(&self, request: &Outgoing<'_>) -> Result<Reply, Failed> {
        let Client { authorization, timeouts, .. } = self.client;
        let too_slow = || lost(format!("it took longer than {:?}", timeouts.call));
        let http = self
            .client
            .http
            .http()
            .map_err(|error| Failed { error: GatewayError::NotDone(error), retry_after: None })?;
        let mut sent = http
            .request(request.method.clone(), &request.url)
            .header(AUTHORIZATION, authorization)
            .header(STRIPE_VERSION, VERSION);
        if let Some(form) = &request.form {
            sent = sent.header(CONTENT_TYPE, FORM).body(form.clone());
        }
        if let Some(key) = request.key {
            sent = sent.header(IDEMPOTENCY_KEY, key);
        }
        let answered = timeout_at(self.until, sent.send()).await;
        let mut response = answered.map_err(|_| too_slow())?.map_err(broken)?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = Vec::new();
        while let Some(piece) =
            timeout_at(self.until, response.chunk()).await.map_err(|_| too_slow())?.map_err(broken)?
        {
            if body.len() + piece.len() > MAX_RESPONSE {
                return Err(lost("its answer is too long".to_owned()));
            }
            body.extend_from_slice(&piece);
        }
        Ok(Reply { status, headers, body })
    }
}

/// The failure of a request that may have been processed.
fn lost(why: String) -> Failed {
    Failed { error: GatewayError::Unknown(why), retry_after: None }
}

/// Before there is a connection, nothing has been sent; after that the result is unknown.
#[expect(clippy::needless_pass_by_value, reason = "it is given to `map_err`")]
fn broken(error: reqwest::Error) -> Failed {
    let causes = std::iter::successors(std::error::Error::source(&error), |&cause| cause.source());
    let why = causes.last().map_or_else(|| "the connection broke".to_owned(), ToString::to_string);
    if error.is_connect() {
        Failed { error: GatewayError::NotDone(why), retry_after: Some(Duration::ZERO) }
    } else {
        lost(why)
    }
}

/// Returns the shortest pause before a retry, if this response allows one.
fn retry_after(status: u16, headers: &HeaderMap) -> Option<Duration> {
    let should = match headers.get(STRIPE_SHOULD_RETRY).map(HeaderValue::as_bytes) {
        Some(b"true") => true,
        Some(b"false") => false,
        _ => matches!(status, 409 | 429),
    };
    let seconds = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
    should.then(|| Duration::from_secs(seconds.unwrap_or_default()))
}

/// Exponential backoff with jitter: twice as long each time, less up to a half at random.
fn pause(first: Duration, attempt: u32) -> Duration {
    let chance = getrandom::u32().map_or(0.5, |number| f64::from(number) / f64::from(u32::MAX));
    first.saturating_mul(1 << attempt).mul_f64(1.0 - chance / 2.0)
}

fn words_of(error: GatewayError) -> String {
    match error {
        GatewayError::NotDone(why) | GatewayError::Unknown(why) | GatewayError::Misconfigured(why) => why,
    }
}

fn encoded(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// Removes the query, for the log.
fn path_only(url: &str) -> &str {
    url.split('?').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_key_is_rejected() {
        let url: BaseUrl = "https://api.stripe.com".parse().unwrap();
        let client = |key: &str| Client::new(Secret::new(key), &url, Timeouts::default());
        assert!(client("sk_test_51Abc").is_ok() && client("rk_live_51Abc").is_ok());
        for wrong in ["", "sk test", "sk_test\n", "“sk_test”", "sk_test,sk_live"] {
            assert_eq!(client(wrong).err(), Some(InvalidKey), "{wrong:?}");
        }
        let authorization = client("sk_test_51Abc").unwrap().authorization;
        assert!(!format!("{authorization:?}").contains("51Abc"));
    }

    #[test]
    fn a_retry_is_allowed_if_stripe_says_so_or_nothing_was_done() {
        let after = |status, fields: &[(&HeaderName, &'static str)]| {
            let fields =
                fields.iter().map(|(name, value)| ((*name).clone(), HeaderValue::from_static(value)));
            retry_after(status, &fields.collect()).map(|pause| pause.as_secs())
        };
        assert_eq!(
            [after(429, &[]), after(409, &[]), after(500, &[]), after(401, &[])],
            [Some(0), Some(0), None, None]
        );
        assert_eq!(after(429, &[(&RETRY_AFTER, "7")]), Some(7));
        assert_eq!(after(500, &[(&STRIPE_SHOULD_RETRY, "true")]), Some(0));
        assert_eq!(after(409, &[(&STRIPE_SHOULD_RETRY, "false")]), None);
    }

    #[test]
    fn pauses_grow_and_vary() {
        let first = Duration::from_millis(500);
        for asked in 0..3 {
            let most = first * 2_u32.pow(asked);
            let pauses: Vec<_> = (0..50).map(|_| pause(first, asked)).collect();
            assert!(pauses.iter().all(|pause| (most / 2..=most).contains(pause)), "{pauses:?}");
            assert!(pauses.iter().any(|pause| *pause != pauses[0]));
        }
    }
}
