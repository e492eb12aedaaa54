//! What is sent twice is done once: double clicks, reloads, a browser that tries again.

use std::{collections::BTreeSet, time::Duration};

use frontdesk_model::Role;
use futures::future::join_all;
use tokio::time::timeout;

use crate::support::{Client, Desk, PASSWORD};

both! {
    a_form_that_is_sent_twice_is_carried_out_once_and_answered_alike,
    a_double_click_on_two_instances_makes_one_user,
    who_signs_up_by_a_double_click_is_signed_in_by_either,
    who_changes_their_password_by_a_double_click_stays_signed_in_by_either,
    who_clicks_again_before_the_answer_gets_the_answer_of_the_first,
    an_invitation_that_is_sent_twice_is_answered_alike,
    a_form_that_is_changed_and_sent_again_is_another,
    a_refused_form_can_be_sent_again,
    a_secret_is_shown_again_only_for_a_minute,
    the_answer_of_a_form_belongs_to_the_session_that_sent_it,
    a_form_that_was_opened_by_another_user_is_refused,
    a_sign_up_that_is_sent_again_later_signs_no_one_in,
}

async fn form(client: &Client, page: &str, action: &str, typed: &[(&str, &str)]) -> Vec<(String, String)> {
    client.get(page).await.is(200).page().filled(action, typed)
}

const ZOE: [(&str, &str); 2] = [("name", "Zoe"), ("email", "zoe@example.com")];

async fn a_form_that_is_sent_twice_is_carried_out_once_and_answered_alike(desk: Desk) {
    let admin = desk.arrive(Role::Admin).await;
    let form = form(&admin, "/admin/users/new", "/fn/create_user", &ZOE).await;
    assert!(form.iter().any(|(name, nonce)| name == "nonce" && nonce.len() == 32));
    let first = admin.post("/fn/create_user", &form).await.is(200);
    let written = desk.written().await;
    // A reload of the page that shows the invitation sends its form again: the link is still there.
    let again = admin.post("/fn/create_user", &form).await.is(200);
    let link = |text: &str| text.split("/invite?token=").nth(1).map(|rest| rest[..64].to_owned()).unwrap();
    assert_eq!(link(again.text()), link(first.text()));
    assert_eq!(desk.written().await, written);
}

async fn a_double_click_on_two_instances_makes_one_user(desk: Desk) {
    let other = desk.beside(|_| ()).await;
    let here = desk.arrive(Role::Admin).await;
    let there = other.visitor();
    for (name, value) in here.cookies() {
        there.set_cookie(&name, &value);
    }
    let form = form(&here, "/admin/users/new", "/fn/create_user", &ZOE).await;
    let before = desk.written().await;
    let answers =
        join_all((0..10).map(|n| if n % 2 == 0 { &here } else { &there }.post("/fn/create_user", &form)))
            .await;
    // The requests that come second wait for the result of the first, and show the same invitation.
    let link = |text: &str| text.split("/invite?token=").nth(1).map(|rest| rest[..64].to_owned()).unwrap();
    let links: BTreeSet<String> = answers.into_iter().map(|answer| link(answer.is(200).text())).collect();
    assert_eq!(links.len(), 1);
    assert_eq!(desk.written().await.users, before.users + 1);
}

async fn who_signs_up_by_a_double_click_is_signed_in_by_either(desk: Desk) {
    let visitor = desk.visitor();
    let typed = [ZOE[0], ZOE[1], ("password", PASSWORD)];
    let form = form(&visitor, "/signup", "/fn/sign_up", &typed).await;
    let (first, second) = (visitor.copy(), visitor.copy());
    first.post("/fn/sign_up", &form).await.leads_to("/account");
    second.post("/fn/sign_up", &form).await.leads_to("/account");
    for client in [first, second] {
        assert!(client.get("/account").await.is(200).text().contains("Zoe"));
    }
    assert_eq!(desk.find::<(i64,)>("SELECT count(*) FROM users", Vec::new()).await.0, 1);
    // Whoever has the nonce but not the password gets nothing by it.
    let wrong: Vec<_> = form
        .iter()
        .map(|(name, value)| (name, if name == "password" { "something else entirely" } else { value }))
        .collect();
    visitor.post("/fn/sign_up", &wrong).await.is(409);
}

const NEXT: &str = "seven blue herons at dusk";

async fn who_clicks_again_before_the_answer_gets_the_answer_of_the_first(desk: Desk) {
    for round in 0..16_u64 {
        let (name, _) = desk.somebody(&[]).await;
        let first = desk.sign_in(&name).await;
        let typed = [("current", PASSWORD), ("password", NEXT)];
        let form = form(&first, "/account/password", "/fn/change_password", &typed).await;
        let second = first.copy();
        // A browser gives the first up, and with its connection goes whoever answers it, wherever they are.
        let moment = Duration::from_micros(300 * round * round);
        let _given_up = timeout(moment, first.post("/fn/change_password", &form)).await;
        second.post("/fn/change_password", &form).await.leads_to("/account/security");
        second.get("/account").await.is(200);
    }
}

