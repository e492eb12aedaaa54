//! The context of a use case.

use std::ops::Deref;

use frontdesk_model::{Code, Expected, Problem};

use crate::{Platform, actor::Actor, db::Tx, idempotency::Claim};

/// The context of a use case: the services that it uses, the actor, and the claim on the idempotency key
/// of the request. Dereferences to the services, which are those of the domain, or only the platform's.
#[derive(Clone)]
pub struct Context<S> {
    pub services: S,
    pub actor: Actor,
    /// `None` if the request may be repeated.
    pub claim: Option<Claim>,
    /// The versions of its target that the request is meant for, if it says so.
    pub expected: Expected,
}

/// The target of a change has another version than the request is meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the target has another version")]
pub struct OtherVersion;

impl From<OtherVersion> for Problem {
    fn from(_: OtherVersion) -> Self {
        Self::new(Code::PreconditionFailed)
    }
}

impl<S> Context<S> {
    /// The context of a request that may be repeated.
    pub fn new(services: S, actor: Actor) -> Self {
        Self { services, actor, claim: None, expected: Expected::Any }
    }

    /// The same context for a request with an idempotency key.
    #[must_use]
    pub fn claiming(mut self, claim: Option<Claim>) -> Self {
        self.claim = claim;
        self
    }

    /// The same context for a request that is meant for these versions of its target.
    #[must_use]
    pub fn expecting(mut self, expected: Expected) -> Self {
        self.expected = expected;
        self
    }

    /// Requires that the target has a version that the request is meant for. Called in the transaction of the
    /// change, with the version that it changes.
    ///
    /// # Errors
    /// [`OtherVersion`].
    pub fn require_version(&self, version: i64) -> Result<(), OtherVersion> {
        if self.expected.has(version) { Ok(()) } else { Err(OtherVersion) }
    }
}

impl<S: Clone> Context<S> {
    /// The same request, on behalf of another actor.
    #[must_use]
    pub fn with_actor(&self, actor: Actor) -> Self {
        Self {
            services: self.services.clone(),
            actor,
            claim: self.claim.clone(),
            expected: self.expected.clone(),
        }
    }
}

impl<S: AsRef<Platform>> Context<S> {
    /// The services that all features use.
    pub fn platform(&self) -> &Platform {
        self.services.as_ref()
    }

    /// A transaction of this request, which begins with its first statement. If the request has an
    /// idempotency key, the key is claimed in the same transaction, before that statement:
    /// [`db::Error::Repeated`](crate::db::Error::Repeated) if the key has been used.
    pub fn begin(&self) -> Tx {
        let tx = self.platform().db.write();
        match &self.claim {
            Some(claim) => tx.after(claim.first_statement()),
            None => tx,
        }
    }
}

impl<S> Deref for Context<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.services
    }
}
