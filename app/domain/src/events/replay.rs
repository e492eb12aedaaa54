//! Sends events to a webhook again, in bulk.

use frontdesk_model::{
    JobId, Permission, Webhook, WebhookId,
    audit::Action,
    events::EventBody,
    form::Form as _,
    webhooks::{EventType, ReplayEvents},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Error, feed::check_place, number::number_events, sql};
use crate::{
    Context, Domain,
    audit::{self, Entry},
    clock::first_id_at,
    db::Tx,
    jobs::{self, Attempt, BackgroundJob, Done, Failure, Job},
    webhooks::{self, Bodies},
};

/// Starts a job that sends events to a webhook again, oldest first: deliveries that failed, or every event that
/// the webhook subscribes to, also those that it was never sent. Deliveries in progress are left alone.
///
/// # Errors
/// [`Error::Denied`] without `webhooks:manage`, or, for more than what failed, without `events:read`;
/// [`Error::Invalid`]; [`Error::Ahead`]; [`Error::Expired`]; [`Error::InProgress`]; [`Error::Webhook`] if there
/// is no such webhook, or it is disabled.
#[tracing::instrument(name = "events.replay", skip_all)]
pub async fn replay(ctx: &Context, form: ReplayEvents) -> Result<JobId, Error> {
    let mut tx = ctx.begin();
    let job = replay_in(ctx, &mut tx, form).await?;
    tx.commit().await?;
    Ok(job)
}

/// As [`replay()`], in the caller's transaction.
///
/// # Errors
/// As [`replay()`].
pub async fn replay_in(ctx: &Context, tx: &mut Tx, form: ReplayEvents) -> Result<JobId, Error> {
    ctx.actor.require(Permission::WEBHOOKS_MANAGE)?;
    form.check().map_err(Error::Invalid)?;
    if !form.is_failed_only() {
        ctx.actor.require(Permission::EVENTS_READ)?;
    }
    let webhook = webhooks::receiver(ctx, tx, form.id).await?;
    ctx.require_version(webhook.version)?;
    if let Some(after) = form.after {
        let last = sql::last_number(&ctx.db).await?;
        check_place(after, (sql::before_oldest(&ctx.db, last).await?, last))?;
    }
    let replay = Replay { webhook: webhook.id, rest: Rest::of(&form, ctx) };
    let unique = format!("replay:{}", webhook.id);
    let job = replay.job().unique(&unique).caused_by(&ctx.actor);
    let job = jobs::enqueue(tx, &ctx.clock, job).await?.ok_or(Error::InProgress)?;
    let entry = Entry::new(Action::WEBHOOK_REPLAYED).on(webhook.id, webhook.label()).changed(
        "events",
        None,
        Some(&words(&form)),
    );
    audit::append(ctx, tx, entry).await?;
    Ok(job)
}

/// The selection, for the audit trail.
fn words(form: &ReplayEvents) -> String {
    let mut words = if form.is_failed_only() { "failed" } else { "all" }.to_owned();
    let times = [("since", form.since), ("until", form.until)];
    let times = times.into_iter().filter_map(|(word, at)| Some((word, at?.rfc3339())));
    let number = form.after.map(|after| ("after", after.to_string()));
    for (word, bound) in times.chain(number) {
        words.extend([" ", word, " ", &bound]);
    }
    words
}

/// Sends some of the selected events, and enqueues a job for the rest in the same transaction: each event is
/// sent again once, also if a worker dies.
#[derive(Debug, Serialize, Deserialize)]
pub struct Replay {
    webhook: WebhookId,
    rest: Rest,
}

/// The events that are still to be sent, with ids between `after` and `before`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Rest {
    after: Uuid,
    before: Uuid,
    above: Option<Above>,
    failed_only: bool,
}

/// Events with numbers above `number` and up to `until`, which is set when the job begins.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Above {
    number: i64,
    until: Option<i64>,
}