async fn who_changes_their_password_by_a_double_click_stays_signed_in_by_either(desk: Desk) {
    for at_once in [true, false] {
        let (name, _) = desk.somebody(&[]).await;
        let first = desk.sign_in(&name).await;
        let typed = [("current", PASSWORD), ("password", NEXT)];
        let form = form(&first, "/account/password", "/fn/change_password", &typed).await;
        let second = first.copy();
        let before = desk.written().await;
        let send = |client: Client| {
            let form = form.clone();
            async move { (client.post("/fn/change_password", &form).await, client) }
        };
        let answers = if at_once {
            join_all([send(first), send(second)]).await
        } else {
            vec![send(first).await, send(second).await]
        };
        for (answer, client) in answers {
            answer.leads_to("/account/security");
            client.get("/account").await.is(200);
        }
        // It was changed once, and each answer has begun a session.
        let after = desk.written().await;
        assert_eq!((after.changes, after.events), (before.changes + 1, before.events + 3));
        desk.visitor().sign_in(&name).await.is(422);
    }
}

async fn an_invitation_that_is_sent_twice_is_answered_alike(desk: Desk) {
    let (_, id) = desk.somebody(&[]).await;
    let invitation = format!("/invite?token={}", desk.invite(id).await);
    let first = desk.visitor();
    let form = form(&first, &invitation, "/fn/accept_invite", &[("password", NEXT)]).await;
    let second = first.copy();
    let answers = join_all([&first, &second].map(|client| client.post("/fn/accept_invite", &form))).await;
    for (answer, client) in answers.into_iter().zip([first, second]) {
        answer.leads_to("/account");
        client.get("/account").await.is(200);
    }
}

async fn a_form_that_is_changed_and_sent_again_is_another(desk: Desk) {
    let admin = desk.arrive(Role::Admin).await;
    let form = form(&admin, "/admin/users/new", "/fn/create_user", &ZOE).await;
    admin.post("/fn/create_user", &form).await.is(200);
    let other: Vec<_> = form
        .iter()
        .map(|(name, value)| (name, if name == "email" { "zoey@example.com" } else { value }))
        .collect();
    admin.post("/fn/create_user", &other).await.is(200);
    assert_eq!(desk.find::<(i64,)>("SELECT count(*) FROM users", Vec::new()).await.0, 3);
}

async fn a_secret_is_shown_again_only_for_a_minute(desk: Desk) {
    let admin = desk.arrive(Role::Admin).await;
    let form = form(&admin, "/admin/users/new", "/fn/create_user", &ZOE).await;
    let secret = |text: &str| text.contains("/invite?token=");
    assert!(secret(admin.post("/fn/create_user", &form).await.is(200).text()));
    desk.domain.clock.advance(60);
    assert!(secret(admin.post("/fn/create_user", &form).await.is(200).text()));
    desk.domain.clock.advance(1);
    let late = admin.post("/fn/create_user", &form).await.is(303);
    let shown = admin.follow(&late).await.is(200);
    assert!(!secret(shown.text()));
    assert!(shown.page().flash().unwrap().contains("cannot be shown again"));
}

async fn the_answer_of_a_form_belongs_to_the_session_that_sent_it(desk: Desk) {
    let admin = desk.arrive(Role::Admin).await;
    let shared = admin.copy();
    let form = form(&admin, "/admin/users/new", "/fn/create_user", &ZOE).await;
    let made = admin.post("/fn/create_user", &form).await.is(200);
    assert!(made.text().contains("/invite?token="));
    // The next user of the browser goes back and sends the form again, signed out and signed in, with and without
    // the account that it was made for.
    shared.post("/logout", &[("page", "/account")]).await.is(303);
    let (member, _) = desk.somebody(&[]).await;
    let users = desk.written().await.users;
    shared.post("/fn/create_user", &form).await.leads_to("/login?next=%2Fadmin%2Fusers%2Fnew");
    let visitor = desk.visitor();
    visitor.sign_in(&member).await.is(303);
    let stripped: Vec<_> = form.iter().filter(|(name, _)| name != "account").cloned().collect();
    for (form, status) in [(form, 403), (stripped, 404)] {
        let answer = visitor.post("/fn/create_user", &form).await.is(status);
        assert!(!answer.text().contains("token="));
    }
    assert_eq!(desk.written().await.users, users);
}

async fn a_form_that_was_opened_by_another_user_is_refused(desk: Desk) {
    let (first, second) = (desk.arrive(Role::Admin).await, desk.arrive(Role::Admin).await);
    let form = form(&first, "/admin/users/new", "/fn/create_user", &ZOE).await;
    let before = desk.written().await;
    let refused = second.post("/fn/create_user", &form).await.is(403);
    assert!(refused.text().contains("opened by another user of this browser"));
    assert_eq!(desk.written().await, before);
    // Who signs in again in between is the same user.
    first.post("/fn/create_user", &form).await.is(200);
}

async fn a_sign_up_that_is_sent_again_later_signs_no_one_in(desk: Desk) {
    let visitor = desk.visitor();
    let typed = [ZOE[0], ZOE[1], ("password", PASSWORD)];
    let form = form(&visitor, "/signup", "/fn/sign_up", &typed).await;
    let (first, again, late) = (visitor.copy(), visitor.copy(), visitor.copy());
    first.post("/fn/sign_up", &form).await.leads_to("/account");
    again.post("/fn/sign_up", &form).await.leads_to("/account");
    desk.domain.clock.advance(61);
    late.post("/fn/sign_up", &form).await.leads_to("/login?next=%2Fsignup");
    assert!(late.session().is_none());
}

async fn a_refused_form_can_be_sent_again(desk: Desk) {
    desk.register("Zoe", &[]).await;
    let admin = desk.arrive(Role::Admin).await;
    let form = form(&admin, "/admin/users/new", "/fn/create_user", &ZOE).await;
    for _ in 0..2 {
        admin.post("/fn/create_user", &form).await.is(409);
    }
}
