//! Sessions, and the ways in which they end.

use frontdesk_domain::roles;
use frontdesk_model::{Role, roles::ChangeRole};

use crate::support::{Client, DAY, Desk, NOTHING};

both! {
    signing_out_ends_the_session_and_clears_the_browser,
    signing_out_twice_is_signing_out,
    one_device_signs_another_one_out,
    all_other_devices_are_signed_out_at_once,
    nobody_ends_a_session_of_somebody_else_without_the_permission,
    staff_sign_out_a_device_of_those_whom_they_outrank,
    suspending_or_removing_somebody_ends_their_sessions,
    choosing_a_new_password_ends_every_session_but_the_new_one,
    a_role_counts_from_the_next_request_on,
    a_session_ends_a_week_after_the_last_request,
    a_session_ends_thirty_days_after_it_began_whatever_happens,
}

const SECURITY: &str = "/account/security";
const OUT: &str = "/login?next=%2Faccount";

async fn signing_out_ends_the_session_and_clears_the_browser(desk: Desk) {
    desk.register("Ann", &[]).await;
    let ann = desk.sign_in("Ann").await;
    let thief = ann.copy();
    let answer = ann.submit("/account", "/logout", &[]).await.leads_to("/login");
    assert_eq!(answer.header("clear-site-data"), Some("\"cache\", \"storage\""));
    assert_eq!(ann.session(), None, "the cookie is gone from the browser");
    assert_eq!(ann.follow(&answer).await.page().flash(), Some("You are signed out."));
    assert_eq!((desk.written().await.sessions, desk.last_event().await.as_str()), (0, "session.ended"));
    thief.get("/account").await.leads_to(OUT);
}

async fn signing_out_twice_is_signing_out(desk: Desk) {
    desk.register("Ann", &[]).await;
    let ann = desk.sign_in("Ann").await;
    let other_tab = ann.copy();
    ann.post("/logout", &NOTHING).await.leads_to("/login");
    let before = desk.written().await;
    other_tab.post("/logout", &NOTHING).await.leads_to("/login");
    desk.visitor().post("/logout", &NOTHING).await.leads_to("/login");
    assert_eq!(desk.written().await, before);
}

async fn one_device_signs_another_one_out(desk: Desk) {
    desk.register("Ann", &[]).await;
    let (here, there) = (desk.sign_in("Ann").await, desk.sign_in("Ann").await);
    here.get("/account").await;
    let answer = here.submit(SECURITY, "/fn/end_session", &[]).await.leads_to(SECURITY);
    let page = here.follow(&answer).await.is(200).page();
    assert_eq!(page.flash(), Some("That device is signed out."));
    assert!(page.forms("/fn/end_session").is_empty());
    there.get("/account").await.leads_to(OUT);
}

async fn nobody_ends_a_session_of_somebody_else_without_the_permission(desk: Desk) {
    desk.register("Ann", &[]).await;
    let ann = desk.sign_in("Ann").await;
    let session = "SELECT id FROM sessions LIMIT 1";
    let session = desk.find::<(uuid::Uuid,)>(session, Vec::new()).await.0.to_string();
    let auditor = desk.arrive(Role::Auditor).await;
    let before = desk.written().await;
    auditor.post("/fn/end_session", &[("id", session)]).await.is(404);
    assert_eq!(desk.written().await, before);
    ann.get("/account").await.is(200);
}

async fn all_other_devices_are_signed_out_at_once(desk: Desk) {
    desk.register("Ann", &[]).await;
    let here = desk.sign_in("Ann").await;
    assert!(
        here.get(SECURITY).await.page().forms("/fn/end_other_sessions").is_empty(),
        "there are no others"
    );
    let others = [desk.sign_in("Ann").await, desk.sign_in("Ann").await];
    let answer = here.submit(SECURITY, "/fn/end_other_sessions", &[]).await.leads_to(SECURITY);
    let page = here.follow(&answer).await.is(200).page();
    assert_eq!(page.flash(), Some("All other devices are signed out."));
    for other in &others {
        other.get("/account").await.leads_to(OUT);
    }
}

