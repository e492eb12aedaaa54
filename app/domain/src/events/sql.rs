//! Statements on events.

use frontdesk_model::{
    EventId,
    audit::Event,
    events::{EventBody, FeedEvent},
    webhooks::{EventType, EventTypes},
};
use uuid::Uuid;

use crate::{
    db::{self, Db, Json, Tx, row, statements},
    jobs, params,
};

statements! { "events";
    INSERT = "INSERT INTO events (id, event_type, body) VALUES ($1, $2, $3)";
    COUNT_WAITING = "SELECT count(*) FROM (SELECT 1 FROM events WHERE number IS NULL LIMIT 1) AS waiting";
    LAST_NUMBER = "SELECT last_number FROM event_numbers";
    OLDEST_NUMBER = "SELECT number FROM events WHERE number IS NOT NULL ORDER BY number LIMIT 1";
    LOCK_NUMBERS = "UPDATE event_numbers SET last_number = last_number RETURNING last_number";
    NUMBER = "UPDATE events SET number = CAST($1 AS BIGINT) + numbered.place FROM (\
                  SELECT id, row_number() OVER (ORDER BY id) AS place FROM (\
                      SELECT id FROM events WHERE number IS NULL ORDER BY id LIMIT 1000) AS waiting) AS numbered \
              WHERE events.id = numbered.id";
    SET_LAST_NUMBER = "UPDATE event_numbers SET last_number = $1";
    BETWEEN = "SELECT id, number, body FROM events WHERE number > $1 AND number <= $2 ORDER BY number \
               LIMIT CAST($3 AS BIGINT)";
    // The names of types have no wildcards that matter: `_` finds itself.
    BETWEEN_OF_TYPES = "SELECT id, number, body FROM events WHERE number > $1 AND number <= $2 \
                        AND CAST($4 AS TEXT) LIKE '% ' || event_type || ' %' ORDER BY number LIMIT CAST($3 AS BIGINT)";
    BETWEEN_IDS = "SELECT body FROM events WHERE id > $1 AND id < $2 ORDER BY id LIMIT CAST($3 AS BIGINT)";
    BY_ID = "SELECT id, number, body FROM events WHERE id = $1 AND number IS NOT NULL";
    SWEEP = "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE id < $1 ORDER BY id LIMIT 1000)";
}

pub(super) async fn insert(
    tx: &mut Tx,
    event: &Event,
    kind: EventType,
    body: &EventBody,
) -> Result<(), jobs::Error> {
    let body =
        serde_json::to_string(body).map_err(|source| jobs::Error::Payload { kind: kind.as_str(), source })?;
    tx.execute(INSERT, params![event.id, kind.as_str(), body]).await?;
    Ok(())
}

/// Returns true if there is an event without a number.
pub(super) async fn is_waiting(db: &Db) -> Result<bool, db::Error> {
    let (count,): (i64,) = db.one(COUNT_WAITING, params![]).await?;
    Ok(count > 0)
}

pub(super) async fn last_number(db: &Db) -> Result<i64, db::Error> {
    let (last,): (i64,) = db.one(LAST_NUMBER, params![]).await?;
    Ok(last)
}

/// The number before the lowest that is kept; the last one if none is.
pub(super) async fn before_oldest(db: &Db, last: i64) -> Result<i64, db::Error> {
    let row: Option<(i64,)> = db.optional(OLDEST_NUMBER, params![]).await?;
    Ok(row.map_or(last, |(number,)| number - 1))
}

/// Returns the last number; other transactions that give numbers wait until the commit.
pub(super) async fn lock_numbers(tx: &mut Tx) -> Result<i64, db::Error> {
    let (last,): (i64,) = tx.one(LOCK_NUMBERS, params![]).await?;
    Ok(last)
}

/// Numbers waiting events, in the order of their ids, from the one after `last`. Returns how many.
pub(super) async fn number(tx: &mut Tx, last: i64) -> Result<u64, db::Error> {
    tx.execute(NUMBER, params![last]).await
}

pub(super) async fn set_last_number(tx: &mut Tx, last: i64) -> Result<(), db::Error> {
    tx.execute(SET_LAST_NUMBER, params![last]).await.map(drop)
}

row! {
    struct EventRow {
        id: Uuid,
        number: i64,
        body: Json<EventBody>,
    }
}

impl EventRow {
    fn event(self) -> FeedEvent {
        debug_assert_eq!(self.id, self.body.0.id.0);
        FeedEvent { number: self.number, body: self.body.0 }
    }
}

/// The first events with numbers above the first and up to the second.
pub(super) async fn between(
    db: &Db,
    (after, until): (i64, i64),
    types: Option<&EventTypes>,
    at_most: i64,
) -> Result<Vec<FeedEvent>, db::Error> {
    let rows: Vec<EventRow> = match types {
        None => db.all(BETWEEN, params![after, until, at_most]).await?,
        Some(types) => {
            let names: String = EventType::CHOOSABLE
                .iter()
                .filter(|kind| types.has(**kind))
                .map(|kind| format!(" {kind} "))
                .collect();
            db.all(BETWEEN_OF_TYPES, params![after, until, at_most, names]).await?
        }
    };
    Ok(rows.into_iter().map(EventRow::event).collect())
}

/// The first events with ids between these two.
pub(super) async fn between_ids(
    db: &Db,
    (after, before): (Uuid, Uuid),
    at_most: i64,
) -> Result<Vec<EventBody>, db::Error> {
    let rows: Vec<(Json<EventBody>,)> = db.all(BETWEEN_IDS, params![after, before, at_most]).await?;
    Ok(rows.into_iter().map(|(body,)| body.0).collect())
}

pub(super) async fn by_id(db: &Db, id: EventId) -> Result<Option<FeedEvent>, db::Error> {
    let row: Option<EventRow> = db.optional(BY_ID, params![id]).await?;
    Ok(row.map(EventRow::event))
}

/// Deletes some events with ids before this one. Returns their number.
pub(super) async fn sweep(tx: &mut Tx, before: Uuid) -> Result<u64, db::Error> {
    tx.execute(SWEEP, params![before]).await
}
