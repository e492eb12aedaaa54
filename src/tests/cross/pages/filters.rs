//! An invalid filter is shown again as entered, like any other form.

use frontdesk_model::Role;

use crate::support::{Desk, Page};

both! {
    a_filter_that_cannot_be_read_comes_back_as_it_was_typed,
    what_is_in_no_field_of_a_filter_is_named_above_it,
    a_program_is_told_every_fault_of_a_filter,
    a_cursor_that_leads_nowhere_is_said_once_and_leads_to_the_first_page,
}

async fn a_filter_that_cannot_be_read_comes_back_as_it_was_typed(desk: Desk) {
    let auditor = desk.arrive(Role::Auditor).await;
    let asked = "/admin/audit?actor=ann&action=login.failed&target=&since=yesterday&until=2026-03-14T09:30";
    let page = auditor.get(asked).await.is(400).page();
    assert_eq!(page.heading(), "Audit");
    for (field, value) in
        [("actor", "ann"), ("target", ""), ("since", "yesterday"), ("until", "2026-03-14T09:30")]
    {
        assert_eq!(page.by_id(field).unwrap().get("value"), Some(value), "{field}");
    }
    let chosen: Vec<_> = page.all("option").filter(|option| option.get("selected").is_some()).collect();
    assert_eq!(chosen.len(), 1);
    assert_eq!(chosen[0].get("value"), Some("login.failed"));
    assert_eq!(
        page.fault("actor"),
        Some("Must be an id: a UUID, such as 019ab0c4-9d1e-7c3a-8f55-2b6d1e0f4a77")
    );
    let when = "ust be a date, such as 2026-11-22, or an RFC 3339 date and time";
    assert_eq!(page.fault("since"), Some(&*format!("M{when}")));
    assert_eq!((page.fault("target"), page.fault("until")), (None, None));
    assert_eq!(page.by_id("actor").unwrap().get("aria-invalid"), Some("true"));
    // In a summary at the top, with a link to the field.
    assert_eq!(page.by_id("problem-title").unwrap().text, "There is a problem");
    assert_eq!(
        page.link("Who (id): must be an id: a UUID, such as 019ab0c4-9d1e-7c3a-8f55-2b6d1e0f4a77"),
        Some("#actor")
    );
    assert_eq!(page.link(&format!("From (UTC): m{when}")), Some("#since"));
    assert!(page.all("table").next().is_none(), "nothing was found, since nothing was looked for");

    let page = auditor.get("/admin/audit?action=nothing").await.is(400).page();
    assert_eq!(page.fault("action"), Some("Has a value that is not known here"));
    assert_eq!(page.link("Action: has a value that is not known here"), Some("#action"));
    // Corrected, it works.
    let good = auditor.get("/admin/audit?action=login.success&since=2026-03-14").await.is(200).page();
    assert_eq!(good.by_id("since").unwrap().get("value"), Some("2026-03-14T00:00"));
    assert!(good.alert().is_none() && good.all("table").next().is_some());
}

async fn what_is_in_no_field_of_a_filter_is_named_above_it(desk: Desk) {
    let auditor = desk.arrive(Role::Auditor).await;
    let page = auditor.get("/admin/audit?page=2&limit=1000").await.is(400).page();
    let summary = page.alert().unwrap().text.clone();
    assert!(summary.contains("There is no field “page” here"), "{summary}");
    assert!(summary.contains("“limit” must be a number from 1 to 100"), "{summary}");
    // Without permission the page reveals nothing about its filters.
    desk.arrive(Role::Support).await.get("/admin/audit?actor=x").await.is(404);
    desk.visitor().get("/admin/audit?actor=x").await.is(303);
}

async fn a_program_is_told_every_fault_of_a_filter(desk: Desk) {
    let program = desk.arrive(Role::Auditor).await.program();
    let problem = program.get("/admin/audit?actor=ann&until=soon").await.is(400).problem();
    let fields: Vec<_> = problem.details.iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(fields, ["actor", "until"]);
}

async fn a_cursor_that_leads_nowhere_is_said_once_and_leads_to_the_first_page(desk: Desk) {
    let auditor = desk.arrive(Role::Auditor).await;
    let said = |page: &Page| page.text().matches("tart from the first page").count();
    for (asked, first) in [
        ("/admin/users?q=a&sort=name&cursor=x", "/admin/users?q=a&sort=name"),
        ("/admin/users?cursor=x", "/admin/users"),
        ("/admin/audit?cursor=x&action=login.failed", "/admin/audit?action=login.failed"),
    ] {
        let page = auditor.get(asked).await.is(400).page();
        assert_eq!(page.heading(), "This place in the list cannot be found");
        assert_eq!(said(&page), 1, "{}", page.text());
        assert_eq!(page.link("To the first page"), Some(first));
        auditor.get(first).await.is(200);
    }
    // Programs get the name of the field.
    let problem = auditor.program().get("/admin/users?cursor=x").await.is(400).problem();
    assert_eq!(problem.details[0].field, "cursor");
}
