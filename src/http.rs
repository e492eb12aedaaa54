//! HTTP: what every request passes on its way in and every answer on its way out.

pub mod actor;
pub mod api;
pub mod client;
pub mod csrf;
mod export;
pub mod flash;
pub mod health;
pub mod limits;
pub mod notices;
mod once;
pub mod pages;
mod plain;
pub mod problem;
pub mod rate;
pub mod redirect;
pub mod security;
pub mod session;
mod settings;
pub mod trace;

use std::sync::Arc;

use axum::{
    Router,
    extract::Request,
    middleware::{Next, from_fn, from_fn_with_state},
    response::Response,
};
use frontdesk_domain::Domain;
use frontdesk_web::reference::{Lazily, Reference};
use http::Method;
use serde_json::Value;
use tokio::sync::Semaphore;
use tower::ServiceBuilder;

use crate::{assets, shutdown::Shutdown};
use limits::BodyLimits;
use pages::ProblemPages;
use problem::ErrorPages;
use rate::Limiter;
pub use settings::Settings;

/// What handlers and layers share. Cheap to clone.
#[derive(Clone)]
pub struct AppState {
    pub domain: Domain,
    pub config: Arc<Settings>,
    pub pages: Arc<dyn ErrorPages>,
    pub shutdown: Shutdown,
    pub limiter: Limiter,
    /// The API, for the pages that explain it.
    pub reference: Lazily<Reference>,
    /// The same for programs: the OpenAPI document.
    pub description: Lazily<Value>,
}

impl AppState {
    /// With the pages that this server shows to people.
    pub fn new(domain: Domain, settings: Settings, shutdown: Shutdown) -> Self {
        let config = Arc::new(settings);
        let reference = api::reference(&config);
        let description = api::description(&config);
        let pages =
            ProblemPages { domain: domain.clone(), config: config.clone(), reference: reference.clone() };
        let limiter = Limiter::new(config.rates);
        Self { domain, config, pages: Arc::new(pages), shutdown, limiter, reference, description }
    }
}

/// Puts every layer around the routes. The outermost stands first: a request goes down the list,
/// its answer comes up.
pub fn layers(pages: Router, programs: Router, state: &AppState) -> Router {
    let settings = &state.config;
    let body = BodyLimits { bytes: settings.body_bytes, time: settings.request_timeout };

    let guards = ServiceBuilder::new()
        // Files are the same for everybody and cost nothing: no guard needs to look at them.
        .layer(from_fn(files))
        // The cheapest refusals first, each before the work that it saves. A client that asks too
        // often is not even listened to.
        .layer(from_fn_with_state(state.limiter.clone(), rate::limit))
        .layer(from_fn(limits::address))
        .layer(from_fn_with_state(state.domain.passwords.clone(), limits::hashing))
        // Before the body: who may not send one should not have it read.
        .layer(from_fn_with_state(Arc::from(settings.base_url.origin()), csrf::guard))
        // Before the slots and the clock of handlers, so that slow senders take neither.
        .layer(from_fn_with_state(body, limits::body))
        .layer(from_fn_with_state(Arc::new(Semaphore::new(settings.in_flight)), limits::in_flight))
        // Within its slot, so that what is given up frees it.
        .layer(from_fn_with_state(settings.request_timeout, limits::time));

    let outer = ServiceBuilder::new()
        // Outermost: whatever happens below is logged with the request's id, and its line tells the
        // status that the client sees.
        .layer(from_fn(trace::follow))
        // Above all that answers, so that no answer goes without them.
        .layer(from_fn_with_state(security::Https(settings.base_url.is_https()), security::headers))
        // Before those that ask who the client is, the pages of problems among them.
        .layer(from_fn_with_state(settings.trusted_proxies.clone(), client::identify))
        // Above all that refuses.
        .layer(from_fn_with_state(state.pages.clone(), problem::render))
        // A panic below is a refusal like any other.
        .layer(from_fn(problem::catch_panic));

    let people = ServiceBuilder::new()
        .layer(from_fn_with_state(session::is_secure(&settings.base_url), session::take_away))
        // Innermost, so that what is refused above costs no query.
        .layer(session::layer(state.domain.clone(), &settings.base_url))
        // Within the session, from which it takes the person.
        .layer(from_fn(actor::identify));

    // Health is asked for by machines, and must be told the more, the busier the server is.
    let health = health::routes(state.domain.db.clone(), state.shutdown.clone());
    pages.layer(people).merge(programs).layer(guards).merge(health).layer(outer)
}

/// Answers with a file if there is one of that name.
async fn files(request: Request, next: Next) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    match assets::serve(request.uri().path(), request.headers()) {
        Some(file) if is_read => file,
        _ => next.run(request).await,
    }
}

#[cfg(test)]
mod tests;
