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
mod addresses;
mod audit_list;
mod breached_passwords;
mod credentials;
mod db;
mod jobs;
mod last_seen;
mod layout;
mod links;
mod list_plans;
mod opening;
mod orders;
mod owners;
mod paging;
mod password;
mod payments;
mod people;
mod permissions;
mod plans;
mod pooler;
mod postgres_tls;
mod roles;
mod rows;
mod schema;
mod search;
mod seed;
mod sessions;
mod statements;
mod token_lists;
mod token_making;
mod tokens;
mod trail;
mod units;
mod users_list;
mod webhooks;
