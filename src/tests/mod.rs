//! Tests of the server: requests to the whole router, in process, on both databases. One binary, because
//! linking is expensive on small machines.
//!
//! A test is an ordinary `async fn` that takes a [`support::Desk`], and is listed once in its module's
//! `both!`, which runs it on SQLite (`…::sqlite::name`) and on PostgreSQL (`…::postgres::name`). Each run
//! has its own database.
//!
//! In addition to the test's own assertions, every response is checked against [`support::promises`].

// A test that is missing in `both!` would never run; it is dead code, and does not compile.
#![deny(dead_code)]
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "this is how a test fails")]

#[macro_use]
extern crate frontdesk_testing;

mod support;

mod api;
mod commands;
mod gateway;
mod guide;
mod metrics;
mod money;
mod pages;
mod tls;
mod workers;
