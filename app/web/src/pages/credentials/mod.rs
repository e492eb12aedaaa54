//! Changing the password.

pub mod password;

use frontdesk_model::urls;

use crate::{feature::Feature, flash::Flash};

pub const PASSWORD_CHANGED: Flash =
    Flash::new("password-changed", "Your password is changed. Other devices are signed out.");

/// The contribution of this feature to the site.
pub const FEATURE: Feature = Feature {
    name: "credentials",
    pages: &[urls::ACCOUNT_PASSWORD.path()],
    forms: &[password::CHANGE_PASSWORD],
    navigation: &[],
    flashes: &[PASSWORD_CHANGED],
};
