//! How often one client may ask, by what it asks for.
//!
//! Each [`Limit`] is a bucket that holds a minute's worth of requests and fills up evenly: one for
//! each client address, for each person who pays, and, at the API, for each token and person as well. An IPv6
//! client counts by its /64, since it has all of that to choose addresses from.
//!
//! Clients on this very machine are not limited. They are its operator, or a reverse proxy that
//! `FRONTDESK_TRUSTED_PROXY` does not name; to count all of a proxy's visitors as one client would
//! be an outage that begins with the first busy minute.

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use frontdesk_model::{Code, Problem};
use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::StateInformationMiddleware,
    state::keyed::DefaultKeyedStateStore,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use uuid::Uuid;

use super::{
    client::ClientAddr,
    notices,
    problem::{Refusal, is_api},
};

const RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATELIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// The time in which a bucket fills up, in seconds.
const WINDOW: u64 = 60;
/// After so many requests the clients whose buckets are full again are forgotten. A request keeps
/// its client in memory for two intervals at most, so what is kept is bounded by the traffic.
const SWEEP: u32 = 4_096;

/// What is limited. Which one a page's request counts against is in [`Limit::of`]; the API's routes
/// declare theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Reading a page.
    Page,
    /// Posting a form that has no limit of its own.
    Form,
    /// Trying a password.
    SignIn,
    /// Making an account, or using a link that leads to one.
    SignUp,
    /// Paying, which tries cards.
    Pay,
    /// Reading by the API.
    ApiRead,
    /// Changing something by the API.
    ApiWrite,
    /// What the payment gateway sends by itself.
    Notice,
}

impl Limit {
    const ALL: [Self; 8] = [
        Self::Page,
        Self::Form,
        Self::SignIn,
        Self::SignUp,
        Self::Pay,
        Self::ApiRead,
        Self::ApiWrite,
        Self::Notice,
    ];

    /// That of a page or a form.
    pub fn of(method: &Method, path: &str) -> Self {
        match (method, path) {
            (&Method::GET | &Method::HEAD | &Method::OPTIONS, _) => Self::Page,
            (_, "/fn/sign_in" | "/fn/change_password") => Self::SignIn,
            (_, "/fn/sign_up" | "/fn/set_up" | "/fn/accept_invite") => Self::SignUp,
            (_, notices::PATH) => Self::Notice,
            _ => Self::Form,
        }
    }

    /// The one that whoever is signed in is held to beside, wherever they are.
    pub fn of_person(path: &str) -> Option<Self> {
        (path == "/fn/pay_order").then_some(Self::Pay)
    }

    /// Whether what it limits has a password hashed.
    pub const fn hashes(self) -> bool {
        matches!(self, Self::SignIn | Self::SignUp)
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Form => "form",
            Self::SignIn => "sign-in",
            Self::SignUp => "sign-up",
            Self::Pay => "pay",
            Self::ApiRead => "api-read",
            Self::ApiWrite => "api-write",
            Self::Notice => "notice",
        }
    }
}

/// Requests a minute and client for each [`Limit`]; 0 is no limit.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    pub page: u32,
    pub form: u32,
    pub sign_in: u32,
    pub sign_up: u32,
    pub pay: u32,
    pub api_read: u32,
    pub api_write: u32,
    pub notice: u32,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            page: 1_200,
            form: 120,
            sign_in: 30,
            sign_up: 20,
            pay: 20,
            api_read: 1_200,
            api_write: 300,
            notice: 600,
        }
    }
}

impl Rates {
    pub const fn of(self, limit: Limit) -> u32 {
        match limit {
            Limit::Page => self.page,
            Limit::Form => self.form,
            Limit::SignIn => self.sign_in,
            Limit::SignUp => self.sign_up,
            Limit::Pay => self.pay,
            Limit::ApiRead => self.api_read,
            Limit::ApiWrite => self.api_write,
            Limit::Notice => self.notice,
        }
    }
}

/// Whose bucket it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Caller {
    Address(IpAddr),
    Token(Uuid),
    User(Uuid),
}

/// The buckets of all callers. Cheap to clone.
#[derive(Clone)]
pub struct Limiter(Arc<[Option<Bucket>; Limit::ALL.len()]>);

/// One limit, with the state of each caller.
struct Bucket {
    quota: NonZeroU32,
    callers: RateLimiter<Caller, DefaultKeyedStateStore<Caller>, DefaultClock, StateInformationMiddleware>,
    asked: AtomicU32,
}

