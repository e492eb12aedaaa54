//! Who may do what: permissions are code, and roles are fixed sets of them.

use serde::{Deserialize, Serialize};

macro_rules! permissions {
    ($($(#[doc = $doc:literal])* $name:ident = $text:literal;)*) => {
        /// One thing that somebody may be allowed to do. Every use case asks for the one it needs.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Permission { $($(#[doc = $doc])* $name,)* }

        impl Permission {
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The name that people and programs know it by: `users:read`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

permissions! {
    /// The overview of the management pages.
    OverviewRead = "overview:read";
    UsersRead = "users:read";
    UsersCreate = "users:create";
    UsersUpdate = "users:update";
    UsersSuspend = "users:suspend";
    UsersRemove = "users:remove";
    RolesAssign = "roles:assign";
    /// To act on people who are owners, and to make somebody one.
    OwnersManage = "owners:manage";
    AuditRead = "audit:read";
}

impl std::fmt::Display for Permission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of permissions.
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

    /// Whether everything in `other` is also here.
    pub fn covers(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// The built-in roles. What each may do is here and nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Everything. There is always at least one.
    Owner,
    /// Everything except what concerns owners.
    Admin,
    /// Looks after people: finds, corrects and suspends them.
    Support,
    /// Sees everything, changes nothing.
    Auditor,
    /// Everybody: their own account and nothing else. Held by all, given to nobody.
    Member,
}

impl Role {
    pub const ALL: &[Self] = &[Self::Owner, Self::Admin, Self::Support, Self::Auditor, Self::Member];
    /// The roles that can be given and taken. `Member` is what is left without any.
    pub const ASSIGNABLE: &[Self] = &[Self::Owner, Self::Admin, Self::Support, Self::Auditor];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Support => "support",
            Self::Auditor => "auditor",
            Self::Member => "member",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.as_str() == text)
    }

    /// One sentence for the people who give roles.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Owner => "May do everything, and make others owners.",
            Self::Admin => "May do everything except what concerns owners.",
            Self::Support => "Finds, corrects and suspends users.",
            Self::Auditor => "Sees users and the audit trail, changes nothing.",
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
                AuditRead,
            ]),
            Self::Support => Permissions::of(&[OverviewRead, UsersRead, UsersUpdate, UsersSuspend]),
            Self::Auditor => Permissions::of(&[OverviewRead, UsersRead, AuditRead]),
            Self::Member => Permissions::NONE,
        }
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The roles that one person holds, each once, the most powerful first.
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

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        let mut roles: Vec<Role> = roles.into_iter().collect();
        roles.sort_unstable();
        roles.dedup();
        Self(roles)
    }
}

impl std::fmt::Display for Roles {
    /// `owner, auditor`; `member` for somebody without any.
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
    fn roles_print_for_people() {
        assert_eq!(
            [Role::Auditor, Role::Owner, Role::Owner].into_iter().collect::<Roles>().to_string(),
            "owner, auditor"
        );
        assert_eq!(Roles::default().to_string(), "member");
    }
}
