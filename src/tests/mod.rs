//! Frontdesk as people and programs meet it: requests to the whole router, in process, held to on
//! both databases. One binary, because linking is what costs on small machines.
//!
//! A test is an ordinary `async fn` that takes a [`support::Desk`], and is named once in its
//! module's `both!`, which runs it on SQLite (`…::sqlite::name`) and on PostgreSQL
//! (`…::postgres::name`). Each run has a database of its own.
//!
//! Beside what a test asks for, every answer there is keeps what [`support::promises`] lists.

// A test that is not named in `both!` would never run; it is dead code, and does not compile.
#![deny(dead_code)]
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "this is how a test fails")]

#[macro_use]
extern crate frontdesk_testing;

mod support;

mod cross;
mod gateway;
mod program;
mod routes;
