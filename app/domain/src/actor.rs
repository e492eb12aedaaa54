//! Who asks, and from where. A use case that is not open to everybody takes an [`Actor`], and asks it
//! for a permission before anything else.

use frontdesk_model::{Permission, Permissions, Roles, SessionId, Timestamp, UserId, audit::Party};
use serde::{Deserialize, Serialize};

use crate::idempotency::Claim;

/// Where a request came from. Kept with every audit event, but for the claim.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    pub ip: String,
    pub user_agent: String,
    pub request_id: String,
    /// What makes a request that comes twice be carried out once; `None` if it may be repeated.
    pub claim: Option<Claim>,
}

/// A signed-in person, as of this request: roles are read anew each time, so a change takes
/// effect at the next one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub id: UserId,
    pub session: SessionId,
    pub name: String,
    pub email: String,
    pub roles: Roles,
    pub joined_at: Timestamp,
}

#[derive(Clone, Debug)]
pub enum Who {
    Anonymous,
    Person(Person),
    /// The command line, and Frontdesk itself.
    System,
}

/// Who asks for something, and from where.
#[derive(Clone, Debug)]
pub struct Actor {
    pub who: Who,
    pub origin: Origin,
}

/// The actor may not do this. Which answer that gets (404, 403, 401) is the door's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    #[error("nobody is signed in")]
    Anonymous,
    #[error("{0} is not held")]
    Lacks(Permission),
    #[error("the other person holds permissions that the actor does not")]
    Outranked,
}

impl Actor {
    pub fn anonymous(origin: Origin) -> Self {
        Self { who: Who::Anonymous, origin }
    }

    /// The command line: whoever can run it holds the data in their hands already.
    pub fn system() -> Self {
        Self { who: Who::System, origin: Origin::default() }
    }

    pub fn person(&self) -> Option<&Person> {
        match &self.who {
            Who::Person(person) => Some(person),
            Who::Anonymous | Who::System => None,
        }
    }

    pub fn permissions(&self) -> Permissions {
        match &self.who {
            Who::Anonymous => Permissions::NONE,
            Who::Person(person) => person.roles.permissions(),
            Who::System => Permissions::of(Permission::ALL),
        }
    }

    pub fn may(&self, permission: Permission) -> bool {
        self.permissions().has(permission)
    }

    /// The first line of every use case that is not open to all.
    ///
    /// # Errors
    /// [`Denied`], which is what you get unless a role says otherwise.
    pub fn require(&self, permission: Permission) -> Result<(), Denied> {
        if self.may(permission) {
            return Ok(());
        }
        let denied = match self.who {
            Who::Anonymous => Denied::Anonymous,
            Who::Person(_) | Who::System => Denied::Lacks(permission),
        };
        tracing::info!(actor = %self.party().label, permission = %permission, "denied");
        Err(denied)
    }

    /// To act on somebody, one must hold all that they hold; otherwise an admin could take over an
    /// owner's account by changing its e-mail address.
    ///
    /// # Errors
    /// [`Denied::Outranked`].
    pub fn require_rank_over(&self, roles: &Roles) -> Result<(), Denied> {
        if self.permissions().covers(roles.permissions()) { Ok(()) } else { Err(Denied::Outranked) }
    }

    /// What the audit trail calls the actor.
    pub fn party(&self) -> Party {
        match &self.who {
            Who::Anonymous => Party { id: None, label: "somebody".to_owned() },
            Who::Person(person) => Party { id: Some(person.id.0), label: person.name.clone() },
            Who::System => Party { id: None, label: "command line".to_owned() },
        }
    }
}
