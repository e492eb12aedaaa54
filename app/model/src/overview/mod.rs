//! The overview of the management pages.

use crate::permission::permissions;

permissions! {
    OVERVIEW_READ = "overview:read", "See the overview of the management pages", [Admin, Support, Auditor];
}
