//! Statements on deliveries. The deliveries of a removed webhook exist until a job has deleted them.

use frontdesk_model::{
    DeliveryId, EventId, Timestamp, WebhookId,
    webhooks::{DeliveryAttempt, DeliveryState, DeliverySummary, EventType},
};
use uuid::Uuid;

use crate::{
    db::{self, Db, Read, Text, Tx, row, statements},
    list::{By, Filter, List, Predicate, Sort, Spec},
    params,
};

/// Columns of a `DeliverySummary`.
macro_rules! delivery {
    () => {
        "d.id, d.webhook_id, d.event_id, d.event_type, d.state, d.attempts, d.next_at, d.created_at"
    };
}

statements! { "webhooks";
    INSERT_DELIVERY = "INSERT INTO webhook_deliveries (id, webhook_id, event_id, event_type, body, state, turn, attempts, \
                       failures, next_at, created_at) VALUES ($1, $2, $3, $4, $5, 'pending', $6, 0, 0, $7, $7)";
    WAITING = "SELECT d.event_id, d.body, d.turn, w.url, w.secret, w.old_secret, w.old_secret_until, w.is_enabled \
               FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id \
               WHERE d.id = $1 AND d.state <> 'succeeded'";
    COUNT_ATTEMPT = "UPDATE webhook_deliveries SET attempts = attempts + 1 WHERE id = $1 \
                     RETURNING webhook_id, attempts, failures, turn";
    INSERT_ATTEMPT = "INSERT INTO webhook_attempts (delivery_id, number, at, status, duration_ms, error, answer) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7)";
    END_DELIVERY = "UPDATE webhook_deliveries SET state = $2, next_at = NULL WHERE id = $1";
    POSTPONE = "UPDATE webhook_deliveries SET failures = $2, next_at = $3 WHERE id = $1 AND state = 'pending'";
    RESTART = "UPDATE webhook_deliveries SET state = 'pending', failures = 0, next_at = $3, turn = turn + 1 \
               WHERE id = $1 AND turn = $2 RETURNING turn";
    FAILED = "SELECT id, turn, event_type FROM webhook_deliveries WHERE webhook_id = $1 AND state = 'failed' \
              AND id > $2 AND id < $3 ORDER BY id LIMIT CAST($4 AS BIGINT)";
    FAILED_ABOVE = "SELECT d.id, d.turn, d.event_type FROM webhook_deliveries d JOIN events e ON e.id = d.event_id \
                    WHERE d.webhook_id = $1 AND d.state = 'failed' AND d.id > $2 AND d.id < $3 AND e.number > $5 \
                    ORDER BY d.id LIMIT CAST($4 AS BIGINT)";
    OF_EVENT = "SELECT id, turn, event_type, next_at FROM webhook_deliveries WHERE webhook_id = $1 AND event_id = $2 \
                ORDER BY id LIMIT 1";
    DELIVERY = concat!(
        "SELECT ", delivery!(), " FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id WHERE d.id = $1");
    REST = "SELECT body, turn FROM webhook_deliveries WHERE id = $1";
    TRIES = "SELECT number, at, status, duration_ms, error, answer FROM webhook_attempts WHERE delivery_id = $1 \
             ORDER BY number DESC LIMIT 50";
    SWEEP = "DELETE FROM webhook_deliveries WHERE id IN (SELECT id FROM webhook_deliveries WHERE id < $1 LIMIT 1000)";
    CLEAR = "DELETE FROM webhook_deliveries WHERE id IN (\
             SELECT id FROM webhook_deliveries WHERE webhook_id = $1 LIMIT 1000)";
}

const SORTS: &[&str] = &["created"];

pub static LIST: List = List::new(Spec {
    name: "db.deliveries.list",
    table: ("webhook_deliveries", "d"),
    columns: delivery!(),
    filters: &[
        Filter::all("all", &[], SORTS),
        Filter::all("state", &[Predicate::Is("state")], SORTS),
        Filter::any("states", &[Predicate::Is("state")], SORTS),
        Filter::all("webhook", &[Predicate::Is("webhook_id")], SORTS),
        Filter::all("webhook.state", &[Predicate::Is("webhook_id"), Predicate::Is("state")], SORTS),
        Filter::any("webhook.states", &[Predicate::Is("webhook_id"), Predicate::Is("state")], SORTS),
    ],
    sorts: &[Sort { name: "created", by: By::Id, has_range: true }],
    ..Spec::EMPTY
});

