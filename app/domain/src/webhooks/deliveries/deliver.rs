//! One attempt to deliver an event, and its result.

use std::time::Duration;

use frontdesk_model::{
    DeliveryId, JobId, Timestamp, WebhookId,
    audit::Action,
    webhooks::{DeliveryAttempt, DeliveryState, MAX_ANSWER},
};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::sql::{self, Counted, Waiting};
use crate::{
    Context, Domain,
    audit::{self, Entry},
    db::{self, Tx},
    jobs::{Attempt, BackgroundJob, Done, Failure, Queue, Retry},
    webhooks::{
        endpoints,
        sender::{OutgoingWebhook, Reply, RetryAfter, SendError},
        signature,
    },
};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: Duration = Duration::from_secs(24 * HOUR);

/// Delays after each attempt: the example of the specification, a little over three days in total.
const SCHEDULE: Retry = Retry::Delays(&[
    Duration::from_secs(5),
    Duration::from_secs(5 * MINUTE),
    Duration::from_secs(30 * MINUTE),
    Duration::from_secs(2 * HOUR),
    Duration::from_secs(5 * HOUR),
    Duration::from_secs(10 * HOUR),
    Duration::from_secs(14 * HOUR),
    Duration::from_secs(20 * HOUR),
    DAY,
]);
/// A webhook without a successful delivery for this long is disabled when a delivery fails permanently.
const PATIENCE: Duration = Duration::from_secs(5 * DAY.as_secs());
/// Maximum delay that a receiver can request.
const MOST_ASKED: Duration = DAY;

const GONE: u16 = 410;

/// Sends an event, until it arrives or its schedule ends. The result of an attempt is stored in one transaction
/// with the state of this job.
#[derive(Debug, Serialize, Deserialize)]
pub struct Deliver {
    pub(in crate::webhooks) delivery: DeliveryId,
    /// Only the latest of a delivery's jobs sends it: an earlier one has nothing to do once staff have sent
    /// the delivery again.
    pub(in crate::webhooks) turn: i64,
}

impl BackgroundJob for Deliver {
    type Context = Domain;

    const NAME: &'static str = "webhooks.deliver";
    const QUEUE: Queue = Queue::Webhooks;
    // For failures of the database and of workers: failed deliveries follow their own schedule.
    const RETRY: Retry = Retry::Backoff {
        first: Duration::from_secs(5),
        most: Duration::from_secs(HOUR),
        attempts: 2 * SCHEDULE.attempts(),
    };

    async fn run(self, domain: &Domain, attempt: Attempt) -> Result<Done, Failure> {
        let waiting = sql::waiting(&domain.db, self.delivery).await?;
        let Some(waiting) = waiting.filter(|waiting| waiting.turn == self.turn) else {
            return attempt.done().await;
        };
        let (at, began) = (domain.clock.now(), Instant::now());
        let outcome = if waiting.is_enabled {
            Outcome::of(domain.webhook_sender.post(parcel(&waiting, at, &attempt)).await)
        } else {
            Outcome::Off
        };
        let duration_ms = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
        self.record(domain, attempt, &outcome, at, duration_ms).await
    }
}

impl Deliver {
    /// Stores the result of the attempt, and enqueues the next one.
    async fn record(
        self,
        domain: &Domain,
        attempt: Attempt,
        outcome: &Outcome,
        at: Timestamp,
        duration_ms: i64,
    ) -> Result<Done, Failure> {
        let ctx = attempt.context(domain);
        let mut tx = ctx.begin();
        // The webhook and its deliveries were removed meanwhile.
        let Some(counted) = sql::count_attempt(&mut tx, self.delivery).await? else {
            return attempt.finish(tx).await;
        };
        sql::insert_attempt(&mut tx, self.delivery, &outcome.tried(counted.attempts, at, duration_ms))
            .await?;
        let Some(why) = outcome.error() else {
            sql::end_delivery(&mut tx, self.delivery, DeliveryState::Succeeded).await?;
            endpoints::sql::mend(&mut tx, counted.webhook).await?;
            return attempt.finish(tx).await;
        };
        let failure = self.fail(&ctx, &mut tx, attempt, (outcome, why), &counted).await?;
        tx.commit().await?;
        Err(failure)
    }

