//! Records an event.

use frontdesk_model::{
    events::{EventBody, previous},
    webhooks::EventType,
};
use serde::Serialize;
use serde_json::Value;

use super::{Error, sql};
use crate::{
    Context,
    audit::{self, Entry},
    db::Tx,
    jobs,
    webhooks::{self, Bodies},
};

/// Records what only the audit trail shows.
pub(crate) async fn record(ctx: &Context, tx: &mut Tx, entry: Entry) -> Result<(), Error> {
    let event = audit::append(ctx, tx, entry).await?;
    debug_assert!(EventType::of(event.action).is_none(), "{} needs its object", event.action);
    Ok(())
}

/// Records a change of an object in the audit trail and, if its action is a type of event, in the feed and as
/// deliveries to webhooks. `before` is the object before the change, if it existed.
pub(crate) async fn record_change<T: Serialize>(
    ctx: &Context,
    tx: &mut Tx,
    entry: Entry,
    before: Option<&T>,
    after: &T,
) -> Result<(), Error> {
    let event = audit::append(ctx, tx, entry).await?;
    let Some(kind) = EventType::of(event.action) else { return Ok(()) };
    let json = |it: &T| -> Result<Value, Error> {
        let json = serde_json::to_value(it);
        Ok(json.map_err(|source| jobs::Error::Payload { kind: kind.as_str(), source })?)
    };
    let object = json(after)?;
    let previous = before.map(json).transpose()?.map(|before| previous(&before, &object));
    let body = EventBody::of(&event, object, previous);
    sql::insert(tx, &event, kind, &body).await?;
    Ok(webhooks::publish(ctx, tx, kind, Bodies { event: &event, body: &body }).await?)
}
