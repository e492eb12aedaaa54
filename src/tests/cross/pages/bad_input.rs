//! Input that our forms never send: refused with the right status, the field named, no write.

use frontdesk_model::{Code, Role, UserId};

use crate::support::{Client, Desk, PASSWORD, Written};

both! {
    bad_input_to_the_open_forms_is_refused_and_named,
    bad_input_to_the_forms_of_staff_is_refused_and_named,
    somebody_without_permission_learns_nothing_from_bad_input,
    a_form_that_is_stale_is_refused_and_shows_what_changed,
    what_leaves_everything_as_it_is_writes_nothing,
}

/// Input, status, code, and the named field.
type Bad = (&'static str, Vec<(&'static str, String)>, u16, Code, &'static str);

fn bad(action: &'static str, fields: &[(&'static str, &str)], code: Code, field: &'static str) -> Bad {
    let fields = fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    (action, fields, code.status(), code, field)
}

/// Sends each as a program, which gets the field, and as a browser, which gets a page.
async fn all_are_refused(desk: &Desk, client: &Client, page: &str, all: Vec<Bad>) {
    let before: Written = desk.written().await;
    for (action, mut fields, status, code, field) in all {
        let about = format!("{action} {:.200}", format!("{fields:?}"));
        let told = client.program().post(action, &fields).await;
        assert_eq!(told.status, status, "{about}: {}", told.text());
        let problem = told.problem();
        assert_eq!(problem.error, code, "{about}");
        let named: Vec<&str> = problem.details.iter().map(|fault| fault.field.as_str()).collect();
        assert!(
            if field.is_empty() { named.is_empty() } else { named.contains(&field) },
            "{about}: {named:?}"
        );
        assert!(problem.details.iter().all(|fault| !fault.message.is_empty()), "{about}: {problem:?}");

        fields.insert(0, ("page", page.to_owned()));
        let shown = client.post(action, &fields).await;
        assert_eq!(shown.status, status, "{about}");
        let summary = shown.page().alert().map(|alert| alert.text.clone());
        let summary = summary.unwrap_or_else(|| panic!("{about}: no summary"));
        for fault in problem.details {
            assert!(summary.contains(&fault.message), "{about}: {summary}");
        }
        assert_eq!(desk.written().await, before, "{about}");
    }
}

async fn bad_input_to_the_open_forms_is_refused_and_named(desk: Desk) {
    use Code::{MalformedRequest as Malformed, ValidationError as Invalid};
    let (long, huge) = ("x".repeat(101), "x".repeat(50_000));
    let long_email = format!("{}@{}.example", "a".repeat(64), "b".repeat(190));
    let many: Vec<(&str, &str)> = vec![("a", ""); 101];
    let (too_long, fourteen) = ("pass phrase ".repeat(22), "fourteen chars");
    let sign_up = |name, email, password, field| {
        bad("/fn/sign_up", &[("name", name), ("email", email), ("password", password)], Invalid, field)
    };
    let ann = "ann@example.com";
    let all = vec![
        bad("/fn/sign_up", &[], Invalid, "name"),
        bad("/fn/sign_up", &[], Invalid, "email"),
        bad("/fn/sign_up", &[], Invalid, "password"),
        sign_up("", ann, PASSWORD, "name"),
        sign_up(" \t ", ann, PASSWORD, "name"),
        sign_up(&long, ann, PASSWORD, "name"),
        sign_up(&huge, ann, PASSWORD, "name"),
        sign_up("Ann\nO'Neil", ann, PASSWORD, "name"),
        sign_up("Ann\0", ann, PASSWORD, "name"),
        sign_up("Ann\u{202E}lieN'O", ann, PASSWORD, "name"),
        sign_up("Ann", "", PASSWORD, "email"),
        sign_up("Ann", "ann", PASSWORD, "email"),
        sign_up("Ann", "ann@localhost", PASSWORD, "email"),
        sign_up("Ann", "ann\0@example.com", PASSWORD, "email"),
        sign_up("Ann", "ann@example.com\r\nBcc: all@example.com", PASSWORD, "email"),
        sign_up("Ann", "ann@example.com, bob@example.com", PASSWORD, "email"),
        sign_up("Ann", &long_email, PASSWORD, "email"),
        sign_up("Ann", ann, "", "password"),
        sign_up("Ann", ann, fourteen, "password"),
        sign_up("Ann", ann, &too_long, "password"),
        sign_up("Ann", ann, "passwordpassword", "password"),
        sign_up("Ann O'Neil", "ann.oneil@example.com", "ann.oneil@example.com", "password"),
        bad("/fn/sign_up", &[("email", ann), ("email", ann)], Malformed, "email"),
        bad("/fn/sign_up", &[("role", "owner"), ("email", ann)], Malformed, "role"),
        bad("/fn/sign_up", &[("Email", ann)], Malformed, "Email"),
        bad("/fn/sign_up", &[("form[email]", ann)], Malformed, "form[email]"),
        bad("/fn/sign_up", &many, Malformed, ""),
        bad("/fn/sign_in", &[], Invalid, "email"),
        bad("/fn/sign_in", &[("email", ann)], Invalid, "password"),
        bad("/fn/sign_in", &[("email", "ann"), ("password", PASSWORD)], Invalid, "email"),
        bad("/fn/sign_in", &[("email", ann), ("password", &too_long)], Invalid, "password"),
        bad("/fn/sign_in", &[("email", ann), ("user_agent", "x")], Malformed, "user_agent"),
        bad("/logout", &[("everywhere", "1")], Malformed, "everywhere"),
    ];
    all_are_refused(&desk, &desk.visitor(), "/signup", all).await;
}

