//! Rules of every operation of the API.

mod addresses;
mod bad_input;
mod conditional;
mod curl;
mod declaration;
mod doors;
mod generated;
mod idempotency;
mod lists;
mod twice;
mod who_may_call;
