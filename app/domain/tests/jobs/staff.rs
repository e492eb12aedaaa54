//! Use cases of staff about jobs.

use frontdesk_domain::{
    audit,
    jobs::{self, Cancelled, Error, Failure, Job, Outcome},
    overview,
};
use frontdesk_model::{
    JobId, Limit, Role,
    audit::{Action, AuditQuery},
    jobs::{JobKind, JobState, JobSummary, JobsQuery, OneJob},
};

use super::{
    RETRY, claim, claim_one,
    kinds::{Append, KINDS, Misbehave, lines, lines_table},
};
use crate::support::{By, TestDomain, enqueue, job, person, work};

both! {
    a_list_shows_the_newest_first_by_state_and_kind_page_by_page,
    a_cursor_leads_on_only_in_its_own_list,
    a_dead_job_is_run_again_with_all_its_attempts,
    one_that_waits_is_run_at_once,
    what_has_succeeded_is_not_done_again,
    what_is_called_off_is_not_run,
    a_dead_job_asks_for_attention_until_somebody_has_seen_to_it,
    what_staff_do_is_told_and_what_is_refused_is_not,
}

async fn die(domain: &TestDomain, id: JobId) {
    let taken = claim(domain, 10).await.into_iter().find(|job| job.id == id).unwrap();
    let failed = Outcome::Failed(Failure::Permanent("Refused.".to_owned()));
    jobs::settle(domain, id, taken.attempt, failed, RETRY).await.unwrap();
}

async fn walk(domain: &TestDomain, query: &JobsQuery) -> Vec<JobSummary> {
    let (mut query, mut all) = (query.clone(), Vec::new());
    loop {
        let before = domain.db.statements();
        let page = jobs::list(&domain.system(), &query).await.unwrap();
        assert_eq!(domain.db.statements() - before, 1);
        all.extend(page.items);
        query.cursor = page.next;
        if query.cursor.is_none() {
            return all;
        }
    }
}

async fn a_list_shows_the_newest_first_by_state_and_kind_page_by_page(domain: TestDomain) {
    lines_table(&domain).await;
    for n in 0..6 {
        enqueue(&domain, Job::new(&Append::line(n))).await;
        enqueue(&domain, Job::new(&Misbehave::FailForGood)).await;
        domain.clock.advance(1);
    }
    work(&domain, &KINDS).await;
    for n in 0..3 {
        enqueue(&domain, Job::new(&Append::line(n)).at(domain.clock.now().plus_seconds(60))).await;
    }
    let all = walk(&domain, &JobsQuery::default()).await;
    assert_eq!(all.len(), 15);
    assert!(all.is_sorted_by(|newer, older| newer.id > older.id));
    let kinds =
        [None, JobKind::parse("test.append"), JobKind::parse("test.misbehave"), JobKind::parse("no.such")];
    let states = JobState::ALL.iter().copied().map(Some).chain([None]);
    for (state, kind) in states.flat_map(|state| kinds.clone().map(|kind| (state, kind))) {
        let expected: Vec<JobSummary> = all
            .iter()
            .filter(|job| state.is_none_or(|state| job.state == state))
            .filter(|job| kind.as_ref().is_none_or(|kind| job.kind == kind.as_str()))
            .cloned()
            .collect();
        for limit in [1, 2, 100] {
            let query = JobsQuery {
                state: state.into(),
                kind: kind.clone(),
                limit: Limit::new(limit),
                ..JobsQuery::default()
            };
            assert_eq!(walk(&domain, &query).await, expected, "{query:?}");
        }
    }
    // And backwards.
    let mut query = JobsQuery { limit: Limit::new(4), ..JobsQuery::default() };
    let mut last = jobs::list(&domain.system(), &query).await.unwrap();
    while last.next.is_some() {
        query.cursor = last.next;
        last = jobs::list(&domain.system(), &query).await.unwrap();
    }
    let mut back = last.items;
    while last.prev.is_some() {
        query.cursor = last.prev;
        last = jobs::list(&domain.system(), &query).await.unwrap();
        back.splice(0..0, last.items);
    }
    assert_eq!(back, all);
}

