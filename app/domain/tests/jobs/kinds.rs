//! Kinds of jobs for tests.

use std::{
    future::pending,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use frontdesk_domain::{
    Domain,
    db::Sql,
    jobs::{Attempt, BackgroundJob, Done, Failure, Handler, RecurringJob, Retry},
    params,
};
use frontdesk_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::support::TestDomain;

pub const KINDS: [Handler<Domain>; 3] =
    [Handler::of::<Append>(), Handler::of::<Misbehave>(), Handler::of::<Crowd>()];

/// The table that [`Append`] writes to.
pub async fn lines_table(domain: &TestDomain) {
    domain.meddle("CREATE TABLE lines (line BIGINT NOT NULL)", params![]).await.unwrap();
}

/// Lines written by [`Append`], in order.
pub async fn lines(domain: &TestDomain) -> Vec<i64> {
    const ALL: Sql = Sql::new("test.lines", "SELECT line FROM lines ORDER BY line");
    let rows: Vec<(i64,)> = domain.db.all(ALL, params![]).await.unwrap();
    rows.into_iter().map(|(line,)| line).collect()
}

/// Appends a line: done twice, it is there twice.
#[derive(Default, Serialize, Deserialize)]
pub struct Append {
    pub line: i64,
    /// Places at which each attempt hangs forever.
    pub stuck: Vec<Point>,
}

/// A place in [`Append`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Point {
    BeforeTheEffect,
    BetweenEffectAndCommit,
    BehindTheCommit,
}

impl Append {
    pub fn line(line: i64) -> Self {
        Self { line, stuck: Vec::new() }
    }
}

impl BackgroundJob for Append {
    type Context = Domain;

    const NAME: &'static str = "test.append";
    const RETRY: Retry = Retry::Delays(&[Duration::from_secs(10); 4]);

    async fn run(self, domain: &Domain, attempt: Attempt) -> Result<Done, Failure> {
        const APPEND: Sql = Sql::new("test.append", "INSERT INTO lines (line) VALUES ($1)");
        let point = self.stuck.get(usize::try_from(attempt.number()).unwrap() - 1).copied();
        let stop_at = async |here| {
            if point == Some(here) {
                pending::<()>().await;
            }
        };
        stop_at(Point::BeforeTheEffect).await;
        let mut tx = domain.db.write();
        tx.execute(APPEND, params![self.line]).await?;
        stop_at(Point::BetweenEffectAndCommit).await;
        let done = attempt.finish(tx).await?;
        stop_at(Point::BehindTheCommit).await;
        Ok(done)
    }
}

/// Misbehaves in different ways.
#[derive(Serialize, Deserialize)]
pub enum Misbehave {
    Fail(String),
    FailForGood,
    AskForAnotherTime(i64),
    Panic,
    Hang,
    TakeLong(u64),
}

impl BackgroundJob for Misbehave {
    type Context = Domain;

    const NAME: &'static str = "test.misbehave";
    const TIMEOUT: Duration = Duration::from_millis(1_500);
    const RETRY: Retry = Retry::Delays(&[Duration::from_secs(10), Duration::from_secs(100)]);

    async fn run(self, _: &Domain, attempt: Attempt) -> Result<Done, Failure> {
        match self {
            Self::Fail(why) => Err(Failure::Retry(why)),
            Self::FailForGood => Err(Failure::Permanent("The address is gone.".to_owned())),
            Self::AskForAnotherTime(micros) => {
                let why = "It asked to come back.".to_owned();
                Err(Failure::RetryAt { at: Timestamp::from_micros(micros), why })
            }
            Self::Panic => panic!("on purpose"),
            Self::Hang => pending().await,
            Self::TakeLong(millis) => {
                tokio::time::sleep(Duration::from_millis(millis)).await;
                attempt.done().await
            }
        }
    }
}

/// Counts how many of them run concurrently. Each test that uses it has its own number.
#[derive(Serialize, Deserialize)]
pub struct Crowd {
    pub test: usize,
}

static NOW: [AtomicUsize; 2] = [const { AtomicUsize::new(0) }; 2];
static MOST: [AtomicUsize; 2] = [const { AtomicUsize::new(0) }; 2];

impl Crowd {
    /// Maximum number that ran concurrently.
    pub fn most(test: usize) -> usize {
        MOST[test].load(Ordering::SeqCst)
    }
}

impl BackgroundJob for Crowd {
    type Context = Domain;

    const NAME: &'static str = "test.crowd";

    async fn run(self, _: &Domain, attempt: Attempt) -> Result<Done, Failure> {
        let now = NOW[self.test].fetch_add(1, Ordering::SeqCst) + 1;
        MOST[self.test].fetch_max(now, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(50)).await;
        NOW[self.test].fetch_sub(1, Ordering::SeqCst);
        attempt.done().await
    }
}

/// Does nothing, repeatedly.
#[derive(Default, Serialize, Deserialize)]
pub struct Tick {}

impl BackgroundJob for Tick {
    type Context = Domain;

    const NAME: &'static str = "test.tick";

    async fn run(self, _: &Domain, attempt: Attempt) -> Result<Done, Failure> {
        attempt.done().await
    }
}

impl RecurringJob for Tick {
    const EVERY: Duration = Duration::from_secs(3_600);
}