impl Rest {
    fn of(form: &ReplayEvents, ctx: &Context) -> Self {
        let now = ctx.clock.now();
        Self {
            after: form.since.map_or_else(Uuid::nil, first_id_at),
            before: first_id_at(form.until.unwrap_or(now).min(now)),
            above: form.after.map(|number| Above { number, until: None }),
            failed_only: form.is_failed_only(),
        }
    }
}

/// Events of one transaction.
const BATCH: i64 = 100;

impl BackgroundJob for Replay {
    type Context = Domain;

    const NAME: &'static str = "events.replay";

    async fn run(self, domain: &Domain, attempt: Attempt) -> Result<Done, Failure> {
        let ctx = attempt.context(domain);
        let mut tx = ctx.begin();
        match self.batch(&ctx, &mut tx).await {
            Ok(Some(rest)) => {
                let next = Self { webhook: self.webhook, rest };
                jobs::enqueue(&mut tx, &ctx.clock, next.job().caused_by(&ctx.actor))
                    .await
                    .map_err(failure)?;
            }
            Ok(None) => {}
            // It was removed or disabled meanwhile.
            Err(Error::Webhook(webhooks::Error::NoSuchWebhook | webhooks::Error::WrongState(_))) => {}
            Err(error) => return Err(failure(error)),
        }
        attempt.finish(tx).await
    }
}

fn failure(error: impl std::fmt::Display) -> Failure {
    Failure::Retry(error.to_string())
}

impl Replay {
    fn job(&self) -> Job {
        // Of one webhook, one at a time: they would find the same deliveries.
        Job::new(self).lane(&format!("replay:{}", self.webhook))
    }

    /// Sends the next events. Returns what is left.
    async fn batch(&self, ctx: &Context, tx: &mut Tx) -> Result<Option<Rest>, Error> {
        let webhook = webhooks::receiver(ctx, tx, self.webhook).await?;
        let rest = self.rest;
        if rest.failed_only {
            let above = rest.above.map(|above| above.number);
            let bounds = (rest.after, rest.before);
            let last = webhooks::restart_failed(ctx, tx, webhook.id, bounds, above, BATCH).await?;
            return Ok(last.map(|after| Rest { after, ..rest }));
        }
        let (rest, bodies) = rest.read(ctx).await?;
        send(ctx, tx, &webhook, &bodies).await?;
        Ok(rest)
    }
}

impl Rest {
    /// The next events, and what is left behind them.
    async fn read(self, ctx: &Context) -> Result<(Option<Self>, Vec<EventBody>), Error> {
        let Some(Above { number, until }) = self.above else {
            let bodies = sql::between_ids(&ctx.db, (self.after, self.before), BATCH).await?;
            return Ok((bodies.last().map(|last| Self { after: last.id.0, ..self }), bodies));
        };
        let until = match until {
            Some(until) => until,
            None => number_events(ctx).await?,
        };
        let events = sql::between(&ctx.db, (number, until), None, BATCH).await?;
        let rest = events
            .last()
            .map(|last| Self { above: Some(Above { number: last.number, until: Some(until) }), ..self });
        let bodies = events.into_iter().map(|event| event.body);
        let is_between = |body: &EventBody| (self.after..self.before).contains(&body.id.0);
        Ok((rest, bodies.filter(is_between).collect()))
    }
}

/// Sends those events that the webhook subscribes to.
async fn send(ctx: &Context, tx: &mut Tx, webhook: &Webhook, bodies: &[EventBody]) -> Result<(), Error> {
    for body in bodies {
        let Some(kind) = EventType::parse(&body.kind).filter(|kind| webhook.events.has(*kind)) else {
            continue;
        };
        if webhooks::restart_of_event(ctx, tx, webhook.id, body.id).await? {
            continue;
        }
        let Some(event) = audit::by_id(&mut *tx, body.id).await? else { continue };
        let bodies = Bodies { event: &event, body };
        webhooks::dispatch(ctx, tx, (webhook.id, webhook.payload_version), kind, bodies).await?;
    }
    Ok(())
}
