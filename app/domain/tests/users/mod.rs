//! Users: what staff do with them, their list, and how they are found.

mod addresses;
mod last_seen;
mod list;
mod owners;
mod people;
