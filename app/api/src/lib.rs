//! The REST API: `/api/v1`, over the same use cases as the pages. No rule of the business is here.
//!
//! Each operation is declared once, as a [`operation::Route`] in `v1/`: the router, the checks before
//! the handler (`entry.rs`), the OpenAPI document and the reference are made from that declaration.

mod answer;
mod call;
mod content;
pub mod cors;
mod entry;
mod openapi;
pub mod operation;
mod reference;
mod replay;
mod shape;
mod v1;

use std::sync::Arc;

use axum::{
    Router,
    extract::{RawPathParams, Request, State},
    routing::{MethodFilter, any, on},
};
use frontdesk_domain::Domain;
use frontdesk_http::{
    Settings,
    problem::Refusal,
    rate_limit::{Limiter, Rates},
    reference::{Lazily, Reference, lazily},
    representation::Representation,
};
use frontdesk_model::{Code, Problem, urls};
use http::{HeaderMap, HeaderValue};
use operation::Route;
use utoipa::openapi::OpenApi;

pub use answer::Kept;
pub use openapi::{document, document_without_webhooks};

/// The state of the API. Cheap to clone.
#[derive(Clone)]
pub struct ApiState {
    pub domain: Domain,
    pub settings: Arc<Settings>,
    pub limiter: Limiter,
    pub description: Description,
}

/// The OpenAPI document, as it is served.
#[derive(Clone)]
pub struct Description {
    pub whole: Kept,
    pub without_webhooks: Kept,
}

/// Every operation, in the order of the reference.
pub fn operations() -> Vec<Route> {
    v1::routes()
}

/// The OpenAPI document, compressed when it is first requested.
pub fn description(settings: &Arc<Settings>) -> Description {
    Description {
        whole: kept(settings, document),
        without_webhooks: kept(settings, document_without_webhooks),
    }
}

fn kept(settings: &Arc<Settings>, make: fn(&[Route], &str, Rates) -> OpenApi) -> Kept {
    let settings = settings.clone();
    lazily(move || {
        let document = make(&operations(), settings.base_url.origin(), settings.rates);
        // It consists of text and numbers, which always become JSON. As a value its members are sorted.
        let document = serde_json::to_value(document).ok()?;
        let json = HeaderValue::from_static("application/json");
        Representation::compress(json, HeaderMap::new(), serde_json::to_vec(&document).ok()?.into())
    })
}

/// The data of the pages below `/docs`.
pub fn reference(settings: &Arc<Settings>) -> Lazily<Reference> {
    let settings = settings.clone();
    lazily(move || reference::make(&operations(), settings.base_url.origin(), settings.rates))
}

/// The routes below `/api`. Unknown paths below it are answered here as well.
pub fn router(state: ApiState) -> Router {
    let unknown = any(async || Refusal(Problem::new(Code::NotFound)));
    let router = Router::new()
        .route("/api", unknown.clone())
        .route("/api/", unknown.clone())
        .route("/api/{*path}", unknown);
    let router = operations().into_iter().fold(router, mount);
    router.with_state(state)
}

/// Adds the route of one operation.
fn mount(router: Router<ApiState>, route: Route) -> Router<ApiState> {
    let path = format!("{}{}", urls::API_V1.path(), route.operation.path);
    let Ok(method) = MethodFilter::try_from(route.operation.method.clone()) else { return router };
    let handler = async move |State(state): State<ApiState>, path: RawPathParams, request: Request| {
        let path = path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        entry::enter(state, route, path, request).await
    };
    router.route(&path, on(method, handler))
}
