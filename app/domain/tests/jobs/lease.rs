//! Leases and failures: late, dead and unlucky workers.

use std::time::Duration;

use frontdesk_domain::{
    audit,
    jobs::{self, Attempt, BackgroundJob, Failure, Held, Job, Outcome, Settled},
    params,
};
use frontdesk_model::{
    audit::{Action, AuditQuery},
    jobs::JobState,
};

use super::{
    LEASE, RETRY, claim, claim_one,
    kinds::{Append, Misbehave, Point, lines, lines_table},
};
use crate::support::{TestDomain, enqueue, job};

both! {
    when_a_lease_ends_another_takes_over_and_the_late_one_changes_nothing,
    a_lease_that_is_extended_does_not_end,
    what_a_job_did_is_there_once_wherever_its_worker_dies,
    failures_wait_as_the_schedule_says_and_the_last_is_death,
    a_job_that_kills_its_workers_dies,
    what_cannot_succeed_dies_at_once_and_who_asks_for_time_gets_it,
    a_job_that_is_given_back_is_taken_at_once_and_has_lost_no_attempt,
    an_error_is_kept_in_bounds,
}

async fn when_a_lease_ends_another_takes_over_and_the_late_one_changes_nothing(domain: TestDomain) {
    lines_table(&domain).await;
    let id = enqueue(&domain, Job::new(&Append::line(1))).await.unwrap();
    let late = claim_one(&domain).await;
    domain.clock.advance(29);
    assert!(claim(&domain, 10).await.is_empty());
    domain.clock.advance(1);
    let next = claim_one(&domain).await;
    assert_eq!((next.id, late.attempt, next.attempt), (id, 1, 2));
    assert_eq!(job(&domain, id).await.failures[0].error, "The worker that had it went away.");

    let before = job(&domain, id).await;
    assert_eq!(jobs::hold(&domain, id, late.attempt, LEASE).await.unwrap(), Held::Lost);
    for outcome in
        [Outcome::Failed(Failure::Permanent("no".to_owned())), Outcome::Cancelled, Outcome::GivenBack]
    {
        assert_eq!(jobs::settle(&domain, id, late.attempt, outcome, RETRY).await.unwrap(), Settled::Lost);
    }
    let run = Append::line(1).run(&domain, Attempt::of(&domain, &late)).await;
    assert!(matches!(run, Err(Failure::LeaseLost)), "{run:?}");
    assert_eq!((lines(&domain).await, job(&domain, id).await), (vec![], before));

    Append::line(1).run(&domain, Attempt::of(&domain, &next)).await.unwrap();
    assert_eq!((lines(&domain).await, job(&domain, id).await.summary.state), (vec![1], JobState::Succeeded));
    // The same attempt cannot succeed twice either.
    let run = Append::line(1).run(&domain, Attempt::of(&domain, &next)).await;
    assert!(matches!(run, Err(Failure::LeaseLost)), "{run:?}");
    assert_eq!(lines(&domain).await, [1]);
}

async fn a_lease_that_is_extended_does_not_end(domain: TestDomain) {
    let id = enqueue(&domain, Job::new(&Append::line(1))).await.unwrap();
    let taken = claim_one(&domain).await;
    for _ in 0..5 {
        domain.clock.advance(20);
        assert_eq!(jobs::hold(&domain, id, taken.attempt, LEASE).await.unwrap(), Held::Yes);
        assert!(claim(&domain, 10).await.is_empty());
    }
    domain.clock.advance(31);
    // Expired, but not taken by another worker: then it continues.
    assert_eq!(jobs::hold(&domain, id, taken.attempt, LEASE).await.unwrap(), Held::Yes);
    assert!(claim(&domain, 10).await.is_empty());
}

async fn what_a_job_did_is_there_once_wherever_its_worker_dies(domain: TestDomain) {
    use Point::{BeforeTheEffect, BehindTheCommit, BetweenEffectAndCommit};
    lines_table(&domain).await;
    let lives = [
        vec![BeforeTheEffect],
        vec![BetweenEffectAndCommit],
        vec![BehindTheCommit],
        vec![BeforeTheEffect, BetweenEffectAndCommit, BetweenEffectAndCommit, BehindTheCommit],
    ];
    for (line, stuck) in lives.into_iter().enumerate() {
        let work = Append { line: i64::try_from(line).unwrap(), stuck: stuck.clone() };
        let id = enqueue(&domain, Job::new(&work)).await.unwrap();
        // More often than it dies: finished work must stay.
        for _ in 0..6 {
            if let Some(taken) = claim(&domain, 1).await.pop() {
                let work: Append = serde_json::from_str(&taken.payload).unwrap();
                // A future dropped at an `await` is in the same state as a process killed there.
                let life = work.run(&domain, Attempt::of(&domain, &taken));
                let _ = tokio::time::timeout(Duration::from_millis(500), life).await;
            }
            domain.clock.advance(31);
        }
        assert_eq!(job(&domain, id).await.summary.state, JobState::Succeeded, "{stuck:?}");
    }
    assert_eq!(lines(&domain).await, [0, 1, 2, 3]);
}