pub(in crate::webhooks) struct NewDelivery {
    pub(in crate::webhooks) id: DeliveryId,
    pub(in crate::webhooks) webhook: WebhookId,
    pub(in crate::webhooks) event: EventId,
    pub(in crate::webhooks) kind: EventType,
    pub(in crate::webhooks) body: String,
    pub(in crate::webhooks) turn: i64,
    pub(in crate::webhooks) at: Timestamp,
}

pub(in crate::webhooks) async fn insert_delivery(tx: &mut Tx, new: NewDelivery) -> Result<(), db::Error> {
    let params = params![new.id, new.webhook, new.event, new.kind.as_str(), new.body, new.turn, new.at];
    tx.execute(INSERT_DELIVERY, params).await.map(|_| ())
}

/// A delivery that has not arrived, with the columns needed to send it.
pub(in crate::webhooks) struct Waiting {
    pub(in crate::webhooks) event: EventId,
    pub(in crate::webhooks) body: String,
    pub(in crate::webhooks) turn: i64,
    pub(in crate::webhooks) url: String,
    pub(in crate::webhooks) secret: Vec<u8>,
    pub(in crate::webhooks) old_secret: Option<Vec<u8>>,
    pub(in crate::webhooks) old_secret_until: Option<Timestamp>,
    pub(in crate::webhooks) is_enabled: bool,
}

row! {
    struct WaitingRow {
        event_id: Uuid,
        body: String,
        turn: i64,
        url: String,
        secret: Vec<u8>,
        old_secret: Option<Vec<u8>>,
        old_secret_until: Option<i64>,
        is_enabled: i64,
    }
}

pub(in crate::webhooks) async fn waiting(db: &Db, id: DeliveryId) -> Result<Option<Waiting>, db::Error> {
    let row: Option<WaitingRow> = db.optional(WAITING, params![id]).await?;
    Ok(row.map(|row| Waiting {
        event: EventId(row.event_id),
        body: row.body,
        turn: row.turn,
        url: row.url,
        secret: row.secret,
        old_secret: row.old_secret,
        old_secret_until: row.old_secret_until.map(Timestamp::from_micros),
        is_enabled: row.is_enabled == 1,
    }))
}

/// Including this attempt.
pub(in crate::webhooks) struct Counted {
    pub(in crate::webhooks) webhook: WebhookId,
    pub(in crate::webhooks) attempts: i64,
    /// Excluding this attempt.
    pub(in crate::webhooks) failures: i64,
    pub(in crate::webhooks) turn: i64,
}

/// Counts an attempt, and locks the delivery until the commit.
pub(in crate::webhooks) async fn count_attempt(
    tx: &mut Tx,
    id: DeliveryId,
) -> Result<Option<Counted>, db::Error> {
    let row: Option<(Uuid, i64, i64, i64)> = tx.optional(COUNT_ATTEMPT, params![id]).await?;
    Ok(row.map(|(webhook, attempts, failures, turn)| Counted {
        webhook: WebhookId(webhook),
        attempts,
        failures,
        turn,
    }))
}

pub(in crate::webhooks) async fn insert_attempt(
    tx: &mut Tx,
    id: DeliveryId,
    tried: &DeliveryAttempt,
) -> Result<(), db::Error> {
    let params = params![
        id,
        tried.number,
        tried.at,
        tried.status.map(i64::from),
        tried.duration_ms,
        tried.error.clone(),
        &tried.answer,
    ];
    tx.execute(INSERT_ATTEMPT, params).await.map(|_| ())
}

pub(in crate::webhooks) async fn end_delivery(
    tx: &mut Tx,
    id: DeliveryId,
    state: DeliveryState,
) -> Result<(), db::Error> {
    tx.execute(END_DELIVERY, params![id, state.as_str()]).await.map(|_| ())
}

/// Postpones it until `next`.
pub(in crate::webhooks) async fn postpone(
    tx: &mut Tx,
    id: DeliveryId,
    failures: i64,
    next: Timestamp,
) -> Result<(), db::Error> {
    tx.execute(POSTPONE, params![id, failures, next]).await.map(|_| ())
}

/// Restarts the schedule. Returns the turn of the job that sends it; `None` if it has changed meanwhile.
pub(in crate::webhooks) async fn restart(
    tx: &mut Tx,
    id: DeliveryId,
    turn: i64,
    now: Timestamp,
) -> Result<Option<i64>, db::Error> {
    let row: Option<(i64,)> = tx.optional(RESTART, params![id, turn, now]).await?;
    Ok(row.map(|(turn,)| turn))
}

