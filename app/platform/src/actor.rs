//! Who asks, and from where. A use case that is not open to everybody takes an [`Actor`], and asks it
//! for a permission before anything else.

use frontdesk_model::{
    Permission, Permissions, Roles, SessionId, Timestamp, TokenId, UserId, audit::Party, token,
};
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
    /// In which the session began; it is over once the person's own has moved on.
    pub epoch: i64,
    pub name: String,
    pub email: String,
    pub roles: Roles,
    pub joined_at: Timestamp,
}

/// A program that has shown a token, as of this request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bearer {
    pub id: TokenId,
    /// What the token is called, and how its text begins.
    pub name: String,
    pub hint: String,
    pub expires_at: Option<Timestamp>,
    /// What it may do now: what it was given, and of that no more than its owner may do, if it has one.
    pub permissions: Permissions,
    /// For whom it acts; nobody if it is a service token.
    pub owner: Option<Owner>,
}

/// Whose a personal token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub roles: Roles,
    pub joined_at: Timestamp,
}

#[derive(Clone, Debug)]
pub enum Who {
    Anonymous,
    Person(Person),
    Token(Bearer),
    /// The command line.
    System,
    /// Frontdesk itself, at work on a job.
    Worker,
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
    #[error("the actor has no account of their own")]
    NoAccount,
    #[error("the actor is not a person who is signed in")]
    NotInPerson,
}

impl Actor {
    pub fn anonymous(origin: Origin) -> Self {
        Self { who: Who::Anonymous, origin }
    }

    /// The command line: whoever can run it holds the data in their hands already.
    pub fn system() -> Self {
        Self { who: Who::System, origin: Origin::default() }
    }

    /// Frontdesk itself, at work on what the request with this trace id has caused.
    pub fn worker(trace_id: &str) -> Self {
        let origin = Origin { request_id: trace_id.to_owned(), ..Origin::default() };
        Self { who: Who::Worker, origin }
    }

    /// The person who is signed in. Not the owner of a token: see [`Actor::user`].
    pub fn person(&self) -> Option<&Person> {
        match &self.who {
            Who::Person(person) => Some(person),
            Who::Anonymous | Who::Token(_) | Who::System | Who::Worker => None,
        }
    }

    /// The token that was shown.
    pub fn token(&self) -> Option<&Bearer> {
        match &self.who {
            Who::Token(bearer) => Some(bearer),
            Who::Anonymous | Who::Person(_) | Who::System | Who::Worker => None,
        }
    }

    /// Whose account the actor acts for: the person who is signed in, or the owner of their token.
    pub fn user(&self) -> Option<UserId> {
        match &self.who {
            Who::Person(person) => Some(person.id),
            Who::Token(bearer) => bearer.owner.as_ref().map(|owner| owner.id),
            Who::Anonymous | Who::System | Who::Worker => None,
        }
    }

    /// As [`Actor::user`], for what only those with an account can do.
    ///
    /// # Errors
    /// [`Denied::Anonymous`]; [`Denied::NoAccount`] for service tokens and the command line.
    pub fn require_user(&self) -> Result<UserId, Denied> {
        self.user().ok_or(match self.who {
            Who::Anonymous => Denied::Anonymous,
            Who::Person(_) | Who::Token(_) | Who::System | Who::Worker => Denied::NoAccount,
        })
    }

    /// As [`Actor::person`], for what people do themselves and no token does for them.
    ///
    /// # Errors
    /// [`Denied::Anonymous`]; [`Denied::NotInPerson`] for tokens and the command line.
    pub fn require_person(&self) -> Result<&Person, Denied> {
        self.person().ok_or(match self.who {
            Who::Anonymous => Denied::Anonymous,
            Who::Person(_) | Who::Token(_) | Who::System | Who::Worker => Denied::NotInPerson,
        })
    }

    /// To change something of one's own account: people may, and a token only with a permission, so
    /// that one without any only reads.
    ///
    /// # Errors
    /// [`Denied::Lacks`].
    pub fn require_through_token(&self, permission: Permission) -> Result<(), Denied> {
        if self.token().is_some() { self.require(permission) } else { Ok(()) }
    }

    pub fn permissions(&self) -> Permissions {
        match &self.who {
            Who::Anonymous => Permissions::NONE,
            Who::Person(person) => person.roles.permissions(),
            Who::Token(bearer) => bearer.permissions,
            Who::System | Who::Worker => Permissions::of(Permission::ALL),
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
            Who::Person(_) | Who::Token(_) | Who::System | Who::Worker => Denied::Lacks(permission),
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
        self.require_rank_over_permissions(roles.permissions())
    }

    /// The same, to act on what holds permissions without roles.
    ///
    /// # Errors
    /// [`Denied::Outranked`].
    pub fn require_rank_over_permissions(&self, held: Permissions) -> Result<(), Denied> {
        if self.permissions().covers(held) { Ok(()) } else { Err(Denied::Outranked) }
    }

    /// What the audit trail calls the actor. What a personal token does is found under its owner, and
    /// the label says that it was the token.
    pub fn party(&self) -> Party {
        match &self.who {
            Who::Anonymous => Party { id: None, label: "somebody".to_owned() },
            Who::Person(person) => Party { id: Some(person.id.0), label: person.name.clone() },
            Who::Token(bearer) => bearer.party(),
            Who::System => Party { id: None, label: "command line".to_owned() },
            Who::Worker => Party { id: None, label: "Frontdesk".to_owned() },
        }
    }
}

impl Bearer {
    fn party(&self) -> Party {
        match &self.owner {
            Some(owner) => {
                let token = token::label(&self.name, &self.hint);
                Party { id: Some(owner.id.0), label: format!("{} via token {token}", owner.name) }
            }
            None => token::service_party(self.id, &self.name, &self.hint),
        }
    }
}