async fn a_cursor_leads_on_only_in_its_own_list(domain: TestDomain) {
    for line in 0..3 {
        enqueue(&domain, Job::new(&Append::line(line))).await;
    }
    let query = JobsQuery { limit: Limit::new(1), ..JobsQuery::default() };
    let cursor = jobs::list(&domain.system(), &query).await.unwrap().next;
    for (state, cursor) in
        [(Some(JobState::Waiting), cursor), (None, Some("x".to_owned())), (None, Some(String::new()))]
    {
        let answer =
            jobs::list(&domain.system(), &JobsQuery { state: state.into(), cursor, ..query.clone() }).await;
        assert!(matches!(answer, Err(Error::ForeignCursor)), "{answer:?}");
    }
}

async fn a_dead_job_is_run_again_with_all_its_attempts(domain: TestDomain) {
    lines_table(&domain).await;
    let id = enqueue(&domain, Job::new(&Append::line(7))).await.unwrap();
    die(&domain, id).await;
    jobs::rerun(&domain.system(), OneJob { id }).await.unwrap();
    let there = job(&domain, id).await.summary;
    assert_eq!((there.state, there.next_attempt_at), (JobState::Waiting, Some(domain.clock.now())));
    assert_eq!((there.attempts, there.last_attempt, there.finished_at), (1, 6, None));
    // Its schedule restarts, too.
    let taken = claim_one(&domain).await;
    let failed = Outcome::Failed(Failure::Retry("Refused.".to_owned()));
    jobs::settle(&domain, id, taken.attempt, failed, RETRY).await.unwrap();
    let at = job(&domain, id).await.summary.next_attempt_at.unwrap();
    assert!(at <= domain.clock.now().plus_seconds(11), "{at:?}");
    domain.clock.advance(11);
    work(&domain, &KINDS).await;
    let there = job(&domain, id).await;
    assert_eq!((there.summary.state, there.summary.last_error), (JobState::Succeeded, None));
    assert_eq!((lines(&domain).await, there.failures.len()), (vec![7], 2));
}

async fn one_that_waits_is_run_at_once(domain: TestDomain) {
    lines_table(&domain).await;
    let id =
        enqueue(&domain, Job::new(&Append::line(7)).at(domain.clock.now().plus_seconds(999))).await.unwrap();
    jobs::rerun(&domain.system(), OneJob { id }).await.unwrap();
    assert_eq!(job(&domain, id).await.summary.last_attempt, 5);
    work(&domain, &KINDS).await;
    assert_eq!(lines(&domain).await, [7]);
}

async fn what_has_succeeded_is_not_done_again(domain: TestDomain) {
    lines_table(&domain).await;
    let id = enqueue(&domain, Job::new(&Append::line(7))).await.unwrap();
    let taken = claim_one(&domain).await;
    let rerun = jobs::rerun(&domain.system(), OneJob { id }).await;
    assert!(matches!(rerun, Err(Error::WrongState(_))), "while it runs");
    jobs::settle(&domain, id, taken.attempt, Outcome::GivenBack, RETRY).await.unwrap();
    work(&domain, &KINDS).await;
    for answer in [
        jobs::rerun(&domain.system(), OneJob { id }).await,
        jobs::cancel(&domain.system(), OneJob { id }).await.map(|_| ()),
    ] {
        assert!(matches!(answer, Err(Error::WrongState(_))), "{answer:?}");
    }
    work(&domain, &KINDS).await;
    assert_eq!(lines(&domain).await, [7]);
}