/// A delivery that can be sent again.
pub(in crate::webhooks) struct Restartable {
    pub(in crate::webhooks) id: DeliveryId,
    pub(in crate::webhooks) turn: i64,
    pub(in crate::webhooks) kind: String,
}

/// The first failed deliveries of a webhook with ids between these two; with a number, only of events above it.
pub(in crate::webhooks) async fn failed(
    tx: &mut Tx,
    webhook: WebhookId,
    (after, before): (Uuid, Uuid),
    above: Option<i64>,
    at_most: i64,
) -> Result<Vec<Restartable>, db::Error> {
    let rows: Vec<(Uuid, i64, String)> = match above {
        None => tx.all(FAILED, params![webhook, after, before, at_most]).await?,
        Some(number) => tx.all(FAILED_ABOVE, params![webhook, after, before, at_most, number]).await?,
    };
    Ok(rows.into_iter().map(|(id, turn, kind)| Restartable { id: DeliveryId(id), turn, kind }).collect())
}

/// The delivery of an event to a webhook, and the time of its next attempt.
pub(in crate::webhooks) async fn of_event(
    tx: &mut Tx,
    webhook: WebhookId,
    event: EventId,
) -> Result<Option<(Restartable, Option<Timestamp>)>, db::Error> {
    let row: Option<(Uuid, i64, String, Option<i64>)> =
        tx.optional(OF_EVENT, params![webhook, event]).await?;
    Ok(row.map(|(id, turn, kind, next_at)| {
        (Restartable { id: DeliveryId(id), turn, kind }, next_at.map(Timestamp::from_micros))
    }))
}

row! {
    pub(in crate::webhooks) struct DeliveryRow {
        id: Uuid,
        webhook_id: Uuid,
        event_id: Uuid,
        event_type: String,
        state: Text<DeliveryState>,
        attempts: i64,
        next_at: Option<i64>,
        created_at: i64,
    }
}

impl DeliveryRow {
    pub(in crate::webhooks) fn summary(self) -> DeliverySummary {
        DeliverySummary {
            id: DeliveryId(self.id),
            webhook: WebhookId(self.webhook_id),
            event: EventId(self.event_id),
            kind: self.event_type,
            state: self.state.0,
            attempts: self.attempts,
            next_attempt_at: self.next_at.map(Timestamp::from_micros),
            created_at: Timestamp::from_micros(self.created_at),
        }
    }
}

/// Body and turn of a delivery, which its row in a list does not have.
pub(in crate::webhooks) type Rest = (String, i64);

/// The delivery with its body and turn.
pub(in crate::webhooks) async fn delivery(
    mut from: impl Read,
    id: DeliveryId,
) -> Result<Option<(DeliverySummary, Rest)>, db::Error> {
    let Some(row) = from.optional::<DeliveryRow>(DELIVERY, params![id]).await? else { return Ok(None) };
    let rest: Option<Rest> = from.optional(REST, params![id]).await?;
    Ok(rest.map(|rest| (row.summary(), rest)))
}

row! {
    struct TryRow {
        number: i64,
        at: i64,
        status: Option<i64>,
        duration_ms: i64,
        error: Option<String>,
        answer: String,
    }
}

pub(in crate::webhooks) async fn tries(db: &Db, id: DeliveryId) -> Result<Vec<DeliveryAttempt>, db::Error> {
    let rows: Vec<TryRow> = db.all(TRIES, params![id]).await?;
    let tried = |row: TryRow| DeliveryAttempt {
        number: row.number,
        at: Timestamp::from_micros(row.at),
        status: row.status.and_then(|status| u16::try_from(status).ok()),
        duration_ms: row.duration_ms,
        error: row.error,
        answer: row.answer,
    };
    Ok(rows.into_iter().map(tried).collect())
}

/// Deletes some deliveries with ids before this one. Returns their number.
pub(in crate::webhooks) async fn sweep(tx: &mut Tx, before: Uuid) -> Result<u64, db::Error> {
    tx.execute(SWEEP, params![before]).await
}

/// Deletes some deliveries of one webhook. Returns their number.
pub(in crate::webhooks) async fn clear(tx: &mut Tx, webhook: WebhookId) -> Result<u64, db::Error> {
    tx.execute(CLEAR, params![webhook]).await
}
