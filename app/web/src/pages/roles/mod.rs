//! Roles of users.

pub mod card;

use crate::{feature::Feature, flash::Flash};

pub const ROLE_GRANTED: Flash = Flash::new("role-granted", "Role given.");
pub const ROLE_REVOKED: Flash = Flash::new("role-revoked", "Role taken away.");

/// The contribution of this feature to the site.
pub const FEATURE: Feature = Feature {
    name: "roles",
    pages: &[],
    forms: &[card::GRANT_ROLE, card::REVOKE_ROLE],
    navigation: &[],
    flashes: &[ROLE_GRANTED, ROLE_REVOKED],
};
