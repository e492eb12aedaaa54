//! The audit trail. Events are appended in the transaction of the change they record.

mod store;

use frontdesk_model::{
    EventId, Page, Permission, Problem,
    audit::{Action, AuditQuery, Change, Event, Target, TargetId},
    filter::TimeRange,
    page::{ForeignCursor, Key},
};
use uuid::Uuid;

use store::EventRow;
pub use store::LIST;

use crate::{
    Context, Platform,
    actor::Denied,
    db::{self, Read, Sql, Tx},
    list::{By, Walk},
    params,
};

/// An audit event to append. [`append()`] adds the actor and the origin.
pub struct Entry {
    action: Action,
    target: Option<Target>,
    reason: String,
    changes: Vec<Change>,
}

impl Entry {
    pub fn new(action: Action) -> Self {
        Self { action, target: None, reason: String::new(), changes: Vec::new() }
    }

    /// The target. Its id is read again by the kind that the action declares, so it must have that kind.
    pub fn on(mut self, id: impl Into<TargetId>, label: &str) -> Self {
        let id = id.into();
        debug_assert_eq!(id.kind(), self.action.target(), "the target of {}", self.action);
        self.target = Some(Target { id: Some(id), label: label.to_owned() });
        self
    }

    /// A target without an id.
    pub fn about(mut self, label: String) -> Self {
        self.target = Some(Target { id: None, label });
        self
    }

    /// A target by its id, of the kind that the action declares, or nil for a target without an id.
    pub fn at_target(mut self, id: Uuid, label: &str) -> Self {
        let id = (!id.is_nil()).then(|| self.action.target().id(id));
        self.target = (id.is_some() || !label.is_empty()).then(|| Target { id, label: label.to_owned() });
        self
    }

    pub fn action(&self) -> Action {
        self.action
    }

    /// The target's id, if it has one, and its label.
    pub fn target(&self) -> (Option<Uuid>, &str) {
        let target = self.target.as_ref();
        (target.and_then(|it| it.id).map(TargetId::uuid), target.map_or("", |it| it.label.as_str()))
    }

    pub fn because(mut self, reason: &str) -> Self {
        reason.trim().clone_into(&mut self.reason);
        self
    }

    /// A changed value; ignored if before and after are equal. An empty text is nothing.
    pub fn changed(mut self, field: &str, before: Option<&str>, after: Option<&str>) -> Self {
        let [before, after] = [before, after].map(|value| value.filter(|text| !text.is_empty()));
        if before != after {
            let text = |value: Option<&str>| value.map(ToOwned::to_owned);
            self.changes.push(Change { field: field.to_owned(), before: text(before), after: text(after) });
        }
        self
    }
}

/// A failure to read the audit trail.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error(transparent)]
    ForeignCursor(#[from] ForeignCursor),
    #[error(transparent)]
    Database(#[from] db::Error),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Denied(denied) => denied.into(),
            Error::ForeignCursor(foreign) => foreign.into(),
            Error::Database(error) => error.into(),
        }
    }
}

/// Appends an event in the transaction of the change it records.
pub async fn append<S: AsRef<Platform>>(
    ctx: &Context<S>,
    tx: &mut Tx,
    entry: Entry,
) -> Result<Event, db::Error> {
    let (clock, actor) = (&ctx.platform().clock, &ctx.actor);
    let at = clock.now();
    let event = Event {
        id: EventId(clock.id_at(at)),
        at,
        actor: actor.party(),
        action: entry.action,
        target: entry.target,
        ip: actor.origin.ip.clone(),
        user_agent: actor.origin.user_agent.clone(),
        request_id: actor.origin.request_id.clone(),
        reason: entry.reason,
        changes: entry.changes,
    };
    store::insert(tx, &event).await?;
    Ok(event)
}

/// An event by its id, for use cases that have checked the permission.
///
/// # Errors
/// Those of the database.
pub async fn by_id(from: impl Read, id: EventId) -> Result<Option<Event>, db::Error> {
    store::by_id(from, id).await
}

