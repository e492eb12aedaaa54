//! Permissions and the built-in roles, which are fixed sets of them.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use strum::{EnumString, IntoStaticStr, VariantArray};

macro_rules! permissions {
    ($($name:ident = $text:literal, $about:literal;)*) => {
        /// A permission. Each use case requires one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Permission { $(#[doc = $about] $name,)* }

        impl Permission {
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Name in lists, tokens and the API: `users:read`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// One line about it, for the form that creates tokens.
            pub const fn about(self) -> &'static str {
                match self { $(Self::$name => $about,)* }
            }
        }
    };
}

permissions! {
    OverviewRead = "overview:read", "See the overview of the management pages";
    UsersRead = "users:read", "See users";
    UsersCreate = "users:create", "Create users";
    UsersUpdate = "users:update", "Change users’ names and e-mail addresses, and invite them";
    UsersSuspend = "users:suspend", "Suspend and reinstate users";
    UsersRemove = "users:remove", "Remove and restore users";
    RolesAssign = "roles:assign", "Give and take roles";
    OwnersManage = "owners:manage", "Act on owners, and make somebody one";
    SessionsRead = "sessions:read", "See on which devices users are signed in";
    SessionsEnd = "sessions:end", "Sign users out of their devices";
    TokensRead = "tokens:read", "See everybody’s tokens";
    TokensManage = "tokens:manage", "Make service tokens, and revoke everybody’s tokens";
    AuditRead = "audit:read", "Read the audit trail";
    JobsRead = "jobs:read", "See jobs";
    JobsManage = "jobs:manage", "Run jobs again, and call them off";
    WebhooksRead = "webhooks:read", "See webhooks, and what they are told of users and their orders";
    WebhooksManage = "webhooks:manage", "Make and change webhooks, to which what happens to users and their orders is told";
    OrdersRead = "orders:read", "See everybody’s orders, payments and refunds, and what comes in";
    OrdersCreate = "orders:create", "Place orders for customers";
    OrdersCancel = "orders:cancel", "Cancel orders that are not paid";
    PaymentsCreate = "payments:create", "Charge customers for their orders, and call a payment off";
    RefundsCreate = "refunds:create", "Refund payments, the larger ones with somebody else’s approval";
    RefundsApprove = "refunds:approve", "Approve and reject refunds that others asked for";
}

impl Permission {
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|permission| permission.as_str() == text)
    }
}

impl std::str::FromStr for Permission {
    type Err = UnknownPermission;
    fn from_str(text: &str) -> Result<Self, UnknownPermission> {
        Self::parse(text).ok_or_else(|| UnknownPermission(text.to_owned()))
    }
}

/// There is no permission with this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no permission {0:?}; a permission is called like users:read")]
pub struct UnknownPermission(String);

impl std::fmt::Display for Permission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of permissions. Serialized as a list of names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permissions(u64);

impl Permissions {
    pub const NONE: Self = Self(0);

    pub fn of(list: &[Permission]) -> Self {
        Self(list.iter().fold(0, |bits, one| bits | 1 << *one as u64))
    }

    pub fn has(self, one: Permission) -> bool {
        self.0 & (1 << one as u64) != 0
    }

    /// Returns true if it contains everything in `other`.
    pub fn covers(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The intersection with `other`.
    #[must_use]
    pub fn within(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The difference from `other`.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub fn is_empty(self) -> bool {
        self == Self::NONE
    }

    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |one| self.has(*one))
    }
}

impl std::str::FromStr for Permissions {
    type Err = UnknownPermission;

    /// Parses the format of [`Display`](std::fmt::Display). An unknown name, such as one of a later
    /// version, is an error: a set must not be taken for a smaller one.
    fn from_str(text: &str) -> Result<Self, UnknownPermission> {
        text.split(' ').filter(|name| !name.is_empty()).map(str::parse).collect()
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(list: I) -> Self {
        Self(list.into_iter().fold(0, |bits, one| bits | 1 << one as u64))
    }
}

impl std::fmt::Display for Permissions {
    /// Formats as `users:read audit:read`; empty without permissions.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, permission) in self.iter().enumerate() {
            write!(f, "{}{permission}", if i == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

impl Serialize for Permissions {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.iter().map(Permission::as_str))
    }
}

impl<'de> Deserialize<'de> for Permissions {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let names = Vec::<String>::deserialize(from)?;
        let known = names.iter().map(|name| Permission::parse(name)).collect::<Option<_>>();
        known.ok_or_else(|| serde::de::Error::custom("must be a list of permissions, such as users:read"))
    }
}

/// The built-in roles. Their permissions are defined only here.
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

    pub fn permissions(self) -> Permissions {
        use Permission::*;
        match self {
            Self::Owner => Permissions::of(Permission::ALL),
            Self::Admin => Permissions::of(&[
                OverviewRead,
                UsersRead,
                UsersCreate,
                UsersUpdate,
                UsersSuspend,
                UsersRemove,
                RolesAssign,
                SessionsRead,
                SessionsEnd,
                TokensRead,
                TokensManage,
                AuditRead,
                JobsRead,
                JobsManage,
                WebhooksRead,
                WebhooksManage,
                OrdersRead,
                OrdersCreate,
                OrdersCancel,
                PaymentsCreate,
                RefundsCreate,
                RefundsApprove,
            ]),
            Self::Support => Permissions::of(&[
                OverviewRead,
                UsersRead,
                UsersUpdate,
                UsersSuspend,
                SessionsRead,
                SessionsEnd,
                OrdersRead,
                OrdersCreate,
                OrdersCancel,
                RefundsCreate,
            ]),
            Self::Auditor => Permissions::of(&[
                OverviewRead,
                UsersRead,
                SessionsRead,
                TokensRead,
                AuditRead,
                JobsRead,
                WebhooksRead,
                OrdersRead,
            ]),
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

#[cfg(test)]
mod tests {
    use super::*;

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
    fn permissions_are_read_as_they_are_written() {
        let some = Permissions::of(&[Permission::AuditRead, Permission::UsersRead]);
        assert_eq!(some.to_string(), "users:read audit:read");
        assert_eq!("users:read audit:read".parse(), Ok(some));
        assert!("users:read everything:always audit:read".parse::<Permissions>().is_err());
        assert_eq!("".parse(), Ok(Permissions::NONE));
        assert_eq!(serde_json::to_string(&some).unwrap(), r#"["users:read","audit:read"]"#);
        assert_eq!(serde_json::from_str::<Permissions>(r#"["audit:read","users:read"]"#).unwrap(), some);
        assert!(serde_json::from_str::<Permissions>(r#"["everything:always"]"#).is_err());
    }

    #[test]
    fn sets_of_permissions_meet_and_part() {
        use Permission::*;
        let (a, b) = (Permissions::of(&[UsersRead, AuditRead]), Permissions::of(&[UsersRead, UsersUpdate]));
        assert_eq!(a.within(b), Permissions::of(&[UsersRead]));
        assert_eq!(a.without(b), Permissions::of(&[AuditRead]));
        assert_eq!(a.and(b).iter().collect::<Vec<_>>(), [UsersRead, UsersUpdate, AuditRead]);
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
