//! The history of an order, from the audit trail.

use frontdesk_model::{
    Limit, Permission, Timestamp,
    audit::{Action, AuditQuery, Change, Event},
    orders::Order,
};
use serde::Serialize;

use super::{Error, get::may_see};
use crate::{Context, actor::Actor, audit};

/// Events of an order, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct History {
    pub events: Vec<HistoryEvent>,
}

/// An event. Its actor is shown to staff only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HistoryEvent {
    pub at: Timestamp,
    pub action: Action,
    pub actor: Option<String>,
    pub reason: String,
    pub changes: Vec<Change>,
}

/// Internal decisions of staff are hidden from customers.
const fn is_for_customers(action: Action) -> bool {
    !matches!(action, Action::REFUND_REQUESTED | Action::REFUND_APPROVED | Action::REFUND_REJECTED)
}

/// Customers see the reason of a cancellation and of a failed payment. Other reasons are for staff.
const fn tells_why(action: Action) -> bool {
    matches!(
        action,
        Action::ORDER_CANCELLED
            | Action::PAYMENT_DECLINED
            | Action::PAYMENT_INSUFFICIENT_FUNDS
            | Action::PAYMENT_NETWORK_ERROR
            | Action::PAYMENT_METHOD_INVALID
            | Action::PAYMENT_REFUSED
            | Action::PAYMENT_NOT_CONFIRMED
    )
}

/// The latest hundred audit events of an order that the actor may see.
///
/// # Errors
/// Those of the database.
#[tracing::instrument(name = "orders.history", skip_all)]
pub async fn history(ctx: &Context, order: &Order) -> Result<History, Error> {
    if !may_see(&ctx.actor, order.summary.customer.id, ("order", order.summary.id.0)) {
        return Err(Error::NoSuchOrder);
    }
    let is_staff = ctx.actor.may(Permission::ORDERS_READ);
    let query =
        AuditQuery { target: Some(order.summary.id.0), limit: Limit::new(100), ..AuditQuery::default() };
    // Readers of the order need no permission to read the audit trail.
    let reader = ctx.with_actor(Actor::worker(&ctx.actor.origin.request_id));
    let events = audit::list(&reader, &query).await?;
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