async fn bad_input_to_the_forms_of_staff_is_refused_and_named(desk: Desk) {
    use Code::{MalformedRequest as Malformed, ValidationError as Invalid, WrongState};
    let admin = desk.arrive(Role::Admin).await;
    let (_, id) = desk.somebody(&[]).await;
    let (page, id) = (format!("/admin/users/{id}"), id.to_string());
    let (long, endless) = ("x".repeat(501), "9".repeat(400));
    let edit = [("id", &*id), ("version", "1"), ("name", "Zoe"), ("email", "zoe@example.com")];
    let with = |name: &'static str, value| {
        edit.map(|(field, was)| (field, if field == name { value } else { was })).to_vec()
    };
    let without =
        |name: &'static str| edit.iter().copied().filter(|(field, _)| *field != name).collect::<Vec<_>>();
    let mut all = vec![
        bad("/fn/create_user", &[("name", "Zoe"), ("email", "zoe")], Invalid, "email"),
        bad("/fn/create_user", &[("name", ""), ("email", "zoe@example.com")], Invalid, "name"),
        bad("/fn/create_user", &[("name", "Zoe"), ("password", PASSWORD)], Malformed, "password"),
        bad("/fn/update_user", &without("id"), Malformed, "id"),
        bad("/fn/update_user", &without("version"), Malformed, "version"),
        bad("/fn/update_user", &with("name", ""), Invalid, "name"),
        bad("/fn/update_user", &with("id", "7"), Malformed, "id"),
        bad("/fn/update_user", &with("id", ""), Malformed, "id"),
        bad("/fn/update_user", &with("version", "one"), Malformed, "version"),
        bad("/fn/update_user", &with("version", &endless), Malformed, "version"),
        bad("/fn/update_user", &with("name", "a\0b"), Invalid, "name"),
        bad(
            "/fn/update_user",
            &[with("name", "Zoe"), vec![("status", "removed")]].concat(),
            Malformed,
            "status",
        ),
        bad("/fn/suspend_user", &[("id", &id), ("reason", "")], Invalid, "reason"),
        bad("/fn/suspend_user", &[("id", &id), ("reason", &long)], Invalid, "reason"),
        bad("/fn/suspend_user", &[("id", &id), ("reason", "sent\0spam")], Invalid, "reason"),
        bad("/fn/suspend_user", &[("reason", "Sent spam")], Malformed, "id"),
        bad("/fn/grant_role", &[("id", &id)], Malformed, "role"),
        bad("/fn/grant_role", &[("id", &id), ("role", "king")], Malformed, "role"),
        bad("/fn/grant_role", &[("id", &id), ("role", "Owner")], Malformed, "role"),
        bad("/fn/grant_role", &[("id", &id), ("role", "member")], WrongState, ""),
        bad("/fn/grant_role", &[("id", &id), ("role", "support"), ("role", "owner")], Malformed, "role"),
        bad("/fn/end_session", &[("id", "7")], Malformed, "id"),
        bad("/fn/end_session", &[], Malformed, "id"),
        bad("/fn/end_other_sessions", &[("id", "7")], Malformed, "id"),
        bad("/fn/revoke_token", &[("id", "7")], Malformed, "id"),
    ];
    for action in ["/fn/reinstate_user", "/fn/remove_user", "/fn/restore_user", "/fn/invite_user"] {
        all.push(bad(action, &[], Malformed, "id"));
        all.push(bad(action, &[("id", "' OR 1=1 --")], Malformed, "id"));
        all.push(bad(action, &[("id", &id), ("id", &id)], Malformed, "id"));
        all.push(bad(action, &[("id", &id), ("force", "1")], Malformed, "force"));
    }
    all_are_refused(&desk, &admin, &page, all).await;
    let all = vec![
        bad("/fn/create_token", &[], Invalid, "name"),
        bad("/fn/create_token", &[("name", "ci"), ("name", "ci")], Malformed, "name"),
        bad("/fn/create_token", &[("name", "ci"), ("expires", "tomorrow")], Invalid, "expires"),
        bad("/fn/create_token", &[("name", "ci"), ("permissions", "everything")], Malformed, "permissions"),
        bad("/fn/create_token", &[("name", "ci"), ("kind", "other")], Malformed, "kind"),
    ];
    all_are_refused(&desk, &admin, "/account/security", all).await;
    let next = "seven blue herons at dusk";
    let change = |current, password, field| {
        bad("/fn/change_password", &[("current", current), ("password", password)], Invalid, field)
    };
    let all = vec![
        bad("/fn/change_password", &[], Invalid, "current"),
        bad("/fn/change_password", &[], Invalid, "password"),
        change("", next, "current"),
        change(&endless, next, "current"),
        change(PASSWORD, "", "password"),
        change(PASSWORD, "fourteen chars", "password"),
        change(PASSWORD, &endless, "password"),
        change(PASSWORD, PASSWORD, "password"),
        bad("/fn/change_password", &[("current", "a"), ("current", "b")], Malformed, "current"),
        bad("/fn/change_password", &[("id", &id), ("password", next)], Malformed, "id"),
        bad("/fn/change_password", &[("email", "zoe@example.com")], Malformed, "email"),
    ];
    all_are_refused(&desk, &admin, "/account/password", all).await;
}

