//! Lists: their parameters, and what they refuse.

use std::collections::BTreeSet;

use frontdesk_domain::sample_data::{self, users::Seeding};
use frontdesk_model::{Cursor, Role, page::Key};
use uuid::Uuid;

use crate::support::{Client, DAY, Desk};

both! {
    a_query_that_cannot_be_read_is_refused_and_named,
    fields_that_a_filter_form_leaves_empty_mean_nothing,
    a_forged_or_foreign_cursor_is_refused,
    a_cursor_leads_on_after_its_row_is_gone,
    every_sort_walks_to_the_end_and_back_without_missing_anybody,
    filters_and_searches_show_whom_they_name,
    what_a_search_found_is_there_in_a_sentence_to_be_read_out,
    the_audit_trail_is_walked_by_who_what_whom_and_when,
}

async fn seed(desk: &Desk, users: u64) {
    sample_data::users::seed(&desk.domain, &Seeding { users, seed: 7, password_hash: None }, |_| ())
        .await
        .unwrap();
}

async fn a_query_that_cannot_be_read_is_refused_and_named(desk: Desk) {
    let auditor = desk.arrive(Role::Auditor).await;
    let long = format!("q={}", "x".repeat(101));
    let users = [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=abc", "limit"),
        ("limit=-1", "limit"),
        ("limit=1e1", "limit"),
        ("limit=99999999999999999999", "limit"),
        ("sort=x", "sort"),
        ("sort=--name", "sort"),
        ("sort=password_hash", "sort"),
        ("sort=name%20DESC", "sort"),
        ("status=new", "status"),
        ("page=2", "page"),
        ("Q=ann", "Q"),
        ("q=a&q=b", "q"),
        ("q=%00", "q"),
        ("q=a%0Ab", "q"),
        (&*long, "q"),
    ];
    let audit = [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("actor=7", "actor"),
        ("target=ann", "target"),
        ("action=user.deleted", "action"),
        ("since=yesterday", "since"),
        ("until=2026-13-01", "until"),
        ("since=2026-03-01T10:00%2B02:00:00", "since"),
        ("sort=name", "sort"),
        ("q=ann", "q"),
    ];
    let jobs = [
        ("limit=0", "limit"),
        ("state=failed", "state"),
        ("kind=Mail", "kind"),
        ("kind=a%00", "kind"),
        ("sort=name", "sort"),
    ];
    let lists = [("/admin/users", &users[..]), ("/admin/audit", &audit[..]), ("/admin/jobs", &jobs[..])];
    for (path, queries) in lists {
        for (query, field) in queries {
            let page = auditor.get(&format!("{path}?{query}")).await.is(400).page();
            let heading = if path == "/admin/audit" { "Audit" } else { "This request cannot be read" };
            assert_eq!(page.heading(), heading, "{query}");
            let named = page.all("li").any(|line| line.text.contains(&format!("“{field}”")));
            let named = named || page.fault(field).is_some();
            assert!(named, "{path}?{query}: {}", page.text());
        }
        auditor.get(&format!("{path}?q=%FF")).await.is(400);
        auditor.get(&format!("{path}?{}", "limit=1&".repeat(101))).await.is(400);
        auditor.get(&format!("{path}?q={}", "x".repeat(9_000))).await.is(400);
    }
}

async fn fields_that_a_filter_form_leaves_empty_mean_nothing(desk: Desk) {
    let auditor = desk.arrive(Role::Auditor).await;
    auditor.get("/admin/users?q=&status=&limit=&sort=&cursor=").await.is(200);
    auditor.get("/admin/audit?actor=&action=&target=&since=&until=&limit=&cursor=").await.is(200);
    // Pages without a list ignore parameters.
    auditor.get("/account?utm_source=mail").await.is(200);
}

