//! Users on the staff pages, from creation to the audit trail.

use frontdesk_model::Role;
use http::{Request, header::CONTENT_TYPE};
use uuid::Uuid;

use crate::support::{Client, Desk, PASSWORD, Page};

both! {
    staff_find_somebody_and_correct_their_name,
    staff_suspend_somebody_who_is_told_why_by_nobody_else,
    somebody_removed_is_restored_as_they_were,
    whoever_has_a_role_given_has_it_at_once,
    nobody_acts_on_those_who_hold_more,
    there_is_always_an_owner,
    a_page_offers_only_what_its_reader_may_do,
    what_happened_is_told_with_who_where_and_which_request,
    where_somebody_is_comes_from_a_trusted_proxy_only,
}

/// Events on a user's page, newest first.
fn trail(page: &Page) -> Vec<&str> {
    page.all("td")
        .filter(|cell| cell.get("data-label") == Some("Action"))
        .map(|cell| cell.text.as_str())
        .collect()
}

/// Submits a form of a page and follows the redirect.
async fn does(person: &Client, page: &str, action: &str, typed: &[(&str, &str)]) -> Page {
    let answer = person.submit(page, action, typed).await.is(303);
    person.follow(&answer).await.is(200).page()
}

async fn staff_find_somebody_and_correct_their_name(desk: Desk) {
    let support = desk.arrive(Role::Support).await;
    desk.register("Zoe Miller", &[]).await;
    let overview = support.get("/admin").await.is(200).page();
    let users = overview.link("See the newest users").unwrap().to_owned();
    assert!(support.get(&users).await.is(200).page().link("Zoe Miller").is_some());
    let found = support.get(&format!("{users}?q=zoe")).await.is(200).page();
    let path = found.link("Zoe Miller").unwrap().to_owned();

    let page =
        does(&support, &path, "/fn/update_user", &[("name", "Zoë Müller"), ("email", "zoe@example.org")])
            .await;
    assert_eq!((page.heading(), page.flash()), ("Zoë Müller", Some("Changes saved.")));
    assert!(page.text().contains("zoe@example.org"));
    // Support sees no audit trail; an auditor sees the changed values.
    assert!(trail(&page).is_empty());
    let auditor = desk.arrive(Role::Auditor).await;
    let page = auditor.get(&path).await.is(200).page();
    assert_eq!(trail(&page), ["changed a user", "signed up"]);
    let changes: Vec<&str> =
        page.all("del").chain(page.all("ins")).map(|change| change.text.as_str()).collect();
    for text in ["Zoe Miller", "zoe.miller@example.com", "Zoë Müller", "zoe@example.org"] {
        assert!(changes.contains(&text), "{text} in {changes:?}");
    }
    // The new address is theirs, and the old one is free.
    let typed = [("page", "/login"), ("email", "zoe@example.org"), ("password", PASSWORD)];
    desk.visitor().post("/fn/sign_in", &typed).await.is(303);
    desk.register("Zoe Miller", &[]).await;
}

async fn staff_suspend_somebody_who_is_told_why_by_nobody_else(desk: Desk) {
    let admin = desk.arrive(Role::Admin).await;
    let (name, id) = desk.somebody(&[]).await;
    let path = format!("/admin/users/{id}");
    let page = does(&admin, &path, "/fn/suspend_user", &[("reason", " Sent spam,\r\nthree times ")]).await;
    assert_eq!(page.flash(), Some("User suspended, and signed out everywhere."));
    assert!(page.text().contains("Sent spam,\r\nthree times"), "{}", page.text());
    assert!(
        admin.get("/admin").await.page().link(&name).is_some(),
        "the overview tells who needs a decision"
    );
    desk.visitor().sign_in(&name).await.is(409);

    let page = does(&admin, &path, "/fn/reinstate_user", &[]).await;
    assert_eq!(page.flash(), Some("User reinstated."));
    assert!(!page.by_id("main").unwrap().text.contains("Suspended because"));
    assert_eq!(
        trail(&page)[..3],
        [
            "reinstated a user",
            "Failed failed to sign insuspended",
            "suspended a userSent spam,\r\nthree times"
        ]
    );
    desk.sign_in(&name).await;
}

