//! Signing up, in and out.

pub mod login;
pub mod signup;

use frontdesk_model::urls;

use crate::{feature::Feature, flash::Flash};

pub const SIGNED_UP: Flash = Flash::new("signed-up", "Welcome. Your account is ready.");
pub const SIGNED_IN: Flash = Flash::new("signed-in", "You are signed in.");
pub const SIGNED_OUT: Flash = Flash::new("signed-out", "You are signed out.");

/// The contribution of this feature to the site.
pub const FEATURE: Feature = Feature {
    name: "authentication",
    pages: &[urls::LOGIN.path(), urls::SIGN_UP.path()],
    forms: &[login::SIGN_IN, login::SIGN_OUT, signup::SIGN_UP],
    navigation: &[],
    flashes: &[SIGNED_UP, SIGNED_IN, SIGNED_OUT],
};
