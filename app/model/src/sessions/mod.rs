//! Sessions: signed-in devices.

mod forms;
mod query;
mod session;

pub use forms::{EndOtherSessions, EndSession};
pub use query::SessionsQuery;
pub use session::Session;

use crate::{audit::actions, permission::permissions};

permissions! {
    SESSIONS_READ = "sessions:read", "See on which devices users are signed in", [Admin, Support, Auditor];
    SESSIONS_END = "sessions:end", "Sign users out of their devices", [Admin, Support];
}

actions! {
    SESSION_ENDED = "session.ended", "signed out a device", User;
}
