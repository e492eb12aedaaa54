//! The audit trail's SQL. The order of its ids is the order of time, so a range of time
//! is a range of ids.

use frontdesk_model::{
    EventId, Timestamp,
    audit::{Action, Change, Event, Party, Target, TargetId},
};
use uuid::Uuid;

use crate::{
    db::{self, Db, Json, Read, Tx, row, statements},
    list::{By, Filter, List, Predicate, Sort, Spec},
    params,
};

statements! { "audit";
    INSERT = "INSERT INTO audit_events (id, at, actor_id, actor_label, action, target_id, target_label, ip, \
              user_agent, request_id, reason, changes) \
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    FIRST_OF = "SELECT actor_id, action, changes FROM audit_events WHERE target_id = $1 ORDER BY id LIMIT CAST($2 AS BIGINT)";
    BY_ID = "SELECT id, at, actor_id, actor_label, action, target_id, target_label, ip, user_agent, request_id, reason, \
             changes FROM audit_events WHERE id = $1";
}

const SORTS: &[&str] = &["at"];

pub static LIST: List = List::new(Spec {
    name: "db.audit.list",
    table: ("audit_events", "e"),
    columns: "e.id, e.at, e.actor_id, e.actor_label, e.action, e.target_id, e.target_label, e.ip, e.user_agent, \
              e.request_id, e.reason, e.changes",
    filters: &[
        Filter::all("all", &[], SORTS),
        Filter::all("actor", &[ACTOR], SORTS),
        Filter::all("action", &[ACTION], SORTS),
        Filter::all("actor.action", &[ACTOR, ACTION], SORTS),
        Filter::all("target", &[TARGET], SORTS),
        Filter::all("actor.target", &[ACTOR, TARGET], SORTS),
        Filter::all("action.target", &[ACTION, TARGET], SORTS),
        Filter::all("actor.action.target", &[ACTOR, ACTION, TARGET], SORTS),
        Filter::any("actions", &[ACTION], SORTS),
        Filter::any("actor.actions", &[ACTOR, ACTION], SORTS),
        Filter::any("actions.target", &[ACTION, TARGET], SORTS),
        Filter::any("actor.actions.target", &[ACTOR, ACTION, TARGET], SORTS),
    ],
    sorts: &[Sort { name: "at", by: By::Id, has_range: true }],
    ..Spec::EMPTY
});

const ACTOR: Predicate = Predicate::Is("actor_id");
const ACTION: Predicate = Predicate::Is("action");
const TARGET: Predicate = Predicate::Is("target_id");

row! {
    pub(super) struct EventRow {
        id: Uuid,
        at: i64,
        actor_id: Option<Uuid>,
        actor_label: String,
        action: String,
        target_id: Option<Uuid>,
        target_label: String,
        ip: String,
        user_agent: String,
        request_id: String,
        reason: String,
        changes: Json<Vec<Change>>,
    }
}

impl EventRow {
    pub(super) fn event(self) -> Event {
        // A newer version, running at the same time, may write actions that this version does not know.
        let action = Action::parse(&self.action).unwrap_or(Action::UNKNOWN);
        let target_id = self.target_id.map(|id| action.target().id(id));
        let has_target = target_id.is_some() || !self.target_label.is_empty();
        Event {
            id: EventId(self.id),
            at: Timestamp::from_micros(self.at),
            actor: Party { id: self.actor_id, label: self.actor_label },
            action,
            target: has_target.then_some(Target { id: target_id, label: self.target_label }),
            ip: self.ip,
            user_agent: self.user_agent,
            request_id: self.request_id,
            reason: self.reason,
            changes: self.changes.0,
        }
    }
}

pub(super) async fn by_id(mut from: impl Read, id: EventId) -> Result<Option<Event>, db::Error> {
    let row: Option<EventRow> = from.optional(BY_ID, params![id]).await?;
    Ok(row.map(EventRow::event))
}

pub(super) async fn insert(tx: &mut Tx, event: &Event) -> Result<(), db::Error> {
    let (target_id, target_label) = match &event.target {
        Some(target) => (target.id.map(TargetId::uuid), target.label.as_str()),
        None => (None, ""),
    };
    let changes = serde_json::to_string(&event.changes).unwrap_or_default();
    let params = params![
        event.id,
        event.at,
        event.actor.id,
        &event.actor.label,
        event.action.as_str(),
        target_id,
        target_label,
        &event.ip,
        &event.user_agent,
        &event.request_id,
        &event.reason,
        changes,
    ];
    tx.execute(INSERT, params).await.map(|_| ())
}

row! {
    /// The part of an event that tells who did what.
    pub(super) struct Deed {
        pub(super) actor_id: Option<Uuid>,
        pub(super) action: String,
        pub(super) changes: Json<Vec<Change>>,
    }
}

/// The first events of a target, the oldest first.
pub(super) async fn first_of(db: &Db, target: Uuid, at_most: i64) -> Result<Vec<Deed>, db::Error> {
    db.all(FIRST_OF, params![target, at_most]).await
}
