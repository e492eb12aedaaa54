//! Statements on webhooks, except those on their deliveries.

use frontdesk_model::{
    Timestamp, Webhook, WebhookId,
    webhooks::{EventTypes, PayloadVersion},
};
use uuid::Uuid;

use crate::{
    db::{self, Db, Read, Text, Tx, row, statements},
    list::{By, Filter, List, Sort, Spec},
    params,
};

/// Columns of a `Webhook`, without its secrets.
macro_rules! columns {
    () => {
        "id, url, description, events, payload_version, is_enabled, disabled_reason, failing_since, old_secret_until, version, created_at"
    };
}

statements! { "webhooks";
    COUNT = "SELECT count(*) FROM (SELECT 1 FROM webhooks LIMIT CAST($1 AS BIGINT)) AS counted";
    COUNT_FAILING = "SELECT count(*) FROM webhooks WHERE failing_since IS NOT NULL OR disabled_reason <> ''";
    INSERT = "INSERT INTO webhooks (id, url, description, events, payload_version, secret, version, created_at) \
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    UPDATE = "UPDATE webhooks SET url = $3, description = $4, events = $5, is_enabled = $6, disabled_reason = $7, \
              failing_since = $8, payload_version = $9, version = version + 1 WHERE id = $1 AND version = $2";
    ROTATE = concat!(
        "UPDATE webhooks SET old_secret = secret, old_secret_until = $3, secret = $2, version = version + 1 \
         WHERE id = $1 RETURNING ", columns!());
    REMOVE = concat!("DELETE FROM webhooks WHERE id = $1 RETURNING ", columns!());
    TURN_OFF = concat!(
        "UPDATE webhooks SET is_enabled = 0, disabled_reason = $2, version = version + 1 \
         WHERE id = $1 AND is_enabled = 1 RETURNING ", columns!());
    FAIL = "UPDATE webhooks SET failing_since = COALESCE(failing_since, $2) WHERE id = $1 RETURNING failing_since";
    MEND = "UPDATE webhooks SET failing_since = NULL WHERE id = $1 AND failing_since IS NOT NULL";
    BY_ID = concat!("SELECT ", columns!(), " FROM webhooks WHERE id = $1");
    // There are at most a few dozen.
    LISTENING = "SELECT id, events, payload_version FROM webhooks WHERE is_enabled = 1 ORDER BY id";
}

pub static LIST: List = List::new(Spec {
    name: "db.webhooks.list",
    table: ("webhooks", "w"),
    columns: columns!(),
    filters: &[Filter { name: "all", sorts: &["created"], ..Filter::EMPTY }],
    sorts: &[Sort { name: "created", by: By::Id, has_range: true }],
    ..Spec::EMPTY
});

/// Counted up to `at_most`.
pub(in crate::webhooks) async fn count(tx: &mut Tx, at_most: i64) -> Result<i64, db::Error> {
    let (count,): (i64,) = tx.one(COUNT, params![at_most]).await?;
    Ok(count)
}

/// Webhooks where nothing arrives, and those that were disabled for it. There are at most a few dozen.
pub(in crate::webhooks) async fn count_failing(db: &Db) -> Result<i64, db::Error> {
    let (count,): (i64,) = db.one(COUNT_FAILING, params![]).await?;
    Ok(count)
}

pub(in crate::webhooks) async fn insert(
    tx: &mut Tx,
    webhook: &Webhook,
    secret: Vec<u8>,
) -> Result<(), db::Error> {
    let params = params![
        webhook.id,
        &webhook.url,
        &webhook.description,
        webhook.events.to_string(),
        webhook.payload_version.as_str(),
        secret,
        webhook.version,
        webhook.created_at,
    ];
    tx.execute(INSERT, params).await.map(|_| ())
}

/// Returns false if the version has changed.
pub(in crate::webhooks) async fn update(tx: &mut Tx, after: &Webhook) -> Result<bool, db::Error> {
    let params = params![
        after.id,
        after.version,
        &after.url,
        &after.description,
        after.events.to_string(),
        i64::from(after.enabled),
        &after.disabled_reason,
        after.failing_since,
        after.payload_version.as_str(),
    ];
    Ok(tx.execute(UPDATE, params).await? == 1)
}