async fn what_is_called_off_is_not_run(domain: TestDomain) {
    lines_table(&domain).await;
    let waiting = enqueue(&domain, Job::new(&Append::line(1))).await.unwrap();
    assert_eq!(jobs::cancel(&domain.system(), OneJob { id: waiting }).await.unwrap(), Cancelled::Now);
    work(&domain, &KINDS).await;
    // A job that was just returned, too.
    let given_back = enqueue(&domain, Job::new(&Append::line(2))).await.unwrap();
    let taken = claim_one(&domain).await;
    assert_eq!(jobs::cancel(&domain.system(), OneJob { id: given_back }).await.unwrap(), Cancelled::Asked);
    assert!(job(&domain, given_back).await.summary.is_cancelling);
    assert!(jobs::cancel(&domain.system(), OneJob { id: given_back }).await.is_err(), "once is enough");
    jobs::settle(&domain, given_back, taken.attempt, Outcome::GivenBack, RETRY).await.unwrap();
    for id in [waiting, given_back] {
        assert_eq!(job(&domain, id).await.summary.state, JobState::Cancelled);
    }
    // A failed one is not retried, and its error is stored.
    let failed = enqueue(&domain, Job::new(&Append::line(3))).await.unwrap();
    let taken = claim_one(&domain).await;
    jobs::cancel(&domain.system(), OneJob { id: failed }).await.unwrap();
    let why = Outcome::Failed(Failure::Retry("Refused.".to_owned()));
    jobs::settle(&domain, failed, taken.attempt, why, RETRY).await.unwrap();
    let there = job(&domain, failed).await;
    assert_eq!((there.summary.state, there.failures.len()), (JobState::Cancelled, 1));
    assert!(lines(&domain).await.is_empty());
    // All can be run again.
    jobs::rerun(&domain.system(), OneJob { id: waiting }).await.unwrap();
    work(&domain, &KINDS).await;
    assert_eq!(lines(&domain).await, [1]);
}

async fn a_dead_job_asks_for_attention_until_somebody_has_seen_to_it(domain: TestDomain) {
    let dead = async || overview::overview(&domain.system()).await.unwrap().dead_jobs;
    assert_eq!(dead().await, Some(0));
    let id = enqueue(&domain, Job::new(&Append::line(1))).await.unwrap();
    die(&domain, id).await;
    assert_eq!(dead().await, Some(1));
    assert_eq!(jobs::cancel(&domain.system(), OneJob { id }).await.unwrap(), Cancelled::Now);
    assert_eq!(dead().await, Some(0));
    let support = person(&domain, "Sam", &[Role::Support]).await;
    assert_eq!(overview::overview(&domain.by(&support.actor)).await.unwrap().dead_jobs, None);
}

async fn what_staff_do_is_told_and_what_is_refused_is_not(domain: TestDomain) {
    let ada = person(&domain, "Ada", &[Role::Admin]).await;
    let auditor = person(&domain, "Otto", &[Role::Auditor]).await;
    let id = enqueue(&domain, Job::new(&Append::line(1))).await.unwrap();
    let events = domain.events().await;
    for actor in [&auditor.actor, &crate::support::anybody()] {
        assert!(matches!(jobs::cancel(&domain.by(actor), OneJob { id }).await, Err(Error::Denied(_))));
        assert!(matches!(jobs::rerun(&domain.by(actor), OneJob { id }).await, Err(Error::Denied(_))));
    }
    let nobody = OneJob { id: JobId(domain.clock.id()) };
    assert!(matches!(jobs::cancel(&domain.by(&ada.actor), nobody.clone()).await, Err(Error::NoSuchJob)));
    assert!(matches!(jobs::rerun(&domain.by(&ada.actor), nobody).await, Err(Error::NoSuchJob)));
    assert_eq!(domain.events().await, events);

    jobs::cancel(&domain.by(&ada.actor), OneJob { id }).await.unwrap();
    domain.clock.advance(1);
    jobs::rerun(&domain.by(&ada.actor), OneJob { id }).await.unwrap();
    let query = AuditQuery { limit: Limit::new(2), ..AuditQuery::default() };
    let told = audit::list(&domain.system(), &query).await.unwrap().items;
    let actions: Vec<_> = told.iter().map(|event| (event.action, event.actor.label.as_str())).collect();
    assert_eq!(actions, [(Action::JOB_RERUN, "Ada"), (Action::JOB_CANCELLED, "Ada")]);
    assert!(told.iter().all(|event| event.target.as_ref().unwrap().label == format!("test.append {id}")));
    assert_eq!(told[0].changes[0].before.as_deref(), Some("cancelled"));
}
