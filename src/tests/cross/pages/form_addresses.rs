//! What the address of a form is, when somebody opens it: a way to the form.

use frontdesk_model::{Code, Role};
use leptos::server_fn::axum::server_fn_paths;

use crate::support::{Desk, NOTHING};

both! {
    the_address_of_every_form_leads_to_a_page_that_has_the_form,
    the_address_of_a_refused_form_can_be_opened,
    to_a_program_the_address_of_a_form_takes_forms_only,
}

/// Where somebody who opens the address of a form finds themselves, and the form.
async fn the_address_of_every_form_leads_to_a_page_that_has_the_form(desk: Desk) {
    let owner = desk.arrive(Role::Owner).await;
    let (mut forms, mut places, mut with_token) = (0, Vec::new(), Vec::new());
    for (action, _) in server_fn_paths().filter(|(action, _)| action.starts_with("/fn/")) {
        let answer = owner.get(action).await;
        assert_eq!(answer.status, 303, "{action} is declared with its page");
        let place = answer.location().to_owned();
        forms += 1;
        // These pages need a token, which is only in the link that was sent.
        if ["/setup", "/invite"].contains(&&*place) {
            with_token.push(action);
            continue;
        }
        let visitor = desk.visitor();
        let who = if ["/login", "/signup"].contains(&&*place) { &visitor } else { &owner };
        let page = who.get(&place).await.is(200).page();
        // What is done to one of many has no page until it is said to whom.
        let is_there = !page.forms(action).is_empty()
            || [
                "/admin/users",
                "/admin/jobs",
                "/admin/webhooks",
                "/account/orders",
                "/admin/orders",
                "/admin/refunds",
                "/account/security",
            ]
            .contains(&&*place);
        assert!(is_there, "{action} is not on {place}");
        assert_eq!(who.head(action).await.is(303).location(), place);
        places.push(place);
    }
    with_token.sort_unstable();
    assert_eq!(with_token, ["/fn/accept_invite", "/fn/set_up"]);
    assert!(forms > 10 && places.contains(&"/admin/users/new".to_owned()), "{places:?}");
}

async fn the_address_of_a_refused_form_can_be_opened(desk: Desk) {
    let visitor = desk.visitor();
    visitor.submit("/signup", "/fn/sign_up", &[]).await.is(422);
    visitor.get("/fn/sign_up").await.leads_to("/signup");
    // Who may not see the page sees as much of it as before.
    let answer = visitor.get("/fn/create_user").await.leads_to("/admin/users/new");
    visitor.follow(&answer).await.leads_to("/login?next=%2Fadmin%2Fusers%2Fnew");
    for unknown in ["/fn/nothing", "/fn/sign_up/more", "/fn/", "/fn"] {
        visitor.get(unknown).await.is(404);
        desk.visitor().post(unknown, &NOTHING).await.is(404);
    }
}

async fn to_a_program_the_address_of_a_form_takes_forms_only(desk: Desk) {
    let program = desk.visitor().program();
    let answer = program.get("/fn/sign_in").await.is(405);
    assert_eq!((answer.problem().error, answer.header("allow")), (Code::MethodNotAllowed, Some("POST")));
    program.get("/fn/nothing").await.is(404);
}