async fn somebody_removed_is_restored_as_they_were(desk: Desk) {
    let admin = desk.arrive(Role::Admin).await;
    let (name, id) = desk.somebody(&[Role::Support]).await;
    let path = format!("/admin/users/{id}");
    does(&admin, &path, "/fn/suspend_user", &[("reason", "On leave")]).await;
    let page = does(&admin, &path, "/fn/remove_user", &[]).await;
    assert_eq!(page.flash(), Some("User removed, and signed out everywhere. You can restore them."));
    // The only action on a removed user is restoring them.
    let actions: Vec<&str> = page.all("form").filter_map(|form| form.get("action")).collect();
    assert_eq!(actions, ["/logout", "/fn/restore_user"]);
    assert!(admin.get("/admin/users").await.page().link(&name).is_none());
    assert!(admin.get("/admin/users?status=removed").await.page().link(&name).is_some());
    // Their address stays taken.
    let typed =
        [("name", "Somebody else"), ("email", &*crate::support::address(&name)), ("password", PASSWORD)];
    desk.visitor().submit("/signup", "/fn/sign_up", &typed).await.is(409);

    let page = does(&admin, &path, "/fn/restore_user", &[]).await;
    assert_eq!(page.flash(), Some("User restored, with everything that was theirs."));
    assert!(page.text().contains("On leave"), "who was suspended still is");
    does(&admin, &path, "/fn/reinstate_user", &[]).await;
    desk.sign_in(&name).await.get("/admin/users").await.is(200);
}

async fn whoever_has_a_role_given_has_it_at_once(desk: Desk) {
    let admin = desk.arrive(Role::Admin).await;
    let (name, id) = desk.somebody(&[]).await;
    let (person, path) = (desk.sign_in(&name).await, format!("/admin/users/{id}"));
    person.get("/admin/audit").await.is(404);
    let page = does(&admin, &path, "/fn/grant_role", &[("role", "auditor")]).await;
    assert_eq!(page.flash(), Some("Role given."));
    person.get("/admin/audit").await.is(200);
    let page = does(&admin, &path, "/fn/revoke_role", &[("role", "auditor")]).await;
    assert_eq!(page.flash(), Some("Role taken away."));
    person.get("/admin/audit").await.is(404);
    assert_eq!(trail(&page)[..2], ["took a role", "gave a role"]);
}

async fn nobody_acts_on_those_who_hold_more(desk: Desk) {
    let (admin, support) = (desk.arrive(Role::Admin).await, desk.arrive(Role::Support).await);
    let (_, owner) = desk.somebody(&[Role::Owner]).await;
    let (_, colleague) = desk.somebody(&[Role::Admin]).await;
    let before = desk.written().await;
    for (person, id) in [(&admin, owner.to_string()), (&support, colleague.to_string())] {
        // Control of the address leads to the password.
        let edit = [("id", &*id), ("version", "2"), ("name", "Me"), ("email", "me@example.com")];
        person.post("/fn/update_user", &edit).await.is(403);
        person.post("/fn/suspend_user", &[("id", &*id), ("reason", "Sent spam")]).await.is(403);
        let invited = person.post("/fn/invite_user", &[("id", &*id)]).await.is(403);
        assert!(!invited.text().contains("/invite?token="));
    }
    assert_eq!(desk.written().await, before);
}

async fn there_is_always_an_owner(desk: Desk) {
    let (name, last) = desk.somebody(&[Role::Owner]).await;
    let owner = desk.sign_in(&name).await;
    let path = format!("/admin/users/{last}");
    let before = desk.written().await;
    let refused = owner.submit(&path, "/fn/revoke_role", &[("role", "owner")]).await.is(409).page();
    assert!(refused.alert().unwrap().text.contains("There must always be an owner"));
    let id = last.to_string();
    owner.post("/fn/suspend_user", &[("id", &*id), ("reason", "Bored")]).await.is(409);
    owner.post("/fn/remove_user", &[("id", &*id)]).await.is(409);
    assert_eq!(desk.written().await, before);

    // A new owner without a password could not let anyone else in.
    let created = owner
        .submit("/admin/users/new", "/fn/create_user", &[("name", "Zoe"), ("email", "zoe@example.com")])
        .await;
    created.is(200);
    let (zoe,): (Uuid,) = desk.find("SELECT id FROM users WHERE email = 'zoe@example.com'", Vec::new()).await;
    does(&owner, &format!("/admin/users/{zoe}"), "/fn/grant_role", &[("role", "owner")]).await;
    owner.submit(&path, "/fn/revoke_role", &[("role", "owner")]).await.is(409);

    desk.somebody(&[Role::Owner]).await;
    owner.submit(&path, "/fn/revoke_role", &[("role", "owner")]).await.is(303);
    owner.get(&path).await.is(404);
}

