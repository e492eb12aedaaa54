//! The audit trail.

pub mod events;
pub mod list;

use frontdesk_model::{Permission, urls};

use crate::feature::{Feature, NavigationEntry};

/// The contribution of this feature to the site.
pub const FEATURE: Feature = Feature {
    name: "audit",
    pages: &[urls::AUDIT.path()],
    forms: &[],
    navigation: &[NavigationEntry {
        url: urls::AUDIT,
        label: "Audit",
        permission: Some(Permission::AUDIT_READ),
    }],
    flashes: &[],
};