async fn staff_sign_out_a_device_of_those_whom_they_outrank(desk: Desk) {
    let support = desk.arrive(Role::Support).await;
    let (name, id) = desk.somebody(&[]).await;
    let person = desk.sign_in(&name).await;
    let page = format!("/admin/users/{id}");
    let answer = support.submit(&page, "/fn/end_session", &[]).await.leads_to(&page);
    assert!(support.follow(&answer).await.page().text().contains("They are signed in nowhere."));
    person.get("/account").await.leads_to(OUT);
    // They see an owner's devices, and cannot end them.
    let (name, id) = desk.somebody(&[Role::Owner]).await;
    desk.sign_in(&name).await;
    let shown = support.get(&format!("/admin/users/{id}")).await.is(200).page();
    assert!(shown.text().contains("Firefox on Linux") && shown.forms("/fn/end_session").is_empty());
}

async fn suspending_or_removing_somebody_ends_their_sessions(desk: Desk) {
    let admin = desk.arrive(Role::Admin).await;
    for (action, typed) in [("/fn/suspend_user", &[("reason", "Sent spam")][..]), ("/fn/remove_user", &[])] {
        let (name, id) = desk.somebody(&[Role::Support]).await;
        let devices = [desk.sign_in(&name).await, desk.sign_in(&name).await];
        admin.submit(&format!("/admin/users/{id}"), action, typed).await.is(303);
        for device in &devices {
            device.get("/account").await.leads_to(OUT);
            device.get("/admin/users").await.leads_to("/login?next=%2Fadmin%2Fusers");
            device.post("/fn/create_user", &[("page", "/admin/users/new")]).await.is(303);
        }
    }
}

async fn choosing_a_new_password_ends_every_session_but_the_new_one(desk: Desk) {
    let (name, id) = desk.somebody(&[]).await;
    let before = desk.sign_in(&name).await;
    let token = desk.invite(id).await;
    let after = desk.visitor();
    let typed = [("password", "seven blue herons at dusk")];
    after.submit(&format!("/invite?token={token}"), "/fn/accept_invite", &typed).await.leads_to("/account");
    before.get("/account").await.leads_to(OUT);
    assert_eq!(
        after.get("/account").await.is(200).page().flash(),
        Some("Your password is set, and you are signed in.")
    );
    desk.visitor().sign_in(&name).await.is(422);
}

async fn a_role_counts_from_the_next_request_on(desk: Desk) {
    let (name, id) = desk.somebody(&[]).await;
    let person = desk.sign_in(&name).await;
    let form = || ChangeRole { id, role: Role::Support };
    person.get("/admin/users").await.is(404);
    roles::grant(&desk.domain.system(), form()).await.unwrap();
    person.get("/admin/users").await.is(200);
    roles::revoke(&desk.domain.system(), form()).await.unwrap();
    person.get("/admin/users").await.is(404);
}

/// Some days go by. The server has written the last-seen times.
async fn days_pass(desk: &Desk, days: i64) {
    frontdesk::last_seen::flush(&desk.domain).await;
    desk.domain.clock.advance(days * DAY);
}

async fn a_session_ends_a_week_after_the_last_request(desk: Desk) {
    desk.register("Ann", &[]).await;
    let (ann, idle): (Client, Client) = (desk.sign_in("Ann").await, desk.sign_in("Ann").await);
    days_pass(&desk, 6).await;
    ann.get("/account").await.is(200);
    days_pass(&desk, 1).await;
    idle.get("/account").await.leads_to(OUT);
    ann.get("/account").await.is(200);
    days_pass(&desk, 6).await;
    ann.get("/account").await.is(200);
    days_pass(&desk, 7).await;
    ann.get("/account").await.leads_to(OUT);
}

async fn a_session_ends_thirty_days_after_it_began_whatever_happens(desk: Desk) {
    desk.register("Ann", &[]).await;
    let ann = desk.sign_in("Ann").await;
    for _ in 0..5 {
        days_pass(&desk, 5).await;
        ann.get("/account").await.is(200);
    }
    days_pass(&desk, 5).await;
    ann.get("/account").await.leads_to(OUT);
}
