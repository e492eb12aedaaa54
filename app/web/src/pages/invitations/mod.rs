//! Links with which the first owner and invited users choose their password.

pub mod create;
pub mod invite;
pub mod setup;

use frontdesk_model::urls;

use crate::{feature::Feature, flash::Flash};

pub const FRONTDESK_SET_UP: Flash = Flash::new("set-up", "Frontdesk is set up, and you are its owner.");
pub const PASSWORD_SET: Flash = Flash::new("password-set", "Your password is set, and you are signed in.");

/// The contribution of this feature to the site.
pub const FEATURE: Feature = Feature {
    name: "invitations",
    pages: &[urls::SET_UP.path(), urls::INVITE.path()],
    forms: &[setup::SET_UP, invite::ACCEPT_INVITE, create::INVITE_USER],
    navigation: &[],
    flashes: &[FRONTDESK_SET_UP, PASSWORD_SET],
};
