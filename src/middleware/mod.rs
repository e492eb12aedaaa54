//! Layers that only the server has.

pub mod files;

use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
};
use frontdesk_http::{
    layers::{
        host,
        security_headers::{self, Https},
        trace::{self, AccessLog},
    },
    problem::{self, ProblemFormat},
    request::client_address,
};
use tower::ServiceBuilder;

use crate::AppState;

/// Adds the outermost layers, which every surface has.
pub fn observe(routes: Router, state: &AppState, log: AccessLog, problems: ProblemFormat) -> Router {
    let settings = &state.config;
    let layers = ServiceBuilder::new()
        // Outermost, so that every line in the log has the request's id, and the last one the status
        // that the client gets.
        .layer(from_fn_with_state(log, trace::follow))
        // Around everything that responds, so that no response lacks them.
        .layer(from_fn_with_state(Https(settings.base_url.is_https()), security_headers::headers))
        // Before the layers that need the client's address, the pages of problems among them.
        .layer(from_fn_with_state(settings.trusted_proxies.clone(), client_address::identify))
        // Around everything that rejects.
        .layer(from_fn_with_state(problems, problem::render))
        // Before anything that reads the header.
        .layer(from_fn(host::host))
        // A panic becomes a rejection like any other.
        .layer(from_fn(problem::catch_panic));
    routes.layer(layers)
}
