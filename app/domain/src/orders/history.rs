//! The history of an order, from the audit trail.

use frontdesk_model::{
    Limit, Permission, Timestamp, UserId,
    audit::{Action, Change, Event},
    order::Order,
    query::AuditQuery,
};
use serde::Serialize;

use super::{Error, get::may_see};
use crate::{Domain, actor::Actor, audit};

/// What happened to an order, the latest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct History {
    pub events: Vec<HistoryEvent>,
}

/// A line of it. Who did it is only told to staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HistoryEvent {
    pub at: Timestamp,
    pub action: Action,
    pub actor: Option<String>,
    pub reason: String,
    pub changes: Vec<Change>,
}

/// What staff consider among themselves is for staff.
const fn is_for_customers(action: Action) -> bool {
    !matches!(action, Action::RefundRequested | Action::RefundApproved | Action::RefundRejected)
}

/// Why an order was cancelled is said to its customer, and so is why a payment failed. What else
/// staff write down is for staff.
const fn tells_why(action: Action) -> bool {
    matches!(
        action,
        Action::OrderCancelled
            | Action::PaymentDeclined
            | Action::PaymentInsufficientFunds
            | Action::PaymentNetworkError
            | Action::PaymentMethodInvalid
            | Action::PaymentRefused
            | Action::PaymentNotConfirmed
    )
}

/// The latest hundred events of an order that the actor may see, as the audit trail has them.
///
/// # Errors
/// What the database says.
#[tracing::instrument(name = "orders.history", skip_all)]
pub async fn history(domain: &Domain, actor: &Actor, order: &Order) -> Result<History, Error> {
    if !may_see(actor, order.summary.customer.id) {
        return Err(Error::NoSuchOrder);
    }
    let is_staff = actor.may(Permission::OrdersRead);
    // The trail knows orders by their ids as it knows users.
    let query = AuditQuery {
        target: Some(UserId(order.summary.id.0)),
        limit: Limit::new(100),
        ..AuditQuery::default()
    };
    let events = audit::list(domain, &Actor::worker(&actor.origin.request_id), &query).await?;
    let line = |event: Event| HistoryEvent {
        at: event.at,
        action: event.action,
        actor: is_staff.then_some(event.actor.label),
        reason: if is_staff || tells_why(event.action) { event.reason } else { String::new() },
        changes: if is_staff { event.changes } else { Vec::new() },
    };
    let told = events.items.into_iter().filter(|event| is_staff || is_for_customers(event.action));
    Ok(History { events: told.map(line).collect() })
}
