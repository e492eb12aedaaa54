//! The server: configuration, HTTP, and the process around them.

pub mod assets;
pub mod breaches;
pub mod chores;
pub mod config;
pub mod courier;
pub mod gateway;
pub mod http;
pub mod metrics;
pub mod peer;
pub mod serve;
pub mod shutdown;
pub mod telemetry;
pub mod tls;
pub mod worker;

/// The whole server, as `frontdesk serve` runs it and as tests drive it in process.
pub fn router(state: &http::AppState) -> axum::Router {
    let pages = http::pages::routes().with_state(state.clone());
    let programs = http::api::routes(&state.config).merge(http::notices::routes()).with_state(state.clone());
    http::layers(pages, programs, state)
}