impl Limiter {
    pub fn new(rates: Rates) -> Self {
        Self(Arc::new(Limit::ALL.map(|limit| Bucket::new(rates.of(limit)))))
    }

    /// Takes one request out of the caller's bucket, and says how it stands; `None` for whoever is
    /// not limited.
    ///
    /// # Errors
    /// [`Exceeded`], with how long there is to wait.
    pub fn take(&self, limit: Limit, caller: Caller) -> Result<Option<Standing>, Exceeded> {
        let caller = match caller {
            Caller::Address(address) if address.is_loopback() => return Ok(None),
            Caller::Address(address) => Caller::Address(network(address)),
            other => other,
        };
        let Some(bucket) = &self.0[limit as usize] else { return Ok(None) };
        match bucket.take(caller) {
            Ok(left) => Ok(Some(Standing { limit, quota: bucket.quota, left })),
            Err(wait) => Err(Exceeded { limit, quota: bucket.quota, wait }),
        }
    }
}

impl Bucket {
    fn new(a_minute: u32) -> Option<Self> {
        let quota = NonZeroU32::new(a_minute)?;
        let callers = RateLimiter::keyed(Quota::per_minute(quota)).with_middleware();
        Some(Self { quota, callers, asked: AtomicU32::new(0) })
    }

    /// How many more there may be at once, or how long to wait.
    fn take(&self, caller: Caller) -> Result<u32, Duration> {
        if self.asked.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            self.callers.retain_recent();
        }
        match self.callers.check_key(&caller) {
            Ok(state) => Ok(state.remaining_burst_capacity()),
            Err(not_until) => Err(not_until.wait_time_from(DefaultClock::default().now())),
        }
    }
}

/// What counts as one client: an IPv4 address, or the first 64 bits of an IPv6 address.
fn network(client: IpAddr) -> IpAddr {
    match client {
        IpAddr::V4(_) => client,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

/// How a caller stands with a limit: sent with every answer of the API.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    limit: Limit,
    quota: NonZeroU32,
    left: u32,
}

impl Standing {
    /// Of two, the one that is used up first.
    pub fn tighter(self, other: Option<Self>) -> Self {
        other.filter(|other| other.left < self.left).unwrap_or(self)
    }

    pub fn write(self, headers: &mut HeaderMap) {
        write_fields(headers, self.limit, self.quota, &format!("r={}", self.left));
    }
}

/// A caller has asked too often.
#[derive(Debug)]
pub struct Exceeded {
    limit: Limit,
    quota: NonZeroU32,
    wait: Duration,
}

impl IntoResponse for Exceeded {
    /// 429 with `Retry-After`, and the same as a `RateLimit` field.
    fn into_response(self) -> Response {
        tracing::info!(limit = self.limit.name(), "refused as too many");
        let Self { limit, quota, wait } = self;
        // Rounded up: whoever comes back then is let in.
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        let mut response = Refusal(Problem::new(Code::TooManyRequests).retry_after(seconds)).into_response();
        write_fields(response.headers_mut(), limit, quota, &format!("r=0;t={seconds}"));
        response
    }
}

/// The fields of `draft-ietf-httpapi-ratelimit-headers-10`.
fn write_fields(headers: &mut HeaderMap, limit: Limit, quota: NonZeroU32, state: &str) {
    let name = limit.name();
    let fields = [
        (RATELIMIT_POLICY, format!("\"{name}\";q={quota};w={WINDOW}")),
        (RATELIMIT, format!("\"{name}\";{state}")),
    ];
    for (field, value) in fields {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(field, value);
        }
    }
}

