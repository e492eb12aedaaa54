//! The management pages. Each use case behind them asks for its permission; to somebody without
//! it the page does not exist.

pub mod audit;
pub mod delivery;
pub mod job;
pub mod jobs;
pub mod new_user;
pub mod overview;
pub mod tokens;
pub mod user;
pub mod users;
pub mod webhook;
pub mod webhooks;
