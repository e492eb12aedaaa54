//! Tests by address: a test of `/account/orders` is in `account/orders.rs`, one of `/api/v1/orders` in
//! `api_v1/orders.rs`. What crosses addresses is in `cross/`.

mod account;
mod admin;
mod api_v1;
mod docs;
mod health;
mod login;
mod metrics;
mod setup_and_invite;
mod signup;