async fn a_page_offers_only_what_its_reader_may_do(desk: Desk) {
    let (_, id) = desk.somebody(&[]).await;
    let cases = [
        (Role::Auditor, &["/logout"][..], false),
        (Role::Support, &["/logout", "/fn/update_user", "/fn/invite_user", "/fn/suspend_user"], false),
        (
            Role::Admin,
            &[
                "/logout",
                "/fn/update_user",
                "/fn/grant_role",
                "/fn/grant_role",
                "/fn/grant_role",
                "/fn/invite_user",
                "/fn/suspend_user",
                "/fn/remove_user",
            ],
            true,
        ),
    ];
    for (role, offered, creates) in cases {
        let person = desk.arrive(role).await;
        let page = person.get(&format!("/admin/users/{id}")).await.is(200).page();
        let forms: Vec<&str> = page.all("form").filter_map(|form| form.get("action")).collect();
        assert_eq!(forms, offered, "{role}");
        let given: Vec<&str> = page.forms("/fn/grant_role").iter().map(|form| form[2].1).collect();
        assert!(!given.contains(&"owner"), "{role} gives {given:?}");
        let users = person.get("/admin/users").await.page();
        assert_eq!(users.link("Create user").is_some(), creates, "{role}");
        let places = users.with("class", "places").unwrap().text.clone();
        assert_eq!(places.contains("Audit"), role != Role::Support, "{role}: {places}");
    }
}

async fn what_happened_is_told_with_who_where_and_which_request(desk: Desk) {
    let (name, _) = desk.somebody(&[Role::Admin]).await;
    let admin = desk.sign_in(&name).await.from("203.0.113.9");
    let typed = [("name", "Zoe"), ("email", "zoe@example.com")];
    let answer = admin.submit("/admin/users/new", "/fn/create_user", &typed).await.is(200);
    let (actor, ip, agent, request): (String, String, String, String) = desk
        .find(
            "SELECT actor_label, ip, user_agent, request_id FROM audit_events WHERE action = 'user.created'",
            Vec::new(),
        )
        .await;
    assert_eq!((&*actor, &*ip), (&*name, "203.0.113.9"));
    assert!(agent.contains("Firefox"));
    assert_eq!(Some(&*request), answer.header("x-request-id"));
    let row = admin.get("/admin/audit?action=user.created").await.page();
    let cells: Vec<&str> = row.all("td").map(|cell| cell.text.as_str()).collect();
    assert_eq!(cells[1..4], [&*name, "created a user", "Zoe"]);
    assert_eq!(cells[5], "203.0.113.9");
}

async fn where_somebody_is_comes_from_a_trusted_proxy_only(desk: Desk) {
    let proxied = desk
        .with(|settings| settings.trusted_proxies = ["10.0.0.0/8".parse().unwrap()].into_iter().collect());
    let sign_up = async |name: &str, peer: &str| {
        let request = Request::post("/fn/sign_up")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("x-forwarded-for", "198.51.100.1, 203.0.113.9");
        let body = format!("name={name}&email={name}%40example.com&password={}", PASSWORD.replace(' ', "+"));
        proxied.visitor().from(peer).send(request, body.into()).await.is(303);
        let ip = "SELECT ip FROM audit_events WHERE action = 'user.signed_up' AND target_label = $1";
        desk.find::<(String,)>(ip, vec![name.into()]).await.0
    };
    // Everything before the last address may be forged by the client.
    assert_eq!(sign_up("Zoe", "10.0.0.1").await, "203.0.113.9");
    assert_eq!(sign_up("Max", "192.0.2.7").await, "192.0.2.7");
}