/// Holds every client of a page to the limit of what it asks for. The API does so for itself.
pub async fn limit(State(limiter): State<Limiter>, request: Request, next: Next) -> Response {
    if is_api(request.uri().path()) {
        return next.run(request).await;
    }
    let limit = Limit::of(request.method(), request.uri().path());
    let client = request.extensions().get().map(|ClientAddr(address)| *address);
    match client.map_or(Ok(None), |client| limiter.take(limit, Caller::Address(client))) {
        Ok(_) => next.run(request).await,
        Err(exceeded) => exceeded.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, middleware::from_fn_with_state, routing::any};
    use http::{StatusCode, header::RETRY_AFTER};
    use tower::ServiceExt;

    use super::*;

    fn router(rates: Rates) -> Router {
        Router::new().fallback(any(async || "reached")).layer(from_fn_with_state(Limiter::new(rates), limit))
    }

    async fn send(router: &Router, method: &str, path: &str, client: &str) -> Response {
        let mut request = http::Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        request.extensions_mut().insert(ClientAddr(client.parse().unwrap()));
        router.clone().oneshot(request).await.unwrap()
    }

    const TIGHT: Rates =
        Rates { page: 3, form: 3, sign_in: 2, sign_up: 1, pay: 1, api_read: 1, api_write: 1, notice: 2 };

    #[tokio::test]
    async fn the_request_after_the_last_one_is_told_when_to_come_back() {
        let router = router(TIGHT);
        for _ in 0..2 {
            assert_eq!(send(&router, "POST", "/fn/sign_in", "203.0.113.9").await.status(), StatusCode::OK);
        }
        let refused = send(&router, "POST", "/fn/sign_in", "203.0.113.9").await;
        assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
        // Two a minute: the next is there 30 seconds after the first.
        assert_eq!(refused.headers()[RETRY_AFTER], "30");
        assert_eq!(refused.headers()[RATELIMIT_POLICY], "\"sign-in\";q=2;w=60");
        assert_eq!(refused.headers()[RATELIMIT], "\"sign-in\";r=0;t=30");
        assert_eq!(refused.extensions().get::<Problem>().unwrap().error, Code::TooManyRequests);
    }

    #[tokio::test]
    async fn limits_and_clients_do_not_touch_each_other() {
        let router = router(TIGHT);
        assert_eq!(send(&router, "POST", "/fn/sign_up", "203.0.113.9").await.status(), StatusCode::OK);
        assert_eq!(
            send(&router, "POST", "/fn/set_up", "203.0.113.9").await.status(),
            StatusCode::TOO_MANY_REQUESTS
        );
        assert_eq!(send(&router, "POST", "/fn/sign_up", "203.0.113.10").await.status(), StatusCode::OK);
        assert_eq!(send(&router, "POST", "/fn/rename", "203.0.113.9").await.status(), StatusCode::OK);
        assert_eq!(send(&router, "GET", "/fn/sign_up", "203.0.113.9").await.status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn every_form_that_tries_a_password_counts_against_the_same_limit() {
        let router = router(TIGHT);
        for form in ["/fn/sign_in", "/fn/change_password"] {
            assert_eq!(send(&router, "POST", form, "203.0.113.9").await.status(), StatusCode::OK);
        }
        let refused = send(&router, "POST", "/fn/change_password", "203.0.113.9").await;
        assert_eq!(refused.headers()[RATELIMIT_POLICY], "\"sign-in\";q=2;w=60");
    }

    #[tokio::test]
    async fn an_ipv6_client_counts_by_its_network() {
        let router = router(TIGHT);
        assert_eq!(send(&router, "POST", "/fn/sign_up", "2001:db8::1").await.status(), StatusCode::OK);
        let neighbour = send(&router, "POST", "/fn/sign_up", "2001:db8::ffff:0:1").await;
        assert_eq!(neighbour.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(send(&router, "POST", "/fn/sign_up", "2001:db8:0:1::1").await.status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn this_machine_and_a_limit_of_zero_are_not_limited() {
        let tight = router(TIGHT);
        let open = router(Rates { sign_up: 0, ..TIGHT });
        for _ in 0..10 {
            assert_eq!(send(&tight, "POST", "/fn/sign_up", "127.0.0.1").await.status(), StatusCode::OK);
            assert_eq!(send(&tight, "POST", "/fn/sign_up", "::1").await.status(), StatusCode::OK);
            assert_eq!(send(&open, "POST", "/fn/sign_up", "203.0.113.9").await.status(), StatusCode::OK);
        }
    }

    #[test]
    fn clients_with_full_buckets_are_forgotten() {
        // 60 million a minute: a bucket is full again after a microsecond.
        let bucket = Bucket::new(60_000_000).unwrap();
        for n in 0..10 * SWEEP {
            assert!(bucket.take(Caller::Address(IpAddr::V4(n.into()))).is_ok());
        }
        assert!(bucket.callers.len() <= 2 * SWEEP as usize, "{}", bucket.callers.len());
    }
}
