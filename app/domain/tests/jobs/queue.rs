//! Enqueuing and leasing jobs.

use std::{collections::BTreeSet, time::Duration};

use frontdesk_domain::jobs::{self, Attempt, Job, Outcome, SweepJobs};
use frontdesk_model::{
    JobId,
    jobs::{JobState, OneJob},
};
use futures::future::join_all;

use super::{
    LEASE, RETRY, claim, claim_one,
    kinds::{Append, KINDS, Misbehave, Tick, lines_table},
};
use crate::support::{TestDomain, enqueue, job, origin, system, work};

both! {
    a_job_is_there_if_and_only_if_its_cause_is,
    two_workers_never_get_the_same_job,
    jobs_are_taken_when_they_are_due_and_in_that_order,
    a_worker_takes_only_kinds_that_it_knows,
    one_with_the_same_key_is_enough_until_it_is_over,
    of_one_lane_one_runs_at_a_time,
    what_repeats_has_one_successor_however_it_ended,
    what_is_over_is_kept_for_a_while,
    a_job_carries_the_trace_of_its_cause,
}

async fn a_job_is_there_if_and_only_if_its_cause_is(domain: TestDomain) {
    let mut tx = domain.db.write();
    jobs::enqueue(&mut tx, &domain.clock, Job::new(&Append::line(1))).await.unwrap();
    drop(tx);
    assert!(claim(&domain, 10).await.is_empty());
    let mut tx = domain.db.write();
    let id = jobs::enqueue(&mut tx, &domain.clock, Job::new(&Append::line(2))).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(Some(claim_one(&domain).await.id), id);
}

async fn two_workers_never_get_the_same_job(domain: TestDomain) {
    let mut written = BTreeSet::new();
    for line in 0..50 {
        written.insert(enqueue(&domain, Job::new(&Append::line(line))).await.unwrap());
    }
    let other = domain.beside(|_| ()).await;
    let greedy = |domain: TestDomain, at_a_time: usize| {
        tokio::spawn(async move {
            let mut mine = Vec::new();
            loop {
                let some = claim(&domain, at_a_time).await;
                if some.is_empty() {
                    return mine;
                }
                mine.extend(some.into_iter().map(|job| job.id));
            }
        })
    };
    let workers = (1..=3).flat_map(|n| [greedy(domain.clone(), n), greedy(other.clone(), n)]);
    let taken: Vec<JobId> = join_all(workers).await.into_iter().flat_map(Result::unwrap).collect();
    assert_eq!(taken.len(), 50, "some were taken twice, or not at all");
    assert_eq!(taken.into_iter().collect::<BTreeSet<_>>(), written);
    other.db.close().await;
}

async fn jobs_are_taken_when_they_are_due_and_in_that_order(domain: TestDomain) {
    let now = domain.clock.now();
    let later = enqueue(&domain, Job::new(&Append::line(1)).at(now.plus_seconds(60))).await.unwrap();
    let soon = enqueue(&domain, Job::new(&Append::line(2)).at(now.plus_seconds(30))).await.unwrap();
    let overdue = enqueue(&domain, Job::new(&Append::line(3)).at(now.plus_seconds(-30))).await.unwrap();
    assert_eq!(claim_one(&domain).await.id, overdue);
    domain.clock.advance(29);
    assert!(claim(&domain, 10).await.is_empty());
    domain.clock.advance(31);
    // The first has been abandoned meanwhile.
    let mut taken = Vec::new();
    loop {
        let Some(next) = claim(&domain, 1).await.pop() else { break };
        taken.push(next.id);
    }
    assert_eq!(taken, [soon, later, overdue]);
}

async fn a_worker_takes_only_kinds_that_it_knows(domain: TestDomain) {
    let id = enqueue(&domain, Job::new(&Append::line(1))).await.unwrap();
    let before = domain.db.statements();
    for kinds in [&["test.misbehave"][..], &["test.appen", "est.append", "test.append2"], &[]] {
        let free = jobs::FreeSlots::new(jobs::Queue::Maintenance, kinds, 10);
        assert!(jobs::claim(&domain, &[free], LEASE).await.unwrap().is_empty(), "{kinds:?}");
    }
    assert_eq!(domain.db.statements() - before, 3, "to find nothing costs one statement that reads");
    assert_eq!(claim_one(&domain).await.id, id);
}

async fn one_with_the_same_key_is_enough_until_it_is_over(domain: TestDomain) {
    let once = || Job::new(&Misbehave::FailForGood).unique("invoice 7");
    let first = enqueue(&domain, once()).await;
    assert!(first.is_some());
    assert_eq!(enqueue(&domain, once()).await, None);
    assert!(enqueue(&domain, Job::new(&Append::line(1)).unique("invoice 7")).await.is_some(), "another kind");
    assert!(enqueue(&domain, Job::new(&Misbehave::Panic).unique("invoice 8")).await.is_some(), "another key");
    let taken = claim(&domain, 1).await.remove(0);
    assert_eq!(Some(taken.id), first);
    assert_eq!(enqueue(&domain, once()).await, None, "it runs");
    jobs::settle(&domain, taken.id, 1, Outcome::Failed(jobs::Failure::Permanent(String::new())), RETRY)
        .await
        .unwrap();
    let second = enqueue(&domain, once()).await;
    assert!(second.is_some() && second != first);
    // The first cannot return beside the second.
    let again = jobs::rerun(&domain.system(), OneJob { id: taken.id }).await;
    assert!(matches!(again, Err(jobs::Error::WrongState(_))), "{again:?}");
    assert_eq!(job(&domain, taken.id).await.summary.state, JobState::Dead);
}

