//! One-time links: the set-up of the first owner, and invitations.

mod forms;

pub use forms::{AcceptInvite, SetUp};

use crate::audit::actions;

actions! {
    SETUP_LINK_CREATED = "setup_link.created", "made a set-up link", User;
    INVITE_CREATED = "invite.created", "made an invitation link", User;
    INVITE_ACCEPTED = "invite.accepted", "chose a password", User;
}
