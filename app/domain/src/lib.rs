//! What is true about an online business's front desk: the use cases, their rules, and where it
//! all is kept. Knows no HTTP and no HTML.
//!
//! Rooms stand in dependency order, and each imports only those before it:
//! `db clock idempotency actor problem passwords breaches throttle ← audit ← jobs ← webhooks ←
//! events ← accounts ← sessions ← tokens ← orders ← ledger ← payments`.

pub mod accounts;
pub mod actor;
pub mod audit;
pub mod breaches;
pub mod clock;
pub mod db;
pub mod events;
pub mod idempotency;
pub mod jobs;
pub mod ledger;
pub mod orders;
pub mod passwords;
pub mod payments;
pub mod problem;
pub mod sessions;
pub mod throttle;
pub mod tokens;
pub mod webhooks;

use std::{ops::Deref, sync::Arc};

use actor::Actor;
use breaches::Breaches;
use clock::Clock;
use db::{DatabaseUrl, Db, Sql, Tx};
use passwords::Passwords;
use payments::{ApprovalAbove, PaymentGateway, Sandbox};
use sessions::{Lifetime, Presence};
use throttle::Throttle;
use tokens::TokenUse;
use webhooks::Courier;

/// Everything a use case needs: a handle on [`Parts`]. A clone costs one count, which matters because
/// every layer of HTTP clones it for every request.
#[derive(Clone)]
pub struct Domain(Arc<Parts>);

impl Deref for Domain {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// What a [`Domain`] has.
#[derive(Clone)]
pub struct Parts {
    pub db: Db,
    pub clock: Clock,
    pub passwords: Passwords,
    /// Who knows passwords from breaches, if anybody is asked.
    pub breaches: Option<Arc<dyn Breaches>>,
    pub lifetime: Lifetime,
    pub presence: Presence,
    pub token_use: TokenUse,
    pub throttle: Throttle,
    pub courier: Arc<dyn Courier>,
    pub gateway: Arc<dyn PaymentGateway>,
    pub approval_above: ApprovalAbove,
    /// Where people find this server: `https://desk.example`.
    pub site: Arc<str>,
}

/// How to open a [`Domain`].
#[derive(Clone)]
pub struct Options {
    pub url: DatabaseUrl,
    pub database: db::Options,
    pub passwords: passwords::Options,
    /// Who knows passwords from breaches; nobody is asked if it is nobody.
    pub breaches: Option<Arc<dyn Breaches>>,
    pub lifetime: Lifetime,
    pub clock: Clock,
    /// Who takes events to webhooks.
    pub courier: Arc<dyn Courier>,
    /// Who moves money; the sandbox if it is nobody.
    pub gateway: Option<Arc<dyn PaymentGateway>>,
    /// Which refunds somebody else has to approve.
    pub approval_above: ApprovalAbove,
    /// Where people find this server: `https://desk.example`.
    pub site: Arc<str>,
}

/// Why a [`Domain`] could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the database at {url} cannot be used")]
    Database { url: String, source: db::Error },
    #[error("passwords cannot be hashed")]
    Passwords(#[from] passwords::Error),
}

impl Domain {
    /// Opens the database, brings its schema up to date, and starts the hashing threads.
    ///
    /// # Errors
    /// [`OpenError`], in words for an operator.
    pub async fn open(options: &Options) -> Result<Self, OpenError> {
        let db = Db::open(&options.url, &options.database)
            .await
            .map_err(|source| OpenError::Database { url: options.url.to_string(), source })?;
        let sandbox = || Sandbox::new(db.clone(), options.clock.clone(), options.site.clone());
        Ok(Self(Arc::new(Parts {
            gateway: options.gateway.clone().unwrap_or_else(|| Arc::new(sandbox())),
            db,
            clock: options.clock.clone(),
            passwords: Passwords::start(&options.passwords)?,
            breaches: options.breaches.clone(),
            lifetime: options.lifetime,
            presence: Presence::default(),
            token_use: TokenUse::default(),
            throttle: Throttle::default(),
            courier: options.courier.clone(),
            approval_above: options.approval_above,
            site: options.site.clone(),
        })))
    }

    /// To put another part in, for this handle and those cloned from it later; the others keep theirs.
    pub fn parts_mut(&mut self) -> &mut Parts {
        Arc::make_mut(&mut self.0)
    }

    /// Begins the unit of work of what the actor does: once, if their request has an idempotency key.
    ///
    /// # Errors
    /// [`db::Error::Repeated`] if it has been done under that key; [`db::Error::Busy`].
    pub(crate) async fn begin(&self, actor: &Actor) -> Result<Tx, db::Error> {
        let mut tx = self.db.write().await?;
        if let Some(claim) = &actor.origin.claim {
            claim.take(&mut tx, &self.clock).await?;
        }
        Ok(tx)
    }
}

/// Every statement there is. A test prepares each on both databases.
pub fn statements() -> Vec<Sql> {
    [
        idempotency::statements(),
        audit::statements(),
        jobs::statements(),
        accounts::statements(),
        sessions::statements(),
        tokens::statements(),
        webhooks::statements(),
        orders::statements(),
        ledger::statements(),
        payments::statements(),
    ]
    .concat()
}