async fn of_one_lane_one_runs_at_a_time(domain: TestDomain) {
    lines_table(&domain).await;
    let mut ids = Vec::new();
    for line in 1..=3 {
        ids.push(enqueue(&domain, Job::new(&Append::line(line)).lane("desk")).await.unwrap());
    }
    let elsewhere = enqueue(&domain, Job::new(&Append::line(4)).lane("shop")).await.unwrap();
    let taken: Vec<_> = claim(&domain, 10).await;
    assert_eq!(taken.iter().map(|job| job.id).collect::<BTreeSet<_>>(), [ids[0], elsewhere].into());
    assert!(claim(&domain, 10).await.is_empty());
    // A job that waits for its next attempt does not block its lane.
    let first = taken.iter().find(|job| job.id == ids[0]).unwrap();
    let failed = Outcome::Failed(jobs::Failure::Retry("no".to_owned()));
    jobs::settle(&domain, first.id, first.attempt, failed, RETRY).await.unwrap();
    let second = claim_one(&domain).await;
    assert_eq!(second.id, ids[1]);
    // An abandoned job neither blocks its lane forever nor is overtaken.
    domain.clock.advance(31);
    let again: BTreeSet<_> = claim(&domain, 10).await.into_iter().map(|job| job.id).collect();
    assert_eq!(again.len(), 2);
    assert_eq!(again.intersection(&ids.iter().copied().collect()).count(), 1);
    assert!(again.contains(&elsewhere));
}

async fn what_repeats_has_one_successor_however_it_ended(domain: TestDomain) {
    let hourly = || Job::new(&Tick {}).unique("test.tick").every(Duration::from_secs(3_600));
    enqueue(&domain, hourly()).await.unwrap();
    for end in ["succeeded", "dead", "cancelled", "called off while it runs", "called off while it waits"] {
        let id = if end == "called off while it waits" {
            let waiting = "SELECT id FROM jobs WHERE state = 'waiting'";
            let sql = frontdesk_domain::db::Sql::new("test.waiting", waiting);
            let (id,): (uuid::Uuid,) = domain.db.one(sql, Vec::new()).await.unwrap();
            jobs::cancel(&domain.system(), OneJob { id: JobId(id) }).await.unwrap();
            JobId(id)
        } else {
            let tick = claim_one(&domain).await;
            let settle = async |outcome| {
                jobs::settle(&domain, tick.id, 1, outcome, RETRY).await.unwrap();
            };
            match end {
                "succeeded" => drop(Attempt::of(&domain, &tick).done().await.unwrap()),
                "dead" => settle(Outcome::Failed(jobs::Failure::Permanent(String::new()))).await,
                "cancelled" => settle(Outcome::Cancelled).await,
                _ => {
                    jobs::cancel(&domain.system(), OneJob { id: tick.id }).await.unwrap();
                    // Its worker is killed before it notices.
                    domain.clock.advance(31);
                    assert!(claim(&domain, 10).await.is_empty());
                }
            }
            tick.id
        };
        let ended = job(&domain, id).await.summary;
        assert!(ended.finished_at.is_some(), "{end}: {ended:?}");
        assert_eq!(domain.count("SELECT count(*) FROM jobs WHERE due_at IS NOT NULL").await, 1, "{end}");
        assert_eq!(enqueue(&domain, hourly()).await, None, "{end}");
        assert!(claim(&domain, 10).await.is_empty());
        domain.clock.advance(3_600);
    }
}

async fn what_is_over_is_kept_for_a_while(domain: TestDomain) {
    lines_table(&domain).await;
    let done = enqueue(&domain, Job::new(&Append::line(1))).await.unwrap();
    let dead = enqueue(&domain, Job::new(&Misbehave::FailForGood)).await.unwrap();
    let waiting = Job::new(&Append::line(2)).at(domain.clock.now().plus_seconds(365 * 86_400));
    enqueue(&domain, waiting).await.unwrap();
    work(&domain, &KINDS).await;
    let kinds = [frontdesk_domain::jobs::Handler::of::<SweepJobs>()];
    let mut left = Vec::new();
    for days in [0, 6, 1, 1, 82, 2] {
        domain.clock.advance(days * 86_400);
        enqueue(&domain, Job::new(&SweepJobs {})).await.unwrap();
        work(&domain, &kinds).await;
        left.push(domain.count("SELECT count(*) FROM jobs WHERE kind <> 'jobs.sweep'").await);
    }
    assert_eq!(left, [3, 3, 3, 2, 2, 1]);
    assert_eq!(domain.count("SELECT count(*) FROM job_failures").await, 0);
    for id in [done, dead] {
        assert!(matches!(jobs::get(&domain.system(), id).await, Err(jobs::Error::NoSuchJob)));
    }
}

async fn a_job_carries_the_trace_of_its_cause(domain: TestDomain) {
    let actor = frontdesk_domain::actor::Actor::anonymous(origin());
    let caused =
        enqueue(&domain, Job::new(&Append::line(1)).caused_by(&actor).about("line 1")).await.unwrap();
    let own = enqueue(&domain, Job::new(&Append::line(2)).caused_by(&system())).await.unwrap();
    let taken = claim(&domain, 2).await;
    let attempt = Attempt::of(&domain, &taken[0]);
    assert_eq!((attempt.job(), attempt.trace_id()), (caused, "request-1"));
    assert_eq!(attempt.context(&*domain).actor.origin.request_id, "request-1");
    assert_eq!(job(&domain, caused).await.summary.about, "line 1");
    assert_eq!(job(&domain, own).await.trace_id, own.0.simple().to_string());
}
