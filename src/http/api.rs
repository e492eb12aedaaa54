//! The REST door: `/api/v1`, over the same use cases as the pages. Nothing is decided here.
//!
//! Each operation is declared once, as a [`operation::Route`] in `v1/`: the router, the checks before
//! the handler (`door.rs`), the OpenAPI document and the reference are made from that declaration.

pub mod answer;
mod call;
mod cors;
mod door;
mod json;
mod openapi;
pub mod operation;
mod reference;
mod replay;
pub mod shape;
mod v1;

use std::sync::Arc;

use axum::{
    Router,
    extract::{RawPathParams, Request, State},
    middleware::from_fn_with_state,
    routing::{MethodFilter, any, on},
};
use frontdesk_model::{Code, Problem};
use frontdesk_web::reference::{Lazily, Reference, lazily};
use serde_json::Value;

use super::{AppState, Settings, problem::Refusal};
use operation::Route;

pub use openapi::{document, type_url};

/// Every operation, in the order of the reference.
pub fn operations() -> Vec<Route> {
    v1::routes()
}

/// The OpenAPI document, as it is served.
pub fn description(settings: &Arc<Settings>) -> Lazily<Value> {
    let settings = settings.clone();
    lazily(move || {
        let document = document(&operations(), settings.base_url.origin(), settings.rates);
        // It is made of text and numbers, which always become JSON.
        serde_json::to_value(document).unwrap_or_default()
    })
}

/// What the pages below `/docs` show.
pub fn reference(settings: &Arc<Settings>) -> Lazily<Reference> {
    let settings = settings.clone();
    lazily(move || reference::make(&operations(), settings.base_url.origin(), settings.rates))
}

/// The routes below `/api`. What is not one of them is answered here, too, and not by a page.
pub fn routes(settings: &Arc<Settings>) -> Router<AppState> {
    let nothing = any(async || Refusal(Problem::new(Code::NotFound)));
    let routes = operations().into_iter().fold(
        Router::new().route("/api", nothing.clone()).route("/api/{*path}", nothing),
        |router, route| {
            let path = format!("/api/v1{}", route.operation.path);
            let Ok(method) = MethodFilter::try_from(route.operation.method.clone()) else { return router };
            let handler =
                async move |State(state): State<AppState>, path: RawPathParams, request: Request| {
                    let path = path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
                    door::enter(state, route, path, request).await
                };
            router.route(&path, on(method, handler))
        },
    );
    routes.layer(from_fn_with_state(settings.clone(), cors::guard))
}