    /// Records a failed attempt with its delivery, its webhook and its job.
    async fn fail(
        &self,
        ctx: &Context,
        tx: &mut Tx,
        attempt: Attempt,
        (outcome, why): (&Outcome, String),
        counted: &Counted,
    ) -> Result<Failure, Failure> {
        let now = ctx.clock.now();
        // If staff have sent it again meanwhile, further attempts belong to the new job.
        let is_latest = counted.turn == self.turn;
        if matches!(outcome, Outcome::Off) {
            if is_latest {
                sql::end_delivery(tx, self.delivery, DeliveryState::Failed).await?;
            }
            return attempt.cancel(tx, why).await;
        }
        if outcome.reply().is_some_and(|reply| reply.status == GONE) {
            sql::end_delivery(tx, self.delivery, DeliveryState::Failed).await?;
            let failure = attempt.fail(tx, None, why).await?;
            turn_off(ctx, tx, counted.webhook, "It has answered with 410: gone for good.").await?;
            return Ok(failure);
        }
        let since = endpoints::sql::fail(tx, counted.webhook, now).await?;
        if !is_latest {
            return attempt.cancel(tx, why).await;
        }
        let next = self.postpone(tx, now, counted, outcome.retry_after()).await?;
        let failure = attempt.fail(tx, next, why).await?;
        let is_hopeless = since.is_some_and(|since| since <= now - PATIENCE);
        if next.is_none() && is_hopeless {
            turn_off(ctx, tx, counted.webhook, "Nothing has arrived there for five days.").await?;
        }
        Ok(failure)
    }

    /// Postpones the delivery to its next attempt, or marks it as failed after the last.
    async fn postpone(
        &self,
        tx: &mut Tx,
        now: Timestamp,
        counted: &Counted,
        asked: Option<RetryAfter>,
    ) -> Result<Option<Timestamp>, db::Error> {
        let failures = u32::try_from(counted.failures + 1).unwrap_or(u32::MAX);
        if failures >= SCHEDULE.attempts() {
            sql::end_delivery(tx, self.delivery, DeliveryState::Failed).await?;
            return Ok(None);
        }
        let asked = asked.map_or(now, |asked| match asked {
            RetryAfter::In(wait) => now + wait.min(MOST_ASKED),
            RetryAfter::At(moment) => moment.min(now + MOST_ASKED),
        });
        let next = (now + SCHEDULE.wait(failures)).max(asked);
        sql::postpone(tx, self.delivery, i64::from(failures), next).await?;
        Ok(Some(next))
    }
}

/// Disables a webhook that refuses deliveries or does not answer.
async fn turn_off(ctx: &Context, tx: &mut Tx, id: WebhookId, why: &str) -> Result<(), db::Error> {
    // Another delivery, or staff, may have disabled it first.
    if let Some(webhook) = endpoints::sql::turn_off(tx, id, why, ctx.clock.now()).await? {
        let entry = Entry::new(Action::WEBHOOK_DISABLED).on(id, webhook.label()).because(why);
        audit::append(ctx, tx, entry).await?;
    }
    Ok(())
}

fn parcel(waiting: &Waiting, at: Timestamp, attempt: &Attempt) -> OutgoingWebhook {
    let old =
        waiting.old_secret.as_deref().filter(|_| waiting.old_secret_until.is_some_and(|until| at < until));
    let secrets: Vec<&[u8]> = std::iter::once(waiting.secret.as_slice()).chain(old).collect();
    let signed = signature::headers(&secrets, waiting.event, at, &waiting.body);
    let mut headers = vec![
        ("content-type", "application/json".to_owned()),
        ("user-agent", concat!("Frontdesk-Webhooks/", env!("CARGO_PKG_VERSION")).to_owned()),
    ];
    headers.extend(signed);
    headers.extend(trace_parent(attempt.trace_id(), attempt.job()).map(|trace| ("traceparent", trace)));
    OutgoingWebhook { url: waiting.url.clone(), headers, body: waiting.body.clone() }
}

