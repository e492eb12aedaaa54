//! The outcome of a limit as response headers.

use std::{num::NonZeroU32, time::Duration};

use axum::response::{IntoResponse, Response};
use frontdesk_model::{Code, Problem};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::Limit;
use crate::problem::Refusal;

pub(super) const RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");
pub(super) const RATELIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// The time in which a bucket fills up, in seconds.
const WINDOW: u64 = 60;

/// The remaining requests of a caller, sent with every response of the API.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    pub(super) limit: Limit,
    pub(super) quota: NonZeroU32,
    pub(super) left: u32,
}

impl Standing {
    /// Returns the one of two that is used up first.
    pub fn tighter(self, other: Option<Self>) -> Self {
        other.filter(|other| other.left < self.left).unwrap_or(self)
    }

    /// Adds the `RateLimit` headers to a response.
    pub fn write(self, headers: &mut HeaderMap) {
        write_fields(headers, self.limit, self.quota, &format!("r={}", self.left));
    }
}

/// The caller has sent too many requests.
#[derive(Debug)]
pub struct Exceeded {
    pub(super) limit: Limit,
    pub(super) quota: NonZeroU32,
    pub(super) wait: Duration,
}

impl IntoResponse for Exceeded {
    /// 429 with `Retry-After`, and the same as a `RateLimit` field.
    fn into_response(self) -> Response {
        tracing::info!(limit = self.limit.name(), "rejected: too many requests");
        let Self { limit, quota, wait } = self;
        // Rounded up, so that a request after that time is accepted.
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
