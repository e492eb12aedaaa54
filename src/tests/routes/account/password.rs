//! Changing the password.

use frontdesk_model::{Code, Role};

use crate::support::{Client, Desk, PASSWORD, address};

both! {
    somebody_takes_another_password_and_stays_signed_in,
    whoever_had_the_session_before_is_out,
    a_wrong_one_is_told_beside_its_field,
    a_session_in_wrong_hands_is_no_way_to_guess,
    the_fields_are_named_for_password_managers_and_never_filled,
    whoever_is_signed_out_meanwhile_is_sent_to_sign_in,
    a_session_that_cannot_begin_leaves_the_new_password_to_sign_in_with,
    a_program_with_a_cookie_is_told_what_is_wrong,
}

const PAGE: &str = "/account/password";
const ACTION: &str = "/fn/change_password";
const NEXT: &str = "seven blue herons at dusk";
const RIGHT: [(&str, &str); 2] = [("current", PASSWORD), ("password", NEXT)];
const WRONG: [(&str, &str); 2] = [("current", "wrong horse battery staple"), ("password", NEXT)];
const OUT: &str = "/login?next=%2Faccount";

async fn sign_in(desk: &Desk, name: &str, password: &str) -> (u16, Client) {
    let client = desk.visitor();
    let typed = [("page", "/login"), ("email", &*address(name)), ("password", password)];
    (client.post("/fn/sign_in", &typed).await.status, client)
}

async fn somebody_takes_another_password_and_stays_signed_in(desk: Desk) {
    desk.register("Ann", &[]).await;
    let (here, there) = (desk.sign_in("Ann").await, desk.sign_in("Ann").await);
    for page in ["/account", "/account/security"] {
        assert_eq!(here.get(page).await.page().link("Change password"), Some(PAGE), "{page}");
    }
    let before = desk.written().await;
    let answer = here.submit(PAGE, ACTION, &RIGHT).await.leads_to("/account/security");
    // The change and the new session; the end of the previous one is part of the change.
    assert_eq!(desk.written().await.events, before.events + 2);
    let page = here.follow(&answer).await.is(200).page();
    assert_eq!(page.flash(), Some("Your password is changed. Other devices are signed out."));
    assert!(page.forms("/fn/end_session").is_empty(), "there is no other device in the list");
    there.get("/account").await.leads_to(OUT);
    assert_eq!(sign_in(&desk, "Ann", PASSWORD).await.0, 422);
    assert_eq!(sign_in(&desk, "Ann", NEXT).await.0, 303);
}

async fn whoever_had_the_session_before_is_out(desk: Desk) {
    desk.register("Ann", &[]).await;
    let ann = desk.sign_in("Ann").await;
    let (thief, before) = (ann.copy(), ann.session());
    ann.submit(PAGE, ACTION, &RIGHT).await.is(303);
    assert_ne!(ann.session(), before, "the id is a new one");
    thief.get("/account").await.leads_to(OUT);
    ann.get("/account").await.is(200);
}

async fn a_wrong_one_is_told_beside_its_field(desk: Desk) {
    desk.register("Ann", &[]).await;
    let ann = desk.sign_in("Ann").await;
    let (session, before) = (ann.session(), desk.written().await);
    let page = ann.submit(PAGE, ACTION, &WRONG).await.is(422).page();
    assert_eq!(page.heading(), "Change password");
    let told = "This is not the password that you have now. Check it and try again";
    assert_eq!(page.fault("current"), Some(told));
    assert_eq!((page.fault("password"), page.link(told)), (None, Some("#current")));
    assert_eq!(desk.last_event().await, "password.change_failed");
    let after = desk.written().await;
    assert_eq!((after.changes, after.sessions, ann.session()), (before.changes, before.sessions, session));
    // It can be corrected in place.
    ann.post(ACTION, &page.filled(ACTION, &RIGHT)).await.leads_to("/account/security");
}

async fn a_session_in_wrong_hands_is_no_way_to_guess(desk: Desk) {
    desk.register("Ann", &[]).await;
    let thief = desk.sign_in("Ann").await;
    for _ in 0..10 {
        thief.submit(PAGE, ACTION, &WRONG).await.is(422);
    }
    let held = thief.submit(PAGE, ACTION, &RIGHT).await.is(429);
    assert!(held.header("retry-after").is_some());
    assert_eq!(held.page().heading(), "Change password");
    assert!(held.page().alert().unwrap().text.contains("too many failed tries for this account"));
    // At both forms.
    assert_eq!(sign_in(&desk, "Ann", PASSWORD).await.0, 429);
    desk.domain.clock.advance(60);
    assert_eq!(sign_in(&desk, "Ann", PASSWORD).await.0, 303);
}

async fn the_fields_are_named_for_password_managers_and_never_filled(desk: Desk) {
    desk.register("Ann", &[]).await;
    let ann = desk.sign_in("Ann").await;
    let opened = ann.get(PAGE).await.is(200).page();
    let refused = ann.submit(PAGE, ACTION, &WRONG).await.is(422).page();
    for page in [opened, refused] {
        for (id, purpose) in [("current", "current-password"), ("password", "new-password")] {
            let input = page.by_id(id).unwrap();
            assert_eq!((input.get("autocomplete"), input.get("type")), (Some(purpose), Some("password")));
            assert_eq!(input.get("value"), None);
        }
        let user = page.with("autocomplete", "username").unwrap();
        assert_eq!((user.get("value"), user.get("name")), (Some("ann@example.com"), None));
        assert!(page.by_id("password").unwrap().ids("aria-describedby").contains(&"password-rules"));
    }
}

async fn whoever_is_signed_out_meanwhile_is_sent_to_sign_in(desk: Desk) {
    let (name, id) = desk.somebody(&[]).await;
    let person = desk.sign_in(&name).await;
    let form = person.get(PAGE).await.page().filled(ACTION, &RIGHT);
    desk.suspend(id).await;
    let before = desk.written().await;
    person.post(ACTION, &form).await.leads_to("/login?next=%2Faccount%2Fpassword");
    assert_eq!(desk.written().await, before);
    desk.visitor().get(PAGE).await.leads_to("/login?next=%2Faccount%2Fpassword");
}

async fn a_session_that_cannot_begin_leaves_the_new_password_to_sign_in_with(desk: Desk) {
    desk.register("Ann", &[]).await;
    let ann = desk.sign_in("Ann").await;
    let form = ann.get(PAGE).await.page().filled(ACTION, &RIGHT);
    // No session starts without its event, and there is one of Ann's already.
    desk.change("CREATE UNIQUE INDEX one_only ON audit_events (action) WHERE action = 'login.success'").await;
    let answer = ann.post(ACTION, &form).await.leads_to("/login");
    let page = ann.follow(&answer).await.is(200).page();
    assert_eq!(page.flash(), Some("Your password is changed. Sign in with it to go on."));
    desk.change("DROP INDEX one_only").await;
    assert_eq!(sign_in(&desk, "Ann", NEXT).await.0, 303);
}

async fn a_program_with_a_cookie_is_told_what_is_wrong(desk: Desk) {
    let program = desk.arrive(Role::Member).await.program();
    let problem = program.post(ACTION, &WRONG).await.is(422).problem();
    assert_eq!(problem.error, Code::ValidationError);
    let faults: Vec<_> = problem.details.iter().map(|fault| (&*fault.field, &*fault.code)).collect();
    assert_eq!(faults, [("current", "wrong")]);
    assert_eq!(
        desk.visitor().program().post(ACTION, &RIGHT).await.is(401).problem().error,
        Code::SignInRequired
    );
}