async fn a_forged_or_foreign_cursor_is_refused(desk: Desk) {
    let auditor = desk.arrive(Role::Auditor).await;
    seed(&desk, 30).await;
    let next = |page: crate::support::Page| page.link("Next").unwrap().to_owned();
    let of_joined = next(auditor.get("/admin/users").await.page());
    let cursor = of_joined.split("cursor=").nth(1).unwrap().to_owned();
    let of_audit = next(auditor.get("/admin/audit?limit=1").await.page());
    let of_audit = of_audit.split("cursor=").nth(1).unwrap();
    let forged =
        |list: &str, key| Cursor { list: list.to_owned(), key, id: Uuid::max(), backwards: false }.encode();
    let refused = [
        "users?cursor=x".to_owned(),
        "users?cursor=AAAA".to_owned(),
        "users?cursor=%25%00".to_owned(),
        format!("users?cursor={}", "A".repeat(5_000)),
        format!("users?cursor={}", &cursor[1..]),
        format!("users?cursor={}", &cursor[..cursor.len() - 4]),
        // From the same list with another sort or filter, and from another list.
        format!("users?cursor={cursor}&sort=name"),
        format!("users?cursor={cursor}&status=active"),
        format!("users?cursor={cursor}&q=a"),
        format!("users?cursor={of_audit}"),
        format!("audit?cursor={cursor}"),
        format!("audit?cursor={of_audit}&action=login.success"),
        // From the right list, with an impossible key.
        format!("users?cursor={}", forged("users:-joined:present:all:", Key::Text("x".to_owned()))),
        format!("users?sort=name&cursor={}", forged("users:name:present:all:", Key::Number(1))),
        format!("users?sort=name&cursor={}", forged("users:name:present:all:", Key::Text("a\0".to_owned()))),
    ];
    for path in refused {
        let page = auditor.get(&format!("/admin/{path}")).await.is(400).page();
        let said = page.heading();
        // A control character is refused as such, before the cursor is parsed.
        assert!(
            said == "This place in the list cannot be found" || path.contains("%00"),
            "{path:.200}: {said}"
        );
        assert!(page.text().contains("Start from the first page") || path.contains("%00"), "{path:.200}");
    }
    // A position without a row is a valid position.
    for key in [i64::MIN, 0, i64::MAX] {
        let cursor = forged("users:-joined:present:all:", Key::Number(key));
        auditor.get(&format!("/admin/users?cursor={cursor}")).await.is(200);
    }
    let cursor = forged("users:name:present:all:", Key::Text("\u{10FFFF}' OR 1=1 --".to_owned()));
    auditor.get(&format!("/admin/users?sort=name&cursor={cursor}")).await.is(200);
    // The number of rows may change between pages.
    auditor.get(&format!("/admin/users{of_joined}&limit=5")).await.is(200);
}

async fn a_cursor_leads_on_after_its_row_is_gone(desk: Desk) {
    let auditor = desk.arrive(Role::Auditor).await;
    for _ in 0..5 {
        desk.domain.clock.advance(1);
        desk.somebody(&[]).await;
    }
    let first = auditor.get("/admin/users?limit=2").await.page();
    let next = format!("/admin/users{}", first.link("Next").unwrap());
    let before = names(&auditor.get(&next).await.page());
    let last: (Uuid,) =
        desk.find("SELECT id FROM users ORDER BY joined_at DESC LIMIT 1 OFFSET 1", Vec::new()).await;
    desk.remove(frontdesk_model::UserId(last.0)).await;
    assert_eq!(names(&auditor.get(&next).await.is(200).page()), before);
}

/// Users in the list: the ids in the links of its rows.
fn names(page: &crate::support::Page) -> Vec<String> {
    let rows = page.links().filter(|link| link.starts_with("/admin/users/") && !link.ends_with("/new"));
    rows.map(ToOwned::to_owned).collect()
}

/// All users on the way from `path` along links with this name, per page.
async fn walk(person: &Client, path: &str, by: &str) -> (Vec<Vec<String>>, String) {
    let (mut pages, mut at) = (Vec::new(), path.to_owned());
    loop {
        let page = person.get(&at).await.is(200).page();
        pages.push(names(&page));
        match page.link(by) {
            Some(link) => at = format!("/admin/users{link}"),
            None => return (pages, at),
        }
        assert!(pages.len() < 50, "{path} never ends");
    }
}

async fn every_sort_walks_to_the_end_and_back_without_missing_anybody(desk: Desk) {
    let auditor = desk.arrive(Role::Auditor).await;
    seed(&desk, 40).await;
    let present = "SELECT count(*) FROM users WHERE status <> 'removed'";
    let present = usize::try_from(desk.find::<(i64,)>(present, Vec::new()).await.0).unwrap();
    let mut orders = BTreeSet::new();
    for sort in ["joined", "-joined", "name", "-name", "email", "-email", "last_seen", "-last_seen"] {
        let (there, last) = walk(&auditor, &format!("/admin/users?limit=9&sort={sort}"), "Next").await;
        let everybody: BTreeSet<&String> = there.iter().flatten().collect();
        assert_eq!((everybody.len(), there.iter().flatten().count()), (present, present), "{sort}");
        let (mut back, _) = walk(&auditor, &last, "Previous").await;
        back.reverse();
        assert_eq!(back, there, "{sort}");
        orders.insert(there.concat());
    }
    assert_eq!(orders.len(), 8, "each sort is an order of its own");
}