/// A user without permission cannot tell from the response if an account exists, if it is suspended, or
/// what the rules are.
async fn somebody_without_permission_learns_nothing_from_bad_input(desk: Desk) {
    let member = desk.arrive(Role::Member).await.program();
    let (_, there) = desk.somebody(&[]).await;
    let nobody = UserId(desk.domain.clock.id());
    let (_, suspended) = desk.somebody(&[]).await;
    desk.suspend(suspended).await;
    let before = desk.written().await;
    for id in [there, nobody, suspended].map(|id| id.to_string()) {
        let edit = [("id", &*id), ("version", "7"), ("name", ""), ("email", "")];
        member.post("/fn/update_user", &edit).await.is(404);
        member.post("/fn/suspend_user", &[("id", &*id), ("reason", "")]).await.is(404);
        member.post("/fn/grant_role", &[("id", &*id), ("role", "member")]).await.is(404);
        for action in ["/fn/reinstate_user", "/fn/remove_user", "/fn/restore_user", "/fn/invite_user"] {
            member.post(action, &[("id", &*id)]).await.is(404);
        }
    }
    member.post("/fn/create_user", &[("name", ""), ("email", "")]).await.is(404);
    assert_eq!(desk.written().await, before);
}

async fn a_form_that_is_stale_is_refused_and_shows_what_changed(desk: Desk) {
    let (ada, bea) = (desk.arrive(Role::Admin).await, desk.arrive(Role::Support).await);
    let (_, id) = desk.somebody(&[]).await;
    let path = format!("/admin/users/{id}");
    let stale = bea.get(&path).await.page();
    ada.submit(&path, "/fn/update_user", &[("name", "Zoe"), ("email", "zoe@example.com")])
        .await
        .leads_to(&path);

    let before = desk.written().await;
    let form = stale.filled("/fn/update_user", &[("name", "Zoë"), ("email", "zoe@example.com")]);
    let conflict = bea.post("/fn/update_user", &form).await.is(409).page();
    assert_eq!(desk.written().await, before);
    let summary = &conflict.alert().unwrap().text;
    assert!(summary.contains("Somebody else has changed this meanwhile"), "{summary}");
    assert!(summary.contains("Name: It is “Zoe” now"), "{summary}");
    assert!(!summary.contains("email"), "what is the same is not told: {summary}");
    assert_eq!(conflict.by_id("name").unwrap().get("value"), Some("Zoë"), "what was typed");

    // Having seen the conflict, the same change can be submitted again.
    bea.post("/fn/update_user", &conflict.filled("/fn/update_user", &[])).await.leads_to(&path);
    assert_eq!(bea.get(&path).await.page().heading(), "Zoë");
}

async fn what_leaves_everything_as_it_is_writes_nothing(desk: Desk) {
    let admin = desk.arrive(Role::Admin).await;
    let (_, id) = desk.somebody(&[]).await;
    let path = format!("/admin/users/{id}");
    let before = desk.written().await;
    let answer = admin.submit(&path, "/fn/update_user", &[]).await.leads_to(&path);
    assert_eq!(desk.written().await, before);
    let flash = admin.follow(&answer).await.page().flash().map(ToOwned::to_owned);
    assert_eq!(flash.as_deref(), Some("Nothing was different, so nothing was changed."));
}
