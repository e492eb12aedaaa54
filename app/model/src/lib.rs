//! Data types that travel between server, browser and API: ids, forms and their rules, pages of results,
//! audit events, problems. A feature is a folder, with its forms, queries, permissions and audit
//! actions; the lists at the end of this file collect the last two.
//!
//! The crate compiles to WebAssembly without a `cfg`, so an island validates a field while it is being
//! edited with the same function as the server.

mod collect;
pub mod email_lookup;
pub mod filter;
pub mod form;
pub mod id;
pub mod money;
pub mod page;
pub mod permission;
pub mod problem;
pub mod schema;
pub mod search;
pub mod secret;
mod text;
pub mod time;
pub mod urls;
mod version;

pub mod audit;
pub mod authentication;
pub mod credentials;
pub mod events;
pub mod invitations;
pub mod jobs;
pub mod ledger;
pub mod orders;
mod overview;
pub mod payments;
mod processing;
pub mod refunds;
pub mod roles;
pub mod sessions;
pub mod spreadsheet;
pub mod tokens;
pub mod users;
pub mod webhooks;

pub use id::{
    DeliveryId, EventId, JobId, LinkId, OrderId, PaymentId, RefundId, SessionId, TokenId, UserId, WebhookId,
};
pub use money::{Amount, AmountFault, Currency, Money, TypedAmount};
pub use page::{Cursor, Limit, Page};
pub use payments::PaymentFailure;
pub use permission::{Permission, Permissions};
pub use problem::{Code, Fault, Problem};
pub use roles::{Role, Roles};
pub use secret::Secret;
pub use time::Timestamp;
pub use tokens::{Token, TokenText};
pub use users::{Email, PersonName};
pub use version::Expected;
pub use webhooks::Webhook;

/// The permissions of each feature, in the order in which clients see them: in the OpenAPI document and in forms.
const PERMISSIONS: &[&[permission::Declaration]] = &[
    overview::PERMISSIONS,
    users::PERMISSIONS,
    roles::PERMISSIONS,
    sessions::PERMISSIONS,
    tokens::PERMISSIONS,
    audit::PERMISSIONS,
    jobs::PERMISSIONS,
    webhooks::PERMISSIONS,
    events::PERMISSIONS,
    orders::PERMISSIONS,
    payments::PERMISSIONS,
    refunds::PERMISSIONS,
];

/// The audit actions of each feature, in the order in which clients see them: in the OpenAPI document and in filters.
const ACTIONS: &[&[audit::Declaration]] = &[
    authentication::ACTIONS,
    sessions::ACTIONS,
    invitations::ACTIONS,
    credentials::ACTIONS,
    users::ACTIONS,
    roles::ACTIONS,
    tokens::ACTIONS,
    jobs::ACTIONS,
    webhooks::ACTIONS,
    orders::ACTIONS,
    orders::export::ACTIONS,
    payments::ACTIONS,
    refunds::ACTIONS,
    processing::ACTIONS,
    ledger::ACTIONS,
    jobs::worker::ACTIONS,
    audit::ACTIONS,
];

/// The actions that webhooks receive as events.
const EVENTS: &[&[audit::Declaration]] = &[
    users::ACTIONS,
    roles::ACTIONS,
    sessions::ACTIONS,
    orders::ACTIONS,
    payments::ACTIONS,
    refunds::ACTIONS,
];