async fn what_a_search_found_is_there_in_a_sentence_to_be_read_out(desk: Desk) {
    let auditor = desk.arrive(Role::Auditor).await;
    seed(&desk, 30).await;
    desk.register("Zoe Ames", &[]).await;
    for (query, sentence) in [
        ("q=zoe.ames", "1 user found for “zoe.ames”"),
        ("q=nobody-is-called-so", "No users found for “nobody-is-called-so”"),
        ("status=suspended&limit=100&q=zoe.ames", "No users found for “zoe.ames”"),
        ("limit=5", "5 users on this page, and there are more"),
    ] {
        let page = auditor.get(&format!("/admin/users?{query}")).await.is(200).page();
        assert_eq!(page.by_id("results").unwrap().get("data-sentence"), Some(sentence), "{query}");
        let region = page.by_id("results-said").unwrap();
        assert_eq!((region.get("role"), region.text.as_str()), (Some("status"), ""), "said when it changes");
    }
}

async fn filters_and_searches_show_whom_they_name(desk: Desk) {
    let auditor = desk.arrive(Role::Auditor).await;
    let amelie = desk.register("Amélie Roux", &[]).await;
    let bob = desk.register("Bob Amery", &[]).await;
    let cleo = desk.register("Cleo Ames", &[]).await;
    desk.suspend(bob).await;
    desk.remove(cleo).await;
    let shown = async |query: &str| {
        let page = auditor.get(&format!("/admin/users?sort=name&{query}")).await.is(200).page();
        names(&page).iter().map(|link| link.rsplit('/').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let ids = |of: &[frontdesk_model::UserId]| of.iter().map(ToString::to_string).collect::<Vec<_>>();
    // The beginning of any word of a name or an address, without accents or case.
    assert_eq!(shown("q=AME").await, ids(&[amelie, bob]));
    assert_eq!(shown("q=amelie+r").await, ids(&[amelie]));
    assert_eq!(shown("q=bob.am").await, ids(&[bob]));
    assert_eq!(shown("q=cleo").await, ids(&[]));
    assert_eq!(shown("q=cleo&status=removed").await, ids(&[cleo]));
    assert_eq!(shown("status=suspended").await, ids(&[bob]));
    assert_eq!(shown("q=am&status=suspended").await, ids(&[bob]));
    assert_eq!(shown("q=roux&status=suspended").await, ids(&[]));
    // SQL's special characters have no meaning here.
    for query in ["q=%25", "q=_", "q=%27", "q=%5C", "q=%22%3B--"] {
        assert_eq!(shown(query).await, ids(&[]), "{query}");
    }
    assert!(auditor.get("/admin/users?q=nobody").await.page().text().contains("Nobody matches"));
}

async fn the_audit_trail_is_walked_by_who_what_whom_and_when(desk: Desk) {
    let admin = desk.arrive(Role::Admin).await;
    let (_, id) = desk.somebody(&[]).await;
    desk.domain.clock.advance(DAY);
    let path = format!("/admin/users/{id}");
    admin.submit(&path, "/fn/suspend_user", &[("reason", "Sent spam")]).await.is(303);
    admin.submit(&path, "/fn/reinstate_user", &[]).await.is(303);
    let rows = async |query: &str| {
        let page = admin.get(&format!("/admin/audit?{query}")).await.is(200).page();
        let rows: Vec<String> = page
            .all("td")
            .filter(|cell| cell.get("data-label") == Some("Action"))
            .map(|cell| cell.text.clone())
            .collect();
        rows
    };
    let of_target = format!("target={id}");
    let all = ["reinstated a user", "suspended a userSent spam", "signed up"];
    assert_eq!(rows(&of_target).await, all);
    assert_eq!(rows(&format!("{of_target}&action=user.suspended")).await, all[1..2]);
    assert_eq!(rows(&format!("{of_target}&actor={id}")).await, [""; 0]);
    assert_eq!(rows(&format!("{of_target}&since=2026-03-15")).await, all[..2]);
    assert_eq!(rows(&format!("{of_target}&until=2026-03-15T00:00")).await, all[2..]);
    // Paged, it is the same trail.
    let (mut walked, mut query) = (Vec::new(), format!("{of_target}&limit=1"));
    loop {
        walked.extend(rows(&query).await);
        let page = admin.get(&format!("/admin/audit?{query}")).await.page();
        match page.link("Next") {
            Some(link) => query = link.trim_start_matches('?').to_owned(),
            None => break,
        }
    }
    assert_eq!(walked, all);
}
