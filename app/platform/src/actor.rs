//! The actor of a request. Use cases that are not public check its permission first.

use frontdesk_model::{
    Permission, Permissions, Roles, SessionId, Timestamp, TokenId, UserId, audit::Party, tokens,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Origin of a request. Stored with every audit event.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    pub ip: String,
    pub user_agent: String,
    pub request_id: String,
}

/// A signed-in person. Roles are read with every request, so a change takes effect with the next one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub id: UserId,
    pub session: SessionId,
    /// The session's epoch; the session ends when the user's epoch changes.
    pub epoch: i64,
    pub name: String,
    pub email: String,
    pub roles: Roles,
    pub joined_at: Timestamp,
}

/// A program authenticated by a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bearer {
    pub id: TokenId,
    /// The token's name and the beginning of its text.
    pub name: String,
    pub hint: String,
    pub expires_at: Option<Timestamp>,
    /// Current permissions: those that the token was given, limited to its owner's.
    pub permissions: Permissions,
    /// The person it acts for; `None` for a service token.
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
    /// Frontdesk itself, running a job.
    Worker,
}

/// The party that a request acts as, and the request's origin.
#[derive(Clone, Debug)]
pub struct Actor {
    pub who: Who,
    pub origin: Origin,
}

/// The actor lacks a permission. Each surface decides on the response (404, 403, 401).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    #[error("not signed in")]
    Anonymous,
    #[error("the permission {0} is missing")]
    Lacks(Permission),
    #[error("the target has permissions that the actor lacks")]
    Outranked,
    #[error("the actor has no account")]
    NoAccount,
    #[error("the actor is not a signed-in person")]
    NotInPerson,
    #[error("the person has not entered their password again")]
    PasswordNeeded,
}

impl Actor {
    pub fn anonymous(origin: Origin) -> Self {
        Self { who: Who::Anonymous, origin }
    }

    /// The command line: its user has access to the database anyway.
    pub fn system() -> Self {
        Self { who: Who::System, origin: Origin::default() }
    }

    /// Frontdesk itself, running a job caused by the request with this trace id.
    pub fn worker(trace_id: &str) -> Self {
        let origin = Origin { request_id: trace_id.to_owned(), ..Origin::default() };
        Self { who: Who::Worker, origin }
    }

    /// The signed-in person. Not the owner of a token: see [`Actor::user`].
    pub fn person(&self) -> Option<&Person> {
        match &self.who {
            Who::Person(person) => Some(person),
            Who::Anonymous | Who::Token(_) | Who::System | Who::Worker => None,
        }
    }

    /// The token of the request.
    pub fn token(&self) -> Option<&Bearer> {
        match &self.who {
            Who::Token(bearer) => Some(bearer),
            Who::Anonymous | Who::Person(_) | Who::System | Who::Worker => None,
        }
    }

    /// The account that the actor acts for: the signed-in person, or the owner of the token.
    pub fn user(&self) -> Option<UserId> {
        match &self.who {
            Who::Person(person) => Some(person.id),
            Who::Token(bearer) => bearer.owner.as_ref().map(|owner| owner.id),
            Who::Anonymous | Who::System | Who::Worker => None,
        }
    }

    /// As [`Actor::user`], for use cases that need an account.
    ///
    /// # Errors
    /// [`Denied::Anonymous`]; [`Denied::NoAccount`] for service tokens and the command line.
    pub fn require_user(&self) -> Result<UserId, Denied> {
        self.user().ok_or(match self.who {
            Who::Anonymous => Denied::Anonymous,
            Who::Person(_) | Who::Token(_) | Who::System | Who::Worker => Denied::NoAccount,
        })
    }

    /// As [`Actor::person`], for use cases that no token may perform.
    ///
    /// # Errors
    /// [`Denied::Anonymous`]; [`Denied::NotInPerson`] for tokens and the command line.
    pub fn require_person(&self) -> Result<&Person, Denied> {
        self.person().ok_or(match self.who {
            Who::Anonymous => Denied::Anonymous,
            Who::Person(_) | Who::Token(_) | Who::System | Who::Worker => Denied::NotInPerson,
        })
    }

    /// Requires a permission only of tokens: people may change their own account, and a token without
    /// permissions is read-only.
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

    /// Requires a permission. The first line of every use case that is not public.
    ///
    /// # Errors
    /// [`Denied`], unless a role includes the permission.
    pub fn require(&self, permission: Permission) -> Result<(), Denied> {
        if self.may(permission) {
            return Ok(());
        }
        let denied = match self.who {
            Who::Anonymous => Denied::Anonymous,
            Who::Person(_) | Who::Token(_) | Who::System | Who::Worker => Denied::Lacks(permission),
        };
        self.log_refusal(permission.as_str(), ("", Uuid::nil()));
        Err(denied)
    }

    /// Acting on a user requires all permissions of that user; otherwise an admin could take over an
    /// owner's account by changing its e-mail address.
    ///
    /// # Errors
    /// [`Denied::Outranked`].
    pub fn require_rank_over(&self, user: UserId, roles: &Roles) -> Result<(), Denied> {
        self.require_rank_over_permissions(("user", user.0), roles.permissions())
    }

    /// Returns true if the actor has all permissions of these roles.
    pub fn outranks(&self, roles: &Roles) -> bool {
        self.permissions().covers(roles.permissions())
    }

    /// Returns true if the actor has all permissions of these roles and at least one more. The command line
    /// is above everyone.
    pub fn is_above(&self, roles: &Roles) -> bool {
        let held = roles.permissions();
        let is_equal = held.covers(self.permissions());
        matches!(self.who, Who::System) || (self.outranks(roles) && !is_equal)
    }

    /// As [`Actor::require_rank_over`], and that the actor holds a permission that the user lacks.
    ///
    /// # Errors
    /// [`Denied::Outranked`].
    pub fn require_rank_above(&self, user: UserId, roles: &Roles) -> Result<(), Denied> {
        if self.is_above(roles) {
            return Ok(());
        }
        self.log_refusal("rank above", ("user", user.0));
        Err(Denied::Outranked)
    }

    /// As [`Actor::require_rank_over`], for objects that hold permissions without roles.
    ///
    /// # Errors
    /// [`Denied::Outranked`].
    pub fn require_rank_over_permissions(
        &self,
        target: (&'static str, Uuid),
        held: Permissions,
    ) -> Result<(), Denied> {
        if self.permissions().covers(held) {
            return Ok(());
        }
        self.log_refusal("rank", target);
        Err(Denied::Outranked)
    }

    /// Logs a refusal by permission, rank or object, with ids only. The target is a kind and an id, empty
    /// for a refusal before the object is known.
    pub fn log_refusal(&self, rule: &str, (kind, id): (&'static str, Uuid)) {
        let actor = self.party().id.map(|id| id.to_string()).unwrap_or_default();
        let id = if id.is_nil() { String::new() } else { id.to_string() };
        let who = match self.who {
            Who::Anonymous => "anonymous",
            Who::Person(_) => "person",
            Who::Token(_) => "token",
            Who::System | Who::Worker => "system",
        };
        tracing::info!(
            actor_kind = who,
            actor,
            rule,
            target_kind = kind,
            target_id = id,
            outcome = "refused",
            "access refused"
        );
    }

    /// The actor's name in the audit trail. Actions of a personal token belong to its owner, and the
    /// label names the token.
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
                let token = tokens::label(&self.name, &self.hint);
                Party { id: Some(owner.id.0), label: format!("{} via token {token}", owner.name) }
            }
            None => tokens::service_party(self.id, &self.name, &self.hint),
        }
    }
}
