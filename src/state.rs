//! The state that surfaces share.

use std::sync::{Arc, OnceLock};

use frontdesk_api::{ApiState, Description};
use frontdesk_domain::Domain;
use frontdesk_http::{
    Settings,
    layers::fair_share::FairShare,
    problem::ErrorPages,
    rate_limit::Limiter,
    reference::{Lazily, Reference},
    representation::Representation,
};
use tokio::sync::Semaphore;

use crate::{pages::ProblemPages, shutdown::Shutdown, surfaces::health::Checks};

/// The state of handlers and layers. Cheap to clone.
#[derive(Clone)]
pub struct AppState {
    pub domain: Domain,
    pub config: Arc<Settings>,
    /// The pages of problems.
    pub pages: Arc<dyn ErrorPages>,
    pub shutdown: Shutdown,
    /// The checks of readiness.
    pub checks: Arc<Checks>,
    pub limiter: Limiter,
    /// The slots of requests in flight, for all surfaces together.
    pub slots: Arc<Semaphore>,
    /// The share of each client in them.
    pub shares: FairShare,
    /// The API reference, for the pages that show it.
    pub reference: Lazily<Reference>,
    /// The page of the API reference, for visitors without cookies.
    pub reference_page: Arc<OnceLock<Representation>>,
    /// The OpenAPI document.
    pub description: Description,
}

impl AppState {
    pub fn new(domain: Domain, settings: Settings, shutdown: Shutdown) -> Self {
        let config = Arc::new(settings);
        let reference = frontdesk_api::reference(&config);
        let description = frontdesk_api::description(&config);
        let pages =
            ProblemPages { domain: domain.clone(), config: config.clone(), reference: reference.clone() };
        let checks = Arc::new(Checks::new(domain.db.clone(), shutdown.clone()));
        Self {
            domain,
            pages: Arc::new(pages),
            shutdown,
            checks,
            limiter: Limiter::new(config.rates),
            slots: Arc::new(Semaphore::new(config.in_flight)),
            shares: FairShare::new(config.in_flight, config.request_timeout),
            reference,
            reference_page: Arc::default(),
            description,
            config,
        }
    }

    /// The part of it that the API needs.
    pub(crate) fn api(&self) -> ApiState {
        ApiState {
            domain: self.domain.clone(),
            settings: self.config.clone(),
            limiter: self.limiter.clone(),
            description: self.description.clone(),
        }
    }
}
