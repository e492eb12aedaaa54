//! The management pages. Each use case behind them asks for its permission; to somebody without
//! it the page does not exist.

pub mod audit;
pub mod delivery;
pub mod job;
pub mod jobs;
pub mod new_order;
pub mod new_user;
pub mod order;
pub mod orders;
pub mod overview;
pub mod payment;
pub mod payments;
pub mod refund;
pub mod refunds;
pub mod tokens;
pub mod user;
pub mod users;
pub mod webhook;
pub mod webhooks;
