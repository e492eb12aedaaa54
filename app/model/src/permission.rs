//! Permissions and sets of them. Features declare their own, with the built-in roles that have them.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::ArrayBuilder;

use crate::{
    Role, collect,
    schema::{open, schemas},
};

/// A permission. Each use case requires one. Features declare the constants: [`Permission::USERS_READ`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Permission(u8);

/// A permission as its feature declares it.
#[derive(Clone, Copy)]
pub(crate) struct Declaration {
    pub name: &'static str,
    pub about: &'static str,
    /// The roles that have it. Owners have all permissions.
    pub roles: &'static [Role],
}

impl Declaration {
    const fn is_of(&self, role: Role) -> bool {
        let mut index = 0;
        while index < self.roles.len() {
            if self.roles[index] as u8 == role as u8 {
                return true;
            }
            index += 1;
        }
        matches!(role, Role::Owner)
    }
}

/// Declares the permissions of a feature: a constant of [`Permission`] for each, with its name, a line about it and the
/// roles that have it beside owners, and the list `PERMISSIONS` for `lib.rs`.
macro_rules! permissions {
    ($($constant:ident = $name:literal, $about:literal, [$($role:ident),*];)*) => {
        pub(crate) const PERMISSIONS: &[$crate::permission::Declaration] = &[$(
            $crate::permission::Declaration { name: $name, about: $about, roles: &[$($crate::Role::$role),*] },
        )*];

        impl $crate::Permission {$(
            #[doc = concat!("`", $name, "`: ", $about, ".")]
            pub const $constant: Self = Self::named($name);
        )*}
    };
}
pub(crate) use permissions;

const DECLARED: &[Declaration] =
    &collect::concat::<_, { collect::count(crate::PERMISSIONS) }>(crate::PERMISSIONS);
const NAMES: &[&str] = &names();

const fn names() -> [&'static str; DECLARED.len()] {
    // A set is a number with a bit for each permission.
    assert!(DECLARED.len() <= 64);
    let mut names = [""; DECLARED.len()];
    let mut place = 0;
    while place < names.len() {
        names[place] = DECLARED[place].name;
        place += 1;
    }
    names
}

impl Permission {
    pub const ALL: &[Self] = &{
        let mut all = [Self(0); DECLARED.len()];
        let mut place = 0;
        while place < all.len() {
            all[place] = Self(place as u8);
            place += 1;
        }
        all
    };

    /// The permission with this name. It is evaluated by the compiler, so a permission that is not collected does not
    /// compile.
    pub(crate) const fn named(name: &str) -> Self {
        Self(collect::place(NAMES, name))
    }

    /// Name in lists, tokens and the API: `users:read`.
    pub const fn as_str(self) -> &'static str {
        DECLARED[self.0 as usize].name
    }

    /// One line about it, for the form that creates tokens.
    pub const fn about(self) -> &'static str {
        DECLARED[self.0 as usize].about
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|permission| permission.as_str() == text)
    }
}

impl std::fmt::Debug for Permission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Permission({self})")
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
        Self(list.iter().fold(0, |bits, one| bits | 1 << one.0))
    }

    /// The permissions that a built-in role has.
    pub(crate) const fn of_role(role: Role) -> Self {
        let (mut bits, mut place) = (0, 0);
        while place < DECLARED.len() {
            if DECLARED[place].is_of(role) {
                bits |= 1 << place;
            }
            place += 1;
        }
        Self(bits)
    }

    pub fn has(self, one: Permission) -> bool {
        self.0 & (1 << one.0) != 0
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
        Self(list.into_iter().fold(0, |bits, one| bits | 1 << one.0))
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

schemas! {
    Permission = open(Permission::ALL.iter().map(|one| one.as_str()), "users:read")
        .description(Some("A permission."));
    Permissions = ArrayBuilder::new()
        .items(Permission::schema())
        .unique_items(true)
        .description(Some("Permissions by their names, in any order."));
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_permission_has_a_name_of_its_own_and_is_read_by_it() {
        assert_eq!(NAMES.iter().collect::<HashSet<_>>().len(), NAMES.len());
        for permission in Permission::ALL {
            assert_eq!(permission.to_string().parse(), Ok(*permission));
        }
    }

    #[test]
    fn a_constant_is_the_permission_with_its_name() {
        assert_eq!(Permission::USERS_READ.as_str(), "users:read");
        assert!(matches!(Permission::parse("audit:read"), Some(Permission::AUDIT_READ)));
    }

    #[test]
    fn permissions_are_read_as_they_are_written() {
        let some = Permissions::of(&[Permission::AUDIT_READ, Permission::USERS_READ]);
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
        let (a, b) = (
            Permissions::of(&[Permission::USERS_READ, Permission::AUDIT_READ]),
            Permissions::of(&[Permission::USERS_READ, Permission::USERS_UPDATE]),
        );
        assert_eq!(a.within(b), Permissions::of(&[Permission::USERS_READ]));
        assert_eq!(a.without(b), Permissions::of(&[Permission::AUDIT_READ]));
        assert_eq!(
            a.and(b).iter().collect::<Vec<_>>(),
            [Permission::USERS_READ, Permission::USERS_UPDATE, Permission::AUDIT_READ]
        );
    }
}