/// A page of events, newest first.
///
/// # Errors
/// [`Error::Denied`] without `audit:read`.
#[tracing::instrument(name = "audit.list", skip_all)]
pub async fn list<S: AsRef<Platform>>(ctx: &Context<S>, query: &AuditQuery) -> Result<Page<Event>, Error> {
    ctx.actor.require(Permission::AUDIT_READ)?;
    let list = list_name(query);
    let cursor = LIST.cursor(query.cursor.as_deref(), &list, "at")?;
    let limit = query.limit.unwrap_or_default();
    let older = TimeRange { gte: query.since, lt: query.until, ..TimeRange::default() };
    let walk = walk(query).sorted("at", true).within(&query.created, By::Id).within(&older, By::Id);
    let walk = walk.from(cursor.as_ref()).limit(limit);
    let rows: Vec<EventRow> = LIST.read(&ctx.platform().db, walk).await?;
    let events = rows.into_iter().map(EventRow::event).collect();
    Ok(Page::of_probe(events, limit, &list, cursor.as_ref(), |event: &Event| (Key::Number(0), event.id.0)))
}

fn walk(query: &AuditQuery) -> Walk {
    let action = query.action.only().map(|action| action.as_str());
    if action.is_none() && !query.action.is_empty() {
        return of_actions(query);
    }
    let (filter, values) = match (query.actor, action, query.target) {
        (None, None, None) => ("all", params![]),
        (Some(actor), None, None) => ("actor", params![actor]),
        (None, Some(action), None) => ("action", params![action]),
        (Some(actor), Some(action), None) => ("actor.action", params![actor, action]),
        (None, None, Some(target)) => ("target", params![target]),
        (Some(actor), None, Some(target)) => ("actor.target", params![actor, target]),
        (None, Some(action), Some(target)) => ("action.target", params![action, target]),
        (Some(actor), Some(action), Some(target)) => ("actor.action.target", params![actor, action, target]),
    };
    Walk::of(filter, values)
}

/// A walk for each of several actions.
fn of_actions(query: &AuditQuery) -> Walk {
    Walk::of_any(&query.action, Action::as_str, |action| match (query.actor, query.target) {
        (None, None) => ("actions", params![action]),
        (Some(actor), None) => ("actor.actions", params![actor, action]),
        (None, Some(target)) => ("actions.target", params![action, target]),
        (Some(actor), Some(target)) => ("actor.actions.target", params![actor, action, target]),
    })
}

/// The number of a target's first events that are searched for the one that made it.
const FIRST: i64 = 100;

/// Returns true if the actor made something, judging by the target's first events. `made` is its id, if the target
/// of the event is another: payments and refunds are events of their order.
pub async fn is_maker<S: AsRef<Platform>>(
    ctx: &Context<S>,
    action: Action,
    target: impl Into<TargetId>,
    made: Option<Uuid>,
) -> Result<bool, db::Error> {
    let Some(actor) = ctx.actor.party().id else { return Ok(false) };
    let made = made.map(|id| id.to_string());
    let events = store::first_of(&ctx.platform().db, target.into().uuid(), FIRST).await?;
    Ok(events.iter().any(|event| {
        let names = |id: &String| event.changes.0.iter().any(|change| change.after.as_ref() == Some(id));
        event.actor_id == Some(actor) && event.action == action.as_str() && made.as_ref().is_none_or(names)
    }))
}

/// All statements of this module.
pub fn statements() -> Vec<Sql> {
    store::ALL.iter().copied().chain(LIST.statements()).collect()
}

/// Name of the list with its filters, so that a cursor is valid only in the list that it came from.
fn list_name(query: &AuditQuery) -> String {
    let filters = AuditQuery { limit: None, cursor: None, ..query.clone() };
    format!("audit:{}", serde_json::to_string(&filters).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_text_in_a_change_is_nothing() {
        let entry = Entry::new(Action::UNKNOWN).changed("description", Some(""), Some("Shop")).changed(
            "events",
            Some(""),
            None,
        );
        let changes: Vec<_> = entry.changes.iter().map(|it| (&*it.field, it.before.as_deref())).collect();
        assert_eq!(changes, [("description", None)]);
    }
}
