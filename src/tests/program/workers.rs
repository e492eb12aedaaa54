//! The real program, killed.

use std::{
    process::{Child, Command, Stdio},
    time::Duration,
};

use frontdesk_domain::{
    clock::Clock,
    jobs::{self, Job},
    sessions::SweepSessions,
};
use frontdesk_testing::{eventually, in_time};
use tokio::time::{sleep, timeout};

use crate::support::Desk;

both! { jobs_are_done_once_however_often_their_workers_are_killed }

const JOBS: i64 = 300;
/// How often two workers are killed with jobs under way.
const KILLS: u32 = 6;

/// What is counted here, and not what workers enqueue by themselves.
const RUNNING: &str = "SELECT count(*) FROM jobs WHERE lane LIKE 'test %' AND state = 'running'";
const SUCCEEDED: &str = "SELECT count(*) FROM jobs WHERE lane LIKE 'test %' AND state = 'succeeded'";
const WAITING: &str = "SELECT count(*) FROM jobs WHERE lane LIKE 'test %' AND state = 'waiting'";
const ALL: &str = "SELECT count(*) FROM jobs WHERE lane LIKE 'test %'";
const ATTEMPTS: &str = "SELECT CAST(sum(attempts) AS BIGINT) FROM jobs WHERE lane LIKE 'test %'";

async fn jobs_are_done_once_however_often_their_workers_are_killed(desk: Desk) {
    // The clock of the program.
    let desk = desk.beside(|options| options.clock = Clock::system()).await;
    let data = tempfile::tempdir().unwrap();
    let mut tx = desk.domain.db.write();
    for number in 0..JOBS {
        // What each of them does is to append its successor to the table. No key keeps a second one
        // out, so whatever is done twice is there twice.
        let job =
            Job::new(&SweepSessions {}).every(Duration::from_secs(3_600)).lane(&format!("test {number}"));
        jobs::enqueue(&mut tx, &desk.domain.clock, job).await.unwrap().unwrap();
    }
    tx.commit().await.unwrap();

    let count = async |text| desk.find::<(i64,)>(text, Vec::new()).await.0;
    let mut kills = 0;
    in_time(async {
        while kills < KILLS && count(SUCCEEDED).await < JOBS {
            let mut workers = [worker(&desk, data.path()), worker(&desk, data.path())];
            // Right when something is under way, and now and then when it is not.
            let running = async {
                while count(RUNNING).await == 0 {
                    sleep(Duration::from_millis(1)).await;
                }
            };
            let _none_is_running = timeout(Duration::from_secs(5), running).await;
            sleep(Duration::from_millis(7 * u64::from(kills))).await;
            for worker in &mut workers {
                worker.kill().unwrap();
                worker.wait().unwrap();
            }
            kills += u32::from(count(RUNNING).await > 0);
        }
    })
    .await;
    assert!(kills > 0, "all was done before anything was killed");

    let mut workers = [worker(&desk, data.path()), worker(&desk, data.path())];
    eventually(async || match count(SUCCEEDED).await {
        JOBS => Ok(()),
        some => Err(format!("{some} of {JOBS} are done")),
    })
    .await;
    for worker in &mut workers {
        let asked = Command::new("kill").args(["-TERM", &worker.id().to_string()]).status().unwrap();
        assert!(asked.success() && worker.wait().unwrap().success(), "a worker leaves in good order");
    }
    assert_eq!((count(SUCCEEDED).await, count(WAITING).await, count(ALL).await), (JOBS, JOBS, 2 * JOBS));
    assert!(count(ATTEMPTS).await > JOBS, "some were begun, killed and begun again");
    desk.domain.db.close().await;
}

/// A process of its own.
fn worker(desk: &Desk, data: &std::path::Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_frontdesk"))
        .args(["worker", "--job-lease", "500ms", "--log", "warn"])
        .env("FRONTDESK_DATABASE_URL", desk.database_url())
        .env("FRONTDESK_DATA_DIR", data)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}