/// W3C Trace Context, which links the receiver's logs to the request that caused the event.
fn trace_parent(trace_id: &str, job: JobId) -> Option<String> {
    let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let is_sound =
        trace_id.len() == 32 && trace_id.bytes().all(is_hex) && trace_id.bytes().any(|b| b != b'0');
    // The second half of the job's id, which is random.
    is_sound.then(|| format!("00-{trace_id}-{:016x}-01", job.0.as_u64_pair().1))
}

/// Result of an attempt.
enum Outcome {
    Arrived(Reply),
    Answered(Reply),
    Unanswered(SendError),
    /// Nothing was sent: the webhook is disabled.
    Off,
}

impl Outcome {
    fn of(posted: Result<Reply, SendError>) -> Self {
        match posted {
            Ok(reply) if (200..300).contains(&reply.status) => Self::Arrived(reply),
            Ok(reply) => Self::Answered(reply),
            Err(error) => Self::Unanswered(error),
        }
    }

    fn reply(&self) -> Option<&Reply> {
        match self {
            Self::Arrived(reply) | Self::Answered(reply) => Some(reply),
            Self::Unanswered(_) | Self::Off => None,
        }
    }

    fn retry_after(&self) -> Option<RetryAfter> {
        self.reply().and_then(|reply| reply.retry_after)
    }

    fn error(&self) -> Option<String> {
        match self {
            Self::Arrived(_) => None,
            Self::Answered(reply) if (300..400).contains(&reply.status) => {
                Some(format!("It was answered with {}, and redirects are not followed.", reply.status))
            }
            Self::Answered(reply) => Some(format!("It was answered with {}.", reply.status)),
            Self::Unanswered(error) => Some(error.to_string()),
            Self::Off => Some("It was not sent, because the webhook is off.".to_owned()),
        }
    }

    fn tried(&self, number: i64, at: Timestamp, duration_ms: i64) -> DeliveryAttempt {
        let answer = self.reply().map(|reply| readable(&reply.answer)).unwrap_or_default();
        let status = self.reply().map(|reply| reply.status);
        DeliveryAttempt { number, at, status, duration_ms, error: self.error(), answer }
    }
}

/// The first part of an answer, as text that can be stored and shown.
fn readable(answer: &[u8]) -> String {
    let start = &answer[..answer.len().min(MAX_ANSWER)];
    let readable = |c: char| if c.is_control() && !matches!(c, '\n' | '\t') { ' ' } else { c };
    String::from_utf8_lossy(start).chars().map(readable).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_tried_ten_times_within_about_three_days() {
        let waits = (1..SCHEDULE.attempts()).map(|failures| SCHEDULE.delay(failures, 0.0).as_secs());
        let waits: Vec<u64> = waits.collect();
        assert_eq!(waits, [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]);
        assert_eq!(SCHEDULE.attempts(), 10);
    }

    #[test]
    fn an_answer_is_kept_as_far_as_it_is_text() {
        assert_eq!(readable(b"no\0such\r\n\xff"), "no such \n\u{FFFD}");
        assert_eq!(readable(&[b'x'; 5_000]).len(), MAX_ANSWER);
    }

    #[test]
    fn a_trace_goes_on_if_it_is_one() {
        let job = JobId(uuid::Uuid::from_u128(0x0123_4567_89ab_cdef_0011_2233_4455_6677));
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        let expected = format!("00-{trace}-0011223344556677-01");
        assert_eq!(trace_parent(trace, job), Some(expected));
        for wrong in ["", "request-1", "00000000000000000000000000000000", &trace.to_uppercase()] {
            assert_eq!(trace_parent(wrong, job), None, "{wrong}");
        }
    }
}
