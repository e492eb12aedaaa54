//! Operations under `/api/v1`.

mod orders;
mod users;
mod webhooks;
