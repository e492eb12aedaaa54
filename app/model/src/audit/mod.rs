//! The audit trail: events, their actions and targets.

mod action;
mod event;
mod query;
mod target;

pub use action::Action;
pub use event::{Change, Event, Party};
pub use query::AuditQuery;
pub use target::{Target, TargetId, TargetKind};

pub(crate) use action::{Declaration, actions};

use crate::permission::permissions;

permissions! {
    AUDIT_READ = "audit:read", "Read the audit trail", [Admin, Auditor];
}

actions! {
    UNKNOWN = "unknown", "did something that this version does not know", Other;
}
