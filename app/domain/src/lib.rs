//! The features of an online business's front desk: their use cases, rules and statements. Knows no
//! HTTP and no HTML.
//!
//! A feature is a folder and an operation is a file. A feature imports only the features before it in
//! [`FEATURES`]; a test reads the `use` lines.

pub mod account_sources;
pub mod authentication;
mod context;
pub mod credentials;
pub mod events;
mod feature;
pub mod gateway;
pub mod invitations;
pub mod ledger;
pub mod one_time_links;
pub mod orders;
pub mod overview;
pub mod payments;
pub mod processing;
pub mod refunds;
pub mod refusals;
pub mod roles;
pub mod sample_data;
pub mod sessions;
pub mod tokens;
pub mod users;
pub mod webhooks;

pub use frontdesk_platform::{
    Platform, actor, advisory_lock, audit, clock, db, idempotency, jobs, list, params, passwords, problem,
    rate_limit, readiness,
};

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
};

use clock::Clock;
use db::{DatabaseUrl, Db, Sql};
use gateway::{GatewayChoice, NoGateway, PaymentGateway, Sandbox};
use invitations::HasOwner;
use passwords::{BreachedPasswords, Passwords};
use payments::ApprovalAbove;
use sessions::{LastSeen, Lifetime};
use tokens::TokenUse;
use webhooks::WebhookSender;

pub use context::Context;
pub use feature::Feature;
pub use frontdesk_platform::OtherVersion;

/// The services of use cases; with an actor it is a [`Context`]. A clone costs one reference count, which
/// matters because every layer of HTTP clones it for every request. Dereferences to its [`Parts`], and these
/// to the [`Platform`].
#[derive(Clone)]
pub struct Domain(Arc<Parts>);

impl Deref for Domain {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl AsRef<Self> for Domain {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl AsRef<Platform> for Domain {
    fn as_ref(&self) -> &Platform {
        &self.0.platform
    }
}

/// The parts of a [`Domain`].
#[derive(Clone)]
pub struct Parts {
    pub platform: Platform,
    pub lifetime: Lifetime,
    pub last_seen: LastSeen,
    pub has_owner: HasOwner,
    pub token_use: TokenUse,
    pub webhook_sender: Arc<dyn WebhookSender>,
    pub gateway: Arc<dyn PaymentGateway>,
    pub approval_above: ApprovalAbove,
    /// Time for which the feed keeps events.
    pub events_kept: events::Kept,
    /// The public base URL: `https://desk.example`.
    pub site: Arc<str>,
}

impl Deref for Parts {
    type Target = Platform;

    fn deref(&self) -> &Platform {
        &self.platform
    }
}

impl DerefMut for Parts {
    fn deref_mut(&mut self) -> &mut Platform {
        &mut self.platform
    }
}

/// Options for [`Domain::open`].
#[derive(Clone)]
pub struct Options {
    pub url: DatabaseUrl,
    pub database: db::Options,
    pub passwords: passwords::Options,
    /// The breached-password check; passwords are not looked up without one.
    pub breached_passwords: Option<Arc<dyn BreachedPasswords>>,
    pub lifetime: Lifetime,
    pub clock: Clock,
    pub webhook_sender: Arc<dyn WebhookSender>,
    pub gateway: GatewayChoice,
    /// The refunds that need a second person's approval.
    pub approval_above: ApprovalAbove,
    /// Time for which the feed keeps events.
    pub events_kept: events::Kept,
    /// The public base URL: `https://desk.example`.
    pub site: Arc<str>,
}

/// A failure to open a [`Domain`].
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the database at {url} cannot be used")]
    Database { url: String, source: db::Error },
    #[error("passwords cannot be hashed")]
    Passwords(#[from] passwords::Error),
}

impl Domain {
    /// Opens the database, migrates its schema, and starts the hashing threads.
    ///
    /// # Errors
    /// [`OpenError`], in words for an operator.
    pub async fn open(options: &Options) -> Result<Self, OpenError> {
        let failed = |source| OpenError::Database { url: options.url.to_string(), source };
        let db = Db::open(&options.url, &options.database).await.map_err(failed)?;
        users::fill(&db).await.map_err(failed)?;
        users::log_shared(&db).await.map_err(failed)?;
        let gateway: Arc<dyn PaymentGateway> = match &options.gateway {
            GatewayChoice::Sandbox => {
                Arc::new(Sandbox::new(db.clone(), options.clock.clone(), options.site.clone()))
            }
            GatewayChoice::Off => Arc::new(NoGateway),
            GatewayChoice::External(gateway) => gateway.clone(),
        };
        Ok(Self(Arc::new(Parts {
            gateway,
            platform: Platform {
                db,
                clock: options.clock.clone(),
                passwords: Passwords::start(&options.passwords)?,
                breached_passwords: options.breached_passwords.clone(),
                sign_in_attempts: rate_limit::SignInAttempts::default(),
            },
            lifetime: options.lifetime,
            last_seen: LastSeen::default(),
            has_owner: HasOwner::default(),
            token_use: TokenUse::default(),
            webhook_sender: options.webhook_sender.clone(),
            approval_above: options.approval_above,
            events_kept: options.events_kept,
            site: options.site.clone(),
        })))
    }

    /// Mutable access to the parts, for this handle and its later clones; other handles keep theirs.
    pub fn parts_mut(&mut self) -> &mut Parts {
        Arc::make_mut(&mut self.0)
    }
}

/// The features, in dependency order: each imports only those before it.
pub const FEATURES: [Feature; 20] = [
    webhooks::FEATURE,
    events::FEATURE,
    refusals::FEATURE,
    account_sources::FEATURE,
    one_time_links::FEATURE,
    users::FEATURE,
    credentials::FEATURE,
    tokens::FEATURE,
    invitations::FEATURE,
    roles::FEATURE,
    authentication::FEATURE,
    sessions::FEATURE,
    orders::FEATURE,
    gateway::FEATURE,
    ledger::FEATURE,
    payments::FEATURE,
    refunds::FEATURE,
    processing::FEATURE,
    overview::FEATURE,
    sample_data::FEATURE,
];

/// Every list of the platform and of every feature.
pub fn lists() -> Vec<&'static list::List> {
    let features = FEATURES.iter().flat_map(|feature| (feature.lists)());
    [&audit::LIST, &jobs::LIST].into_iter().chain(features).collect()
}

/// Every statement of the platform and of every feature. A test prepares each on both databases.
pub fn statements() -> Vec<Sql> {
    let features = FEATURES.iter().flat_map(|feature| (feature.statements)());
    frontdesk_platform::all_statements().into_iter().chain(features).collect()
}

/// The background jobs of the platform and of every feature.
pub fn background_jobs() -> Vec<jobs::Handler<Domain>> {
    let features = FEATURES.iter().flat_map(|feature| feature.jobs);
    PLATFORM_JOBS.iter().chain(features).copied().collect()
}

const PLATFORM_JOBS: [jobs::Handler<Domain>; 2] =
    [jobs::Handler::recurring::<jobs::SweepJobs>(), jobs::Handler::recurring::<jobs::SweepAnswers>()];
