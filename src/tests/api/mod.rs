//! Tests of the API, by subject.

mod addresses;
mod bad_input;
mod conditional;
mod curl;
mod declaration;
mod doors;
mod generated;
mod idempotency;
mod lists;
mod orders;
mod twice;
mod users;
mod webhooks;
mod who_may_call;
