//! The declaration of a form.

use frontdesk_domain::actor::{Actor, Denied};
use frontdesk_http::rate_limit::Limit;
use frontdesk_model::{
    Permission,
    urls::{FormUrl, Url},
};
use leptos::server_fn::ServerFn;

/// A form, declared once beside its component and its server function. Rate limits, the gate for password hashing,
/// the redirect of who opens the form's address, and the form's way back to its page read this.
#[derive(Debug)]
pub struct FormRoute {
    /// The path that it posts to.
    pub url: FormUrl,
    /// The page that it is on. That path of a form is in the address bar after a refusal, and so in reloads and
    /// bookmarks, which lead to this page. For what is done to one user, order, job or webhook it is the list of
    /// them, since the path does not name one.
    pub page: Url,
    pub access: Access,
    /// Rate limit per client address.
    pub limit: Limit,
    /// A further rate limit for each signed-in user, from all their addresses.
    pub limit_per_person: Option<Limit>,
    /// Hashes a password, and is refused at once while there is no room to.
    pub hashes_password: bool,
    /// Signs a user in. Its browser must keep cookies, which is checked before anything is done.
    pub starts_session: bool,
    /// Fields that are never sent back with their values.
    pub secret_fields: &'static [&'static str],
}

/// The least that a form asks of its actor. The use case decides; this is what can be said without its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Public,
    /// For everyone with an account: their own things, or those of others with a permission.
    SignedIn,
    Permission(Permission),
    /// Any of these permissions is enough.
    OneOf(&'static [Permission]),
}

impl FormRoute {
    /// Declares the form that the server function `F` handles. Its other attributes have the defaults of most forms.
    pub const fn of<F: ServerFn>(url: FormUrl, page: Url, access: Access) -> Self {
        assert!(is_same(F::PATH, url.path()), "the server function is at another path");
        Self {
            url,
            page,
            access,
            limit: Limit::Form,
            limit_per_person: None,
            hashes_password: false,
            starts_session: false,
            secret_fields: &[],
        }
    }

    #[must_use]
    pub const fn limit(mut self, limit: Limit) -> Self {
        self.limit = limit;
        self
    }

    #[must_use]
    pub const fn limit_per_person(mut self, limit: Limit) -> Self {
        self.limit_per_person = Some(limit);
        self
    }

    #[must_use]
    pub const fn hashes_password(mut self) -> Self {
        self.hashes_password = true;
        self
    }

    #[must_use]
    pub const fn starts_session(mut self) -> Self {
        self.starts_session = true;
        self
    }

    #[must_use]
    pub const fn secret_fields(mut self, names: &'static [&'static str]) -> Self {
        self.secret_fields = names;
        self
    }

    pub fn is_secret(&self, field: &str) -> bool {
        self.secret_fields.contains(&field)
    }
}

impl Access {
    /// # Errors
    /// [`Denied`] if the actor lacks what the form asks for.
    pub fn check(self, actor: &Actor) -> Result<(), Denied> {
        match self {
            Self::Public => Ok(()),
            Self::SignedIn => actor.require_user().map(|_| ()),
            Self::Permission(permission) => actor.require(permission),
            Self::OneOf(permissions) => match permissions.split_last() {
                Some((last, others)) if !others.iter().any(|one| actor.may(*one)) => actor.require(*last),
                _ => Ok(()),
            },
        }
    }
}

/// Compares two texts at compile time.
const fn is_same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut index = 0;
    while index < a.len() {
        if a[index] != b[index] {
            return false;
        }
        index += 1;
    }
    true
}
