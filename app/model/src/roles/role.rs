//! The built-in roles, which are fixed sets of permissions.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::openapi::schema::ArrayBuilder;

use crate::{
    Permissions,
    schema::{open, schemas},
};

/// The built-in roles. Each permission declares the ones that have it.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "snake_case")]
pub enum Role {
    /// All permissions. There is always at least one owner.
    Owner,
    /// All permissions except those about owners.
    Admin,
    /// Looks after customers: finds, edits and suspends users, and handles their orders.
    Support,
    /// Sees everything, changes nothing.
    Auditor,
    /// Every user: their own account only. It is implied, never assigned.
    Member,
}

impl Role {
    /// All values, in the order of their definition.
    pub const ALL: &[Self] = Self::VARIANTS;
    /// The roles that can be assigned. A user without any is a `Member`.
    pub const ASSIGNABLE: &[Self] = &[Self::Owner, Self::Admin, Self::Support, Self::Auditor];

    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// One sentence for the page that assigns roles.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Owner => "May do everything, and make others owners.",
            Self::Admin => "May do everything except what concerns owners.",
            Self::Support => "Finds, corrects and suspends users; places, cancels and refunds orders.",
            Self::Auditor => "Sees users, orders, jobs, webhooks and the audit trail, changes nothing.",
            Self::Member => "Has an account of their own.",
        }
    }

    pub const fn permissions(self) -> Permissions {
        const OWNER: Permissions = Permissions::of_role(Role::Owner);
        const ADMIN: Permissions = Permissions::of_role(Role::Admin);
        const SUPPORT: Permissions = Permissions::of_role(Role::Support);
        const AUDITOR: Permissions = Permissions::of_role(Role::Auditor);
        match self {
            Self::Owner => OWNER,
            Self::Admin => ADMIN,
            Self::Support => SUPPORT,
            Self::Auditor => AUDITOR,
            Self::Member => Permissions::NONE,
        }
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The roles of one user, each once, the most powerful first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Roles(Vec<Role>);

impl Roles {
    pub fn has(&self, role: Role) -> bool {
        role == Role::Member || self.0.contains(&role)
    }

    pub fn iter(&self) -> impl Iterator<Item = Role> + '_ {
        self.0.iter().copied()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn permissions(&self) -> Permissions {
        self.iter().fold(Permissions::NONE, |all, role| all.and(role.permissions()))
    }
}

impl std::str::FromStr for Roles {
    type Err = strum::ParseError;

    /// Parses role names separated by spaces. An unknown one is an error.
    fn from_str(text: &str) -> Result<Self, strum::ParseError> {
        text.split(' ').filter(|name| !name.is_empty()).map(str::parse).collect()
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        let mut roles: Vec<Role> = roles.into_iter().collect();
        roles.sort_unstable();
        roles.dedup();
        Self(roles)
    }
}

impl std::fmt::Display for Roles {
    /// Formats as `owner, auditor`; `member` without any.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_empty() {
            return f.write_str(Role::Member.as_str());
        }
        for (i, role) in self.iter().enumerate() {
            write!(f, "{}{role}", if i == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

schemas! {
    Role = open(Role::ALL.iter().map(|one| one.as_str()), "support")
        .description(Some("A role, which holds permissions."));
    Roles = ArrayBuilder::new()
        .items(Role::schema())
        .description(Some("The roles held, the most powerful first; empty for a member."));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Permission;

    #[test]
    fn only_an_owner_covers_an_owner() {
        let owner = Role::Owner.permissions();
        for role in Role::ALL {
            assert!(owner.covers(role.permissions()), "{role}");
            assert_eq!(role.permissions().covers(owner), *role == Role::Owner, "{role}");
        }
    }

    #[test]
    fn a_member_may_do_nothing() {
        assert!(Permission::ALL.iter().all(|one| !Role::Member.permissions().has(*one)));
    }

    #[test]
    fn roles_print_for_people() {
        assert_eq!(
            [Role::Auditor, Role::Owner, Role::Owner].into_iter().collect::<Roles>().to_string(),
            "owner, auditor"
        );
        assert_eq!(Roles::default().to_string(), "member");
    }
}
