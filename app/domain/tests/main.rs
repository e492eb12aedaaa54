//! What the domain promises, held to on both databases: one binary, because linking is what costs
//! on small machines.
//!
//! A test is an ordinary `async fn` that takes a [`support::TestDomain`], and is named once in its
//! module's `both!`, which runs it on SQLite (`…::sqlite::name`) and on PostgreSQL
//! (`…::postgres::name`). Each run has a database of its own.

// A test that is not named in `both!` would never run; it is dead code, and does not compile.
#![deny(dead_code)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "this is how a test fails")]

#[macro_use]
extern crate frontdesk_testing;

mod support;

mod access;
mod audit;
mod credentials;
mod events;
mod jobs;
mod layout;
mod orders;
mod payments;
mod platform;
mod seed;
mod tokens;
mod users;
mod webhooks;
