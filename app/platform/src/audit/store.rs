//! The audit trail's SQL. The order of its ids is the order of time, so every list walks an index
//! on ids, and a range of time is a range of ids.

use frontdesk_model::{
    EventId, Timestamp,
    audit::{Action, Change, Event, Party},
    query::AuditQuery,
};
use uuid::Uuid;

use crate::{
    db::{self, Db, Json, Sql, Tx, row, statements},
    params,
};

macro_rules! page {
    ($order:literal $(, $filter:literal)*) => {
        concat!(
            "SELECT id, at, actor_id, actor_label, action, target_id, target_label, ip, user_agent, request_id, \
             reason, changes FROM audit_events WHERE id >= $1 AND id < $2",
            $(" AND ", $filter,)*
            " ORDER BY id ", $order, " LIMIT CAST($3 AS BIGINT)"
        )
    };
}

statements! { "audit";
    INSERT = "INSERT INTO audit_events (id, at, actor_id, actor_label, action, target_id, target_label, ip, \
              user_agent, request_id, reason, changes) \
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    COUNT_SINCE = "SELECT count(*) FROM (SELECT 1 FROM audit_events WHERE action = $1 AND id >= $2 LIMIT CAST($3 AS BIGINT)) AS counted";
    PAGE = page!("DESC");
    PAGE_BACK = page!("ASC");
    PAGE_BY_ACTOR = page!("DESC", "actor_id = $4");
    PAGE_BY_ACTOR_BACK = page!("ASC", "actor_id = $4");
    PAGE_BY_ACTION = page!("DESC", "action = $4");
    PAGE_BY_ACTION_BACK = page!("ASC", "action = $4");
    PAGE_BY_ACTOR_ACTION = page!("DESC", "actor_id = $4", "action = $5");
    PAGE_BY_ACTOR_ACTION_BACK = page!("ASC", "actor_id = $4", "action = $5");
    PAGE_BY_TARGET = page!("DESC", "target_id = $4");
    PAGE_BY_TARGET_BACK = page!("ASC", "target_id = $4");
    PAGE_BY_ACTOR_TARGET = page!("DESC", "actor_id = $4", "target_id = $5");
    PAGE_BY_ACTOR_TARGET_BACK = page!("ASC", "actor_id = $4", "target_id = $5");
    PAGE_BY_ACTION_TARGET = page!("DESC", "action = $4", "target_id = $5");
    PAGE_BY_ACTION_TARGET_BACK = page!("ASC", "action = $4", "target_id = $5");
    PAGE_BY_ALL = page!("DESC", "actor_id = $4", "action = $5", "target_id = $6");
    PAGE_BY_ALL_BACK = page!("ASC", "actor_id = $4", "action = $5", "target_id = $6");
}

/// By filter (1: actor, 2: action, 4: target, added up), then by direction.
pub(super) const PAGES: [[Sql; 2]; 8] = [
    [PAGE, PAGE_BACK],
    [PAGE_BY_ACTOR, PAGE_BY_ACTOR_BACK],
    [PAGE_BY_ACTION, PAGE_BY_ACTION_BACK],
    [PAGE_BY_ACTOR_ACTION, PAGE_BY_ACTOR_ACTION_BACK],
    [PAGE_BY_TARGET, PAGE_BY_TARGET_BACK],
    [PAGE_BY_ACTOR_TARGET, PAGE_BY_ACTOR_TARGET_BACK],
    [PAGE_BY_ACTION_TARGET, PAGE_BY_ACTION_TARGET_BACK],
    [PAGE_BY_ALL, PAGE_BY_ALL_BACK],
];

row! {
    struct EventRow {
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
    fn event(self) -> Event {
        let target = self.target_id.is_some() || !self.target_label.is_empty();
        Event {
            id: EventId(self.id),
            at: Timestamp::from_micros(self.at),
            actor: Party { id: self.actor_id, label: self.actor_label },
            // A newer version, running beside this one, may write what this one does not know.
            action: Action::parse(&self.action).unwrap_or(Action::Unknown),
            target: target.then_some(Party { id: self.target_id, label: self.target_label }),
            ip: self.ip,
            user_agent: self.user_agent,
            request_id: self.request_id,
            reason: self.reason,
            changes: self.changes.0,
        }
    }
}

/// Ids from `from` on and before `until`.
pub(super) struct Range {
    pub(super) from: Uuid,
    pub(super) until: Uuid,
    pub(super) limit: i64,
    pub(super) backwards: bool,
}

pub(super) async fn insert(tx: &mut Tx, event: &Event) -> Result<(), db::Error> {
    let (target_id, target_label) = match &event.target {
        Some(target) => (target.id, target.label.as_str()),
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

pub(super) async fn page(db: &Db, query: &AuditQuery, range: Range) -> Result<Vec<Event>, db::Error> {
    let mut params = params![range.from, range.until, range.limit];
    let mut shape = 0;
    if let Some(actor) = query.actor {
        params.push(actor.into());
        shape += 1;
    }
    if let Some(action) = query.action {
        params.push(action.as_str().into());
        shape += 2;
    }
    if let Some(target) = query.target {
        params.push(target.into());
        shape += 4;
    }
    let rows: Vec<EventRow> = db.all(PAGES[shape][usize::from(range.backwards)], params).await?;
    Ok(rows.into_iter().map(EventRow::event).collect())
}

pub(super) async fn count_since(db: &Db, action: Action, from: Uuid, at_most: i64) -> Result<i64, db::Error> {
    let (count,): (i64,) = db.one(COUNT_SINCE, params![action.as_str(), from, at_most]).await?;
    Ok(count)
}