row! {
    pub(in crate::webhooks) struct WebhookRow {
        id: Uuid,
        url: String,
        description: String,
        events: String,
        payload_version: Text<PayloadVersion>,
        is_enabled: i64,
        disabled_reason: String,
        failing_since: Option<i64>,
        old_secret_until: Option<i64>,
        version: i64,
        created_at: i64,
    }
}

impl WebhookRow {
    pub(in crate::webhooks) fn webhook(self, now: Timestamp) -> Webhook {
        Webhook {
            id: WebhookId(self.id),
            url: self.url,
            description: self.description,
            events: EventTypes::parse(&self.events),
            payload_version: self.payload_version.0,
            enabled: self.is_enabled == 1,
            disabled_reason: self.disabled_reason,
            failing_since: self.failing_since.map(Timestamp::from_micros),
            old_secret_until: self.old_secret_until.map(Timestamp::from_micros).filter(|until| now < *until),
            version: self.version,
            created_at: Timestamp::from_micros(self.created_at),
        }
    }
}

pub(in crate::webhooks) async fn by_id(
    mut from: impl Read,
    id: WebhookId,
    now: Timestamp,
) -> Result<Option<Webhook>, db::Error> {
    let row: Option<WebhookRow> = from.optional(BY_ID, params![id]).await?;
    Ok(row.map(|row| row.webhook(now)))
}

/// Keeps the current secret as the old one, and stores the new one.
pub(in crate::webhooks) async fn rotate(
    tx: &mut Tx,
    id: WebhookId,
    secret: Vec<u8>,
    until: Timestamp,
    now: Timestamp,
) -> Result<Option<Webhook>, db::Error> {
    let row: Option<WebhookRow> = tx.optional(ROTATE, params![id, secret, until]).await?;
    Ok(row.map(|row| row.webhook(now)))
}

/// The webhook before its removal.
pub(in crate::webhooks) async fn remove(
    tx: &mut Tx,
    id: WebhookId,
    now: Timestamp,
) -> Result<Option<Webhook>, db::Error> {
    let row: Option<WebhookRow> = tx.optional(REMOVE, params![id]).await?;
    Ok(row.map(|row| row.webhook(now)))
}

/// The webhook, if it was enabled.
pub(in crate::webhooks) async fn turn_off(
    tx: &mut Tx,
    id: WebhookId,
    why: &str,
    now: Timestamp,
) -> Result<Option<Webhook>, db::Error> {
    let row: Option<WebhookRow> = tx.optional(TURN_OFF, params![id, why]).await?;
    Ok(row.map(|row| row.webhook(now)))
}

/// Records a failed attempt. Returns the time since which all have failed; `None` if it is removed.
pub(in crate::webhooks) async fn fail(
    tx: &mut Tx,
    id: WebhookId,
    at: Timestamp,
) -> Result<Option<Timestamp>, db::Error> {
    let row: Option<(i64,)> = tx.optional(FAIL, params![id, at]).await?;
    Ok(row.map(|(since,)| Timestamp::from_micros(since)))
}

/// Records a success.
pub(in crate::webhooks) async fn mend(tx: &mut Tx, id: WebhookId) -> Result<(), db::Error> {
    tx.execute(MEND, params![id]).await.map(|_| ())
}

row! {
    struct ListeningRow {
        id: Uuid,
        events: String,
        payload_version: Text<PayloadVersion>,
    }
}

/// An enabled webhook and its subscription.
pub(in crate::webhooks) struct Listening {
    pub(in crate::webhooks) webhook: WebhookId,
    pub(in crate::webhooks) events: EventTypes,
    pub(in crate::webhooks) version: PayloadVersion,
}

/// Enabled webhooks and their subscriptions.
pub(in crate::webhooks) async fn listening(tx: &mut Tx) -> Result<Vec<Listening>, db::Error> {
    let rows: Vec<db::Readable<ListeningRow>> = tx.all(LISTENING, params![]).await?;
    let listening = |row: ListeningRow| Listening {
        webhook: WebhookId(row.id),
        events: EventTypes::parse(&row.events),
        version: row.payload_version.0,
    };
    // A webhook of a later version must not fail the change that it would be told of.
    Ok(db::readable(rows, LISTENING).into_iter().map(listening).collect())
}
