//! The surfaces of the server: pages, API, inbound webhooks and health checks. Each is one router with its
//! own layers, which decide how its problems are rendered, which limits apply, and if there is a session.
//! `/metrics` and the redirects to HTTPS have listeners of their own.
//!
//! In each list the outermost layer is first: a request passes them from top to bottom, its response
//! from bottom to top. The cheapest rejections are first, each before the work that it saves.

pub mod gateway_events;
pub mod health;
pub mod metrics;
pub mod redirect;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
    response::AppendHeaders,
};
use frontdesk_api::cors;
use frontdesk_http::{
    layers::{
        compression, csrf, fair_share,
        limits::{self, BodyLimits, HashingGate},
        trace::AccessLog,
    },
    problem::{ProblemFormat, Refusal},
    rate_limit::{self, RateLimit},
    request::cookies::CookieScope,
};
use frontdesk_model::{Code, Problem, urls};
use http::header::CONNECTION;
use tower::ServiceBuilder;

use crate::{
    AppState,
    middleware::{files, observe},
    pages::{
        self, actor,
        session::{self, Sessions},
    },
};

/// The whole server, as `frontdesk serve` runs it and as tests call it in process.
pub fn router(state: &AppState) -> Router {
    assemble(pages::routes(), state)
}

/// The same, with other pages. A path that no surface has is answered by the pages.
pub fn assemble(pages: Router<AppState>, state: &AppState) -> Router {
    self::pages(pages, state).merge(api(state)).merge(gateway_events(state)).merge(health(state))
}

/// The router for connections beyond the limit: health checks, and 503 for everything else.
pub fn spare(state: &AppState) -> Router {
    let busy =
        async || (AppendHeaders([(CONNECTION, "close")]), Refusal(Problem::new(Code::Busy).retry_after(1)));
    let routes = health::routes(state.checks.clone()).fallback(busy);
    observe(routes, state, AccessLog { quiet: true, ..AccessLog::default() }, json(state))
}

/// Pages and forms.
fn pages(routes: Router<AppState>, state: &AppState) -> Router {
    let settings = &state.config;
    let guards = ServiceBuilder::new()
        // Files are the same for every visitor and cost nothing, so they need no guards.
        .layer(from_fn(files::serve))
        // Inside the files, which are compressed already.
        .layer(from_fn(compression::negotiate))
        .layer(compression::layer())
        .layer(from_fn_with_state(rate_limit(state, pages::limits::of), rate_limit::by_address))
        .layer(from_fn(limits::url))
        .layer(from_fn_with_state(hashing_gate(state), limits::hashing))
        // Before the body: that of a cross-site request is not read.
        .layer(from_fn_with_state(Arc::from(settings.base_url.origin()), csrf::guard))
        // Before the slots and the timeout of handlers, so that slow senders use neither.
        .layer(from_fn_with_state(body_limits(state, settings.body_bytes), limits::body))
        .layer(from_fn_with_state(state.shares.clone(), fair_share::fair_share))
        .layer(from_fn_with_state(state.slots.clone(), limits::in_flight))
        // Within its slot, so that a cancelled handler frees it.
        .layer(from_fn_with_state(settings.request_timeout, limits::time));
    let identity = ServiceBuilder::new()
        .layer(from_fn_with_state(CookieScope::of(&settings.base_url), session::complete_removal))
        // Innermost, so that rejected requests cost no query.
        .layer(from_fn_with_state(Sessions::new(state.domain.clone(), &settings.base_url), session::manage))
        // Within the session, which has the person.
        .layer(from_fn(actor::identify));
    let log = AccessLog { expanded: Some(urls::forms::ROUTE), ..AccessLog::default() };
    observe(routes.with_state(state.clone()).layer(identity).layer(guards), state, log, negotiated(state))
}

/// The REST API. It limits its callers itself, and reads no cookies: there is nothing to forge.
fn api(state: &AppState) -> Router {
    let settings = &state.config;
    let guards = ServiceBuilder::new()
        .layer(from_fn(compression::negotiate))
        .layer(compression::layer())
        .layer(from_fn(limits::url))
        // Before the body: that of a cross-site request is not read.
        .layer(from_fn_with_state(settings.clone(), cors::guard))
        .layer(from_fn_with_state(body_limits(state, settings.body_bytes), limits::body))
        .layer(from_fn_with_state(state.shares.clone(), fair_share::fair_share))
        .layer(from_fn_with_state(state.slots.clone(), limits::in_flight))
        .layer(from_fn_with_state(settings.request_timeout, limits::time));
    let routes = frontdesk_api::router(state.api());
    let observed = observe(routes.layer(guards), state, AccessLog::default(), json(state));
    // Around everything, so that scripts can read whatever responds.
    observed.layer(from_fn_with_state(settings.clone(), cors::expose))
}

/// Events of the payment gateway.
fn gateway_events(state: &AppState) -> Router {
    let settings = &state.config;
    let guards = ServiceBuilder::new()
        .layer(from_fn_with_state(rate_limit(state, gateway_events::limit), rate_limit::by_address))
        .layer(from_fn(limits::url))
        .layer(from_fn_with_state(Arc::from(settings.base_url.origin()), csrf::guard))
        .layer(from_fn_with_state(body_limits(state, gateway_events::BODY_BYTES), limits::body))
        .layer(from_fn_with_state(state.shares.clone(), fair_share::fair_share))
        .layer(from_fn_with_state(state.slots.clone(), limits::in_flight))
        .layer(from_fn_with_state(settings.request_timeout, limits::time));
    let routes = gateway_events::routes().with_state(state.clone());
    observe(routes.layer(guards), state, AccessLog::default(), json(state))
}

/// Health checks, without any limits: the busier the server is, the more they are needed.
fn health(state: &AppState) -> Router {
    let routes = health::routes(state.checks.clone());
    observe(routes, state, AccessLog { quiet: true, ..AccessLog::default() }, negotiated(state))
}

fn negotiated(state: &AppState) -> ProblemFormat {
    ProblemFormat::Negotiated(state.pages.clone())
}

fn json(state: &AppState) -> ProblemFormat {
    ProblemFormat::Json { origin: state.config.base_url.origin().into() }
}

fn rate_limit(state: &AppState, choose: rate_limit::ChooseLimit) -> RateLimit {
    RateLimit { limiter: state.limiter.clone(), choose }
}

fn hashing_gate(state: &AppState) -> HashingGate {
    HashingGate { passwords: state.domain.passwords.clone(), hashes: pages::limits::hashes_password }
}

fn body_limits(state: &AppState, bytes: usize) -> BodyLimits {
    BodyLimits { bytes, time: state.config.request_timeout }
}
