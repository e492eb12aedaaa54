//! Sessions and the devices that they are on.

pub mod devices;
pub mod security;
pub mod start;

use frontdesk_model::urls;

use crate::{feature::Feature, flash::Flash};

pub const ACCOUNT_READY: Flash = Flash::new("account-ready", "Your account is ready. Sign in to go on.");
pub const PASSWORD_READY: Flash =
    Flash::new("password-ready", "Your password is changed. Sign in with it to go on.");
pub const SESSION_ENDED: Flash = Flash::new("session-ended", "That device is signed out.");
pub const OTHERS_ENDED: Flash = Flash::new("others-ended", "All other devices are signed out.");

/// The contribution of this feature to the site.
pub const FEATURE: Feature = Feature {
    name: "sessions",
    pages: &[urls::ACCOUNT_SECURITY.path()],
    forms: &[devices::END_SESSION, security::END_OTHER_SESSIONS],
    navigation: &[],
    flashes: &[ACCOUNT_READY, PASSWORD_READY, SESSION_ENDED, OTHERS_ENDED],
};
