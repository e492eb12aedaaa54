//! Permissions, roles and sessions: what an actor may do, and for how long.

mod permissions;
mod proof;
mod roles;
mod sessions;
mod two_persons;
