//! Kinds of jobs: name, payload, execution and retries.

use std::{pin::Pin, time::Duration};

use frontdesk_model::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use super::{Attempt, Done, Job, Queue};
use crate::db;

/// A kind of job. The type is the payload: it is stored as JSON, so fields can be added but not renamed
/// while jobs of an older version wait. It contains ids rather than data, which may change before it
/// runs, and never a secret.
pub trait BackgroundJob: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The part of the worker's context that the job needs.
    type Context: Send + Sync + 'static;
    /// `feature.verb`: small letters, digits, `_` and a dot. Stored with every job, so it must not
    /// change.
    const NAME: &'static str;
    /// The queue, whose slots it runs in.
    const QUEUE: Queue = Queue::Maintenance;
    /// Time limit of one attempt.
    const TIMEOUT: Duration = Duration::from_secs(60);
    const RETRY: Retry = Retry::DEFAULT;

    /// Runs the job. To return [`Done`] it has to commit: [`Attempt::finish`] with the transaction of its
    /// work, or [`Attempt::done`] without one.
    ///
    /// It can be dropped at any `await`: by its timeout, a cancellation, or a shutdown.
    fn run(
        self,
        context: &Self::Context,
        attempt: Attempt,
    ) -> impl Future<Output = Result<Done, Failure>> + Send;
}

/// A kind of job that recurs, as long as there is a worker that knows it.
pub trait RecurringJob: BackgroundJob + Default {
    /// Delay from its end to its next run, in whole seconds.
    const EVERY: Duration;
}

/// Reason for a failed attempt. Staff see the text: no secrets, no personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Retry by the kind's [`Retry`] policy.
    Retry(String),
    /// Retry from this time on, as the other system requested.
    RetryAt { at: Timestamp, why: String },
    /// No further attempt can succeed.
    Permanent(String),
    /// Another worker has the job by now: this attempt changed nothing, and is not reported.
    LeaseLost,
    /// The failure is stored already, in the transaction of the job's own record of it:
    /// [`Attempt::fail`], [`Attempt::cancel`].
    Recorded(String),
}

impl From<db::Error> for Failure {
    fn from(error: db::Error) -> Self {
        tracing::warn!(error = &error as &(dyn std::error::Error + 'static), "a statement of a job failed");
        Self::Retry(error.to_string())
    }
}

/// Retry policy: delays and number of attempts.
#[derive(Clone, Copy, Debug)]
pub enum Retry {
    /// A random delay up to `first`, doubled with each failure up to `most`. Random over the whole range,
    /// so that jobs that failed together do not retry together.
    Backoff { first: Duration, most: Duration, attempts: u32 },
    /// Fixed delays, each up to a tenth longer.
    Delays(&'static [Duration]),
}

impl Retry {
    /// Ten attempts within about two hours.
    pub const DEFAULT: Self =
        Self::Backoff { first: Duration::from_secs(10), most: Duration::from_secs(3_600), attempts: 10 };

    /// Maximum number of attempts.
    pub const fn attempts(&self) -> u32 {
        match self {
            Self::Backoff { attempts, .. } => *attempts,
            #[expect(clippy::cast_possible_truncation, reason = "a list that somebody wrote down")]
            Self::Delays(delays) => delays.len() as u32 + 1,
        }
    }

    /// Delay after this number of consecutive failures (at least one), for callers that count themselves.
    pub fn wait(&self, failures: u32) -> Duration {
        self.delay(failures, dice())
    }

    /// Delay after this number of consecutive failures (at least one). `dice` is from 0 to below 1.
    pub fn delay(&self, failures: u32, dice: f64) -> Duration {
        let before = failures.saturating_sub(1);
        match self {
            Self::Backoff { first, most, .. } => {
                let doubled = 2_u32.checked_pow(before).and_then(|times| first.checked_mul(times));
                doubled.unwrap_or(*most).min(*most).mul_f64(dice)
            }
            Self::Delays(delays) => {
                let delay = delays.get(before as usize).or(delays.last()).copied().unwrap_or_default();
                delay.mul_f64(1.0 + dice / 10.0)
            }
        }
    }
}

/// A random number from 0 to below 1.
pub(super) fn dice() -> f64 {
    // Without randomness delays still work, only less spread out.
    getrandom::u32().map_or(0.5, |number| f64::from(number) / (f64::from(u32::MAX) + 1.0))
}

type Running = Pin<Box<dyn Future<Output = Result<Done, Failure>> + Send>>;

/// A kind of job without its type, as workers need it: all kinds of one context have this type.
pub struct Handler<C> {
    pub name: &'static str,
    pub queue: Queue,
    pub(super) timeout: Duration,
    pub(super) retry: Retry,
    /// The job that always exists, if the kind recurs.
    pub(super) recurring: Option<fn() -> Job>,
    pub(super) run: fn(C, String, Attempt) -> Running,
}

impl<C> Clone for Handler<C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for Handler<C> {}

impl<C: Send + Sync + 'static> Handler<C> {
    pub const fn of<K: BackgroundJob>() -> Self
    where
        C: AsRef<K::Context>,
    {
        Self {
            name: K::NAME,
            queue: K::QUEUE,
            timeout: K::TIMEOUT,
            retry: K::RETRY,
            recurring: None,
            run: run::<C, K>,
        }
    }

    pub const fn recurring<K: RecurringJob>() -> Self
    where
        C: AsRef<K::Context>,
    {
        let recurring = || Job::new(&K::default()).unique(K::NAME).every(K::EVERY);
        Self { recurring: Some(recurring), ..Self::of::<K>() }
    }
}

fn run<C: AsRef<K::Context> + Send + Sync + 'static, K: BackgroundJob>(
    context: C,
    payload: String,
    attempt: Attempt,
) -> Running {
    Box::pin(async move {
        match serde_json::from_str::<K>(&payload) {
            Ok(kind) => kind.run(context.as_ref(), attempt).await,
            // The details of the error may contain personal data.
            Err(_) => Err(Failure::Permanent("This version cannot read what the job works with.".to_owned())),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn backoff_doubles_up_to_its_most_and_is_random_over_its_whole_length() {
        let retry = Retry::Backoff { first: SECOND, most: 60 * SECOND, attempts: 5 };
        let longest: Vec<u64> =
            (1..=8).map(|n| retry.delay(n, 0.999_999).as_secs_f64().round() as u64).collect();
        assert_eq!(longest, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(retry.delay(4, 0.5), 4 * SECOND);
        assert_eq!(retry.delay(4, 0.0), Duration::ZERO);
        assert_eq!(retry.delay(u32::MAX, 0.5), 30 * SECOND);
        assert_eq!(retry.attempts(), 5);
    }

    #[test]
    fn a_list_of_delays_is_kept_to_within_a_tenth() {
        const RETRY: Retry = Retry::Delays(&[SECOND, Duration::from_secs(300)]);
        let retry = RETRY;
        assert_eq!(retry.attempts(), 3);
        assert_eq!((retry.delay(1, 0.0), retry.delay(2, 0.0)), (SECOND, 300 * SECOND));
        assert_eq!(retry.delay(2, 0.5), 315 * SECOND);
        assert_eq!(retry.delay(9, 0.0), 300 * SECOND);
    }

    #[test]
    fn dice_stay_within_their_range() {
        assert!((0..1_000).map(|_| dice()).all(|number| (0.0..1.0).contains(&number)));
    }
}
