//! The layer that limits the clients of pages and of gateway events. The API limits its callers itself,
//! by token and person as well.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::Method;

use super::{Caller, Limit, Limiter};

/// Chooses the limit that a request counts against, by its method and path.
pub type ChooseLimit = fn(&Method, &str) -> Limit;

/// The rate limit of a surface.
#[derive(Clone)]
pub struct RateLimit {
    pub limiter: Limiter,
    pub choose: ChooseLimit,
}

/// Limits the requests of each client address.
pub async fn by_address(State(rate): State<RateLimit>, request: Request, next: Next) -> Response {
    let limit = (rate.choose)(request.method(), request.uri().path());
    let client = Caller::of(request.extensions());
    match client.map_or(Ok(None), |client| rate.limiter.take(limit, client)) {
        Ok(_) => next.run(request).await,
        Err(exceeded) => exceeded.into_response(),
    }
}
