//! Data types that travel between server, browser and API: ids, forms and their rules, pages of results,
//! audit events, problems.
//!
//! The crate compiles to WebAssembly without a `cfg`, so an island validates a field while it is being
//! edited with the same function as the server.

pub mod audit;
pub mod email;
pub mod forms;
pub mod id;
pub mod job;
pub mod money;
pub mod name;
pub mod order;
pub mod page;
pub mod password;
pub mod payment;
pub mod permission;
pub mod problem;
pub mod query;
pub mod refund;
pub mod revenue;
pub mod schema;
pub mod search;
pub mod secret;
pub mod time;
pub mod token;
pub mod urls;
pub mod user;
pub mod webhook;

pub use email::Email;
pub use id::{
    DeliveryId, EventId, JobId, LinkId, OrderId, PaymentId, RefundId, SessionId, TokenId, UserId, WebhookId,
};
pub use money::{Amount, Currency, Money, TypedAmount};
pub use name::PersonName;
pub use page::{Cursor, Limit, Page};
pub use payment::PaymentFailure;
pub use permission::{Permission, Permissions, Role, Roles};
pub use problem::{Code, Fault, Problem};
pub use secret::Secret;
pub use time::Timestamp;
pub use token::{Token, TokenText};
pub use webhook::Webhook;
