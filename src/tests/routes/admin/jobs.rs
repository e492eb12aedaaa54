//! Jobs on the pages of staff, from the overview to the audit trail.

use std::time::Duration;

use frontdesk_domain::jobs::{self, Failure, Outcome, Retry};
use frontdesk_model::{JobId, Role};

use crate::support::{Client, Desk, Page};

both! {
    a_dead_job_is_found_from_the_overview_and_run_again,
    what_waits_is_called_off,
    a_page_offers_only_what_its_reader_may_do,
    an_error_is_shown_as_text,
    filters_show_what_they_name,
}

/// A worker takes the job that is due.
async fn claim(desk: &Desk) -> Vec<jobs::Claimed> {
    let free = jobs::FreeSlots::new(jobs::Queue::Maintenance, &["jobs.sweep"], 1);
    jobs::claim(&desk.domain, &[free], Duration::from_secs(30)).await.unwrap()
}

/// A worker takes the job, and fails.
async fn fail(desk: &Desk, id: JobId, failure: Failure) {
    let taken = claim(desk).await;
    assert_eq!(taken[0].id, id);
    let failed = Outcome::Failed(failure);
    jobs::settle(&desk.domain, id, taken[0].attempt, failed, Retry::DEFAULT).await.unwrap();
}

/// Submits a form of a page and follows the redirect.
async fn does(person: &Client, page: &str, action: &str) -> Page {
    let answer = person.submit(page, action, &[]).await.is(303);
    person.follow(&answer).await.is(200).page()
}

async fn a_dead_job_is_found_from_the_overview_and_run_again(desk: Desk) {
    let admin = desk.arrive(Role::Admin).await;
    let id = desk.enqueue().await;
    fail(&desk, id, Failure::Permanent("The disk is full.".to_owned())).await;
    let overview = admin.get("/admin").await.is(200).page();
    assert!(overview.text().contains("job was given up"), "{}", overview.text());
    let list = admin.get(overview.link("See which and why").unwrap()).await.is(200).page();
    let path = list.link("jobs.sweep").unwrap().to_owned();
    assert_eq!(path, format!("/admin/jobs/{id}"));
    let page = admin.get(&path).await.is(200).page();
    assert_eq!(page.heading(), "jobs.sweep");
    for text in ["Dead", "1 of 10", "The disk is full.", "Attempt 1"] {
        assert!(page.text().contains(text), "{text} in {}", page.text());
    }
    let page = does(&admin, &path, "/fn/rerun_job").await;
    assert_eq!(page.flash(), Some("The job is next in line."));
    assert!(page.text().contains("1 of 11"));
    assert_eq!(desk.last_event().await, "job.rerun");
    assert!(admin.get("/admin").await.page().text().contains("jobs were given up"));
}

async fn what_waits_is_called_off(desk: Desk) {
    let admin = desk.arrive(Role::Admin).await;
    let path = format!("/admin/jobs/{}", desk.enqueue().await);
    let page = does(&admin, &path, "/fn/cancel_job").await;
    assert_eq!(page.flash(), Some("Job called off."));
    assert_eq!(desk.last_event().await, "job.cancelled");
    assert!(page.forms("/fn/cancel_job").is_empty());
    // A second time is a conflict that shows the state; nothing changes.
    let id = path.rsplit('/').next().unwrap();
    let again = admin.post("/fn/cancel_job", &[("page", &*path), ("id", id)]).await.is(409).page();
    assert!(again.alert().unwrap().text.contains("not over"), "{}", again.alert().unwrap().text);

    let running = desk.enqueue().await;
    claim(&desk).await;
    let page = does(&admin, &format!("/admin/jobs/{running}"), "/fn/cancel_job").await;
    assert!(page.flash().unwrap().contains("asked to stop") && page.text().contains("Stopping"));
}

async fn a_page_offers_only_what_its_reader_may_do(desk: Desk) {
    let auditor = desk.arrive(Role::Auditor).await;
    let path = format!("/admin/jobs/{}", desk.enqueue().await);
    let page = auditor.get(&path).await.is(200).page();
    assert!(page.forms("/fn/rerun_job").is_empty() && page.forms("/fn/cancel_job").is_empty());
    assert!(auditor.get("/admin/jobs").await.is(200).page().link("jobs.sweep").is_some());
    let support = desk.arrive(Role::Support).await;
    let overview = support.get("/admin").await.is(200).page();
    assert!(overview.link("Jobs").is_none() && !overview.text().contains("given up"));
}

async fn an_error_is_shown_as_text(desk: Desk) {
    let admin = desk.arrive(Role::Admin).await;
    let id = desk.enqueue().await;
    fail(&desk, id, Failure::Retry("<script>alert(1)</script>".to_owned())).await;
    for path in ["/admin/jobs".to_owned(), format!("/admin/jobs/{id}")] {
        let answer = admin.get(&path).await.is(200);
        assert!(!answer.text().contains("<script>alert"), "{path}");
        assert!(answer.page().text().contains("<script>alert(1)</script>"), "{path}");
    }
}

async fn filters_show_what_they_name(desk: Desk) {
    let auditor = desk.arrive(Role::Auditor).await;
    let id = desk.enqueue().await;
    for (query, found) in [
        ("", true),
        ("?state=waiting&kind=jobs.sweep", true),
        ("?state=&kind=", true),
        ("?state=dead", false),
        ("?kind=mail.send", false),
    ] {
        let page = auditor.get(&format!("/admin/jobs{query}")).await.is(200).page();
        assert_eq!(page.link("jobs.sweep").is_some(), found, "{query}");
    }
    let page = auditor.get("/admin/jobs?state=waiting").await.page();
    assert_eq!(page.link("jobs.sweep"), Some(&*format!("/admin/jobs/{id}")));
}
