//! Signing up.

use crate::support::{Client, Desk, PASSWORD};

both! {
    a_visitor_signs_up_and_is_signed_in,
    an_account_is_made_once_however_often_the_form_is_sent,
    an_address_that_is_taken_is_refused_beside_its_field,
    whoever_is_signed_in_has_no_use_for_signing_up_or_in,
}

const ANN: [(&str, &str); 3] =
    [("name", " Ann   O'Neil "), ("email", "Ann@Example.com"), ("password", PASSWORD)];

async fn a_visitor_signs_up_and_is_signed_in(desk: Desk) {
    let ann = desk.visitor();
    let answer = ann.submit("/signup", "/fn/sign_up", &ANN).await.leads_to("/account");
    assert!(answer.body.is_empty());

    let account = ann.follow(&answer).await.is(200).page();
    assert_eq!(account.flash(), Some("Welcome. Your account is ready."));
    assert!(account.text().contains("Ann O'Neil") && account.text().contains("Ann@Example.com"));
    assert!(ann.get("/account/security").await.page().text().contains("Firefox on Linux"));

    let written = desk.written().await;
    assert_eq!((written.users, written.sessions, written.events), (1, 1, 2));
    assert_eq!(desk.last_event().await, "login.success");
    // And the account can be used another day.
    let again = [("page", "/login"), ("email", "ann@example.com"), ("password", PASSWORD)];
    desk.visitor().post("/fn/sign_in", &again).await.leads_to("/account");
}

async fn an_account_is_made_once_however_often_the_form_is_sent(desk: Desk) {
    // A double click: both are sent before either is answered.
    let ann = desk.visitor();
    let form = ann.get("/signup").await.page().filled("/fn/sign_up", &ANN);
    let (one, other) = tokio::join!(ann.post("/fn/sign_up", &form), ann.post("/fn/sign_up", &form));
    assert_eq!([one.status, other.status], [303, 303], "{}{}", one.shown(), other.shown());
    assert_eq!(desk.written().await.users, 1);
    ann.get("/account").await.is(200);

    // Once more from the first one's page, signed in by now: the goal is reached.
    ann.post("/fn/sign_up", &form).await.leads_to("/account");
    assert_eq!(desk.written().await.users, 1);
    ann.get("/account").await.is(200);
}

async fn an_address_that_is_taken_is_refused_beside_its_field(desk: Desk) {
    desk.register("Ann", &[]).await;
    let before = desk.written().await;
    // Addresses that differ in case are the same.
    let typed = [("name", "Another Ann"), ("email", "ANN@example.com"), ("password", PASSWORD)];
    let page = desk.visitor().submit("/signup", "/fn/sign_up", &typed).await.is(409).page();
    assert_eq!(page.fault("email"), Some("There is an account with this e-mail address already"));
    assert_eq!(page.by_id("email").unwrap().get("value"), Some("ANN@example.com"));
    assert_eq!(desk.written().await, before);
}

async fn whoever_is_signed_in_has_no_use_for_signing_up_or_in(desk: Desk) {
    desk.register("Ann", &[]).await;
    let ann: Client = desk.sign_in("Ann").await;
    ann.get("/signup").await.leads_to("/account");
    ann.get("/login").await.leads_to("/account");
    ann.get("/login?next=/admin/users").await.leads_to("/admin/users");
    ann.get("/login?next=https://evil.example").await.leads_to("/account");
}