async fn failures_wait_as_the_schedule_says_and_the_last_is_death(domain: TestDomain) {
    let id = enqueue(&domain, Job::new(&Misbehave::Fail("Refused.".to_owned()))).await.unwrap();
    let events = domain.events().await;
    for (attempt, wait) in [(1, Some(10)), (2, Some(100)), (3, None)] {
        let taken = claim_one(&domain).await;
        assert_eq!(taken.attempt, attempt);
        let now = domain.clock.now();
        let failed = Outcome::Failed(Failure::Retry(format!("Refused {attempt} times.")));
        let settled = jobs::settle(&domain, id, attempt, failed, Misbehave::RETRY).await.unwrap();
        let there = job(&domain, id).await.summary;
        assert_eq!(there.last_error, Some(format!("Refused {attempt} times.")));
        match wait {
            Some(seconds) => {
                let Settled::Waiting(at) = settled else { panic!("{settled:?}") };
                assert!(now.plus_seconds(seconds) <= at && at <= now.plus_seconds(seconds + seconds / 10));
                assert_eq!((there.state, there.next_attempt_at), (JobState::Waiting, Some(at)));
                domain.clock.advance(seconds - 1);
                assert!(claim(&domain, 10).await.is_empty());
                domain.clock.advance(seconds / 10 + 1);
            }
            None => assert_eq!((settled, there.state), (Settled::Dead, JobState::Dead)),
        }
    }
    domain.clock.advance(1_000_000);
    assert!(claim(&domain, 10).await.is_empty());
    let failures = job(&domain, id).await.failures;
    let told: Vec<_> = failures.iter().map(|failure| (failure.attempt, failure.error.as_str())).collect();
    assert_eq!(told, [(3, "Refused 3 times."), (2, "Refused 2 times."), (1, "Refused 1 times.")]);
    // One event, of its failure, by Frontdesk itself.
    assert_eq!(domain.events().await, events + 1);
    let event = audit::list(&domain.system(), &AuditQuery::default()).await.unwrap().items.remove(0);
    assert_eq!((event.action, event.actor.label.as_str()), (Action::JOB_DIED, "Frontdesk"));
    assert_eq!(event.target.unwrap().label, format!("test.misbehave {id}"));
    assert_eq!(event.request_id, job(&domain, id).await.trace_id);
}

async fn a_job_that_kills_its_workers_dies(domain: TestDomain) {
    let id = enqueue(&domain, Job::new(&Misbehave::Hang)).await.unwrap();
    for attempt in 1..=3 {
        assert_eq!(claim_one(&domain).await.attempt, attempt);
        domain.clock.advance(30);
    }
    assert!(claim(&domain, 10).await.is_empty());
    let there = job(&domain, id).await;
    assert_eq!((there.summary.state, there.failures.len()), (JobState::Dead, 3));
}

async fn what_cannot_succeed_dies_at_once_and_who_asks_for_time_gets_it(domain: TestDomain) {
    let hopeless = enqueue(&domain, Job::new(&Misbehave::FailForGood)).await.unwrap();
    claim_one(&domain).await;
    let failed = Outcome::Failed(Failure::Permanent("Gone.".to_owned()));
    assert_eq!(jobs::settle(&domain, hopeless, 1, failed, RETRY).await.unwrap(), Settled::Dead);
    assert_eq!(job(&domain, hopeless).await.summary.last_error.as_deref(), Some("Gone."));

    let patient = enqueue(&domain, Job::new(&Misbehave::Hang)).await.unwrap();
    claim_one(&domain).await;
    let at = domain.clock.now().plus_seconds(7_777);
    let failed = Outcome::Failed(Failure::RetryAt { at, why: "Later.".to_owned() });
    assert_eq!(jobs::settle(&domain, patient, 1, failed, RETRY).await.unwrap(), Settled::Waiting(at));
    assert_eq!(job(&domain, patient).await.summary.next_attempt_at, Some(at));
}

async fn a_job_that_is_given_back_is_taken_at_once_and_has_lost_no_attempt(domain: TestDomain) {
    let id = enqueue(&domain, Job::new(&Misbehave::Hang)).await.unwrap();
    for attempt in 1..=5 {
        assert_eq!(claim_one(&domain).await.attempt, attempt);
        let settled = jobs::settle(&domain, id, attempt, Outcome::GivenBack, RETRY).await.unwrap();
        assert_eq!(settled, Settled::Waiting(domain.clock.now()));
    }
    let there = job(&domain, id).await;
    assert_eq!((there.summary.attempts, there.summary.last_attempt), (5, 8));
    assert!(there.failures.is_empty());
}

async fn an_error_is_kept_in_bounds(domain: TestDomain) {
    let id = enqueue(&domain, Job::new(&Misbehave::Hang)).await.unwrap();
    claim_one(&domain).await;
    let why = format!("a\0b\n{}", "ü".repeat(1_000));
    jobs::settle(&domain, id, 1, Outcome::Failed(Failure::Retry(why)), RETRY).await.unwrap();
    let kept = job(&domain, id).await.summary.last_error.unwrap();
    assert!(kept.starts_with("a b ü") && kept.chars().count() == 500, "{kept}");
    // A payload of an older version that this one cannot read needs a person.
    domain.meddle("UPDATE jobs SET payload = '{', due_at = 0", params![]).await.unwrap();
    crate::support::work(&domain, &super::kinds::KINDS).await;
    assert_eq!(job(&domain, id).await.summary.state, JobState::Dead);
}
