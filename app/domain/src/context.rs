//! The context of the domain's use cases.

use crate::{Domain, actor::Actor};

/// The context of a use case. Dereferences to the [`Domain`].
pub type Context = frontdesk_platform::Context<Domain>;

impl Domain {
    /// The context of a request of this actor.
    pub fn context(&self, actor: Actor) -> Context {
        Context::new(self.clone(), actor)
    }

    /// The context of the command line.
    pub fn system(&self) -> Context {
        self.context(Actor::system())
    }
}
