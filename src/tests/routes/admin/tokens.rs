//! Creating and revoking tokens.

use frontdesk_domain::{
    actor::{Actor, Origin},
    params, tokens,
};
use frontdesk_model::{Permission, Role, TokenText};

use crate::support::{Answer, Client, Desk, Engine, PASSWORD, Page, log, run};

both! {
    a_token_is_shown_once_and_works,
    a_token_is_not_made_with_a_wrong_password,
    a_form_that_is_sent_twice_makes_one_token,
    a_form_that_is_refused_comes_back_as_it_was,
    one_is_asked_only_for_what_one_holds,
    people_revoke_their_own_tokens,
    staff_see_all_tokens_and_make_those_of_the_business,
    a_revocation_leads_back_to_the_same_place_in_the_list,
    nobody_makes_a_fifty_first_token,
    the_audit_trail_leads_to_what_there_is_of_a_token,
}

const SECURITY: &str = "/account/security";
const ADMIN: &str = "/admin/tokens";
const CREATE: &str = "/fn/create_token";
const REVOKE: &str = "/fn/revoke_token";

/// The secret on the page, and its label.
fn shown(answer: &Answer) -> Option<String> {
    Some(answer.page().with("class", "secret")?.text.clone())
}

async fn create(person: &Client, page: &str, typed: &[(&str, &str)]) -> String {
    let typed: Vec<_> = typed.iter().copied().chain([("current", PASSWORD)]).collect();
    let answer = person.submit(page, CREATE, &typed).await.is(200);
    assert_eq!(answer.page().flash(), Some("Token made. Copy it now."));
    shown(&answer).unwrap()
}

async fn bearer(desk: &Desk, text: &str) -> Option<Actor> {
    tokens::authenticate(&desk.domain, text, Origin::default()).await.unwrap()
}

/// Cells of the table, per row.
fn rows(page: &Page) -> Vec<String> {
    page.all("tr").skip(1).map(|row| row.text.clone()).collect()
}

async fn a_token_is_not_made_with_a_wrong_password(desk: Desk) {
    let (name, id) = desk.somebody(&[]).await;
    let person = desk.sign_in(&name).await;
    for (current, fault) in [("", "password"), ("wrong horse battery staple", "password")] {
        let answer = person.submit(SECURITY, CREATE, &[("name", "ci"), ("current", current)]).await.is(422);
        assert_eq!(shown(&answer), None);
        let page = answer.page();
        let told = page.fault("current").unwrap_or_else(|| panic!("{current:?}: {}", page.text()));
        assert!(told.contains(fault), "{told}");
        // The name is kept, and the password is not sent back.
        assert!(page.forms(CREATE)[0].contains(&("name", "ci")));
        assert!(!page.forms(CREATE)[0].iter().any(|(field, value)| *field == "current" && !value.is_empty()));
    }
    let count = "SELECT count(*) FROM tokens WHERE owner_id = $1";
    assert_eq!(desk.find::<(i64,)>(count, vec![id.0.into()]).await.0, 0);
}

async fn a_token_is_shown_once_and_works(desk: Desk) {
    let (name, id) = desk.somebody(&[Role::Support]).await;
    let person = desk.sign_in(&name).await;
    let typed = [
        ("name", "nightly export"),
        ("expires", "30d"),
        ("permissions", "users:read"),
        ("permissions", "users:update"),
    ];
    let text = create(&person, SECURITY, &typed).await;
    assert!(TokenText::parse(&text).is_some());
    let actor = bearer(&desk, &text).await.unwrap();
    assert_eq!(
        (actor.user(), actor.permissions().to_string().as_str()),
        (Some(id), "users:read users:update")
    );
    assert!(!actor.may(Permission::USERS_SUSPEND));

    let page = person.get(SECURITY).await.is(200);
    assert!(!page.text().contains(&text[10..]), "it is not shown again");
    let rows = rows(&page.page());
    assert_eq!(rows.len(), 1);
    for part in ["nightly export", &text[..10], "users:read, users:update", "Live", "in 1 month", "Never"] {
        assert!(rows[0].contains(part), "{part}: {}", rows[0]);
    }
    // Tokens are not accepted as cookies, nor the reverse.
    let visitor = desk.visitor();
    visitor.set_cookie("__Host-session", &text);
    visitor.get(SECURITY).await.leads_to("/login?next=%2Faccount%2Fsecurity");
}

async fn a_form_that_is_sent_twice_makes_one_token(desk: Desk) {
    let person = desk.arrive(Role::Member).await;
    let form =
        person.get(SECURITY).await.is(200).page().filled(CREATE, &[("name", "mine"), ("current", PASSWORD)]);
    let first = person.post(CREATE, &form).await.is(200);
    let again = person.post(CREATE, &form).await.is(200);
    assert_eq!(shown(&again), shown(&first));
    assert_eq!(desk.written().await.tokens, 1);
}

async fn a_form_that_is_refused_comes_back_as_it_was(desk: Desk) {
    let person = desk.arrive(Role::Support).await;
    let typed = [("name", "x\u{7}"), ("expires", "365d"), ("permissions", "users:suspend")];
    let page = person.submit(SECURITY, CREATE, &typed).await.is(422).page();
    assert!(page.fault("name").unwrap().contains("invisible characters"));
    let form = page.forms(CREATE).remove(0);
    for field in [("expires", "365d"), ("permissions", "users:suspend"), ("kind", "personal")] {
        assert!(form.contains(&field), "{form:?}");
    }
    assert!(!form.contains(&("permissions", "users:read")));
    // On the page of service tokens the folded form is open.
    let admin = desk.arrive(Role::Admin).await;
    let page = admin.submit(ADMIN, CREATE, &[("name", "")]).await.is(422).page();
    assert_eq!(page.heading(), "Tokens");
    assert!(page.all("details").any(|details| details.get("open").is_some()));
    assert_eq!(page.fault("name"), Some("Enter a name, such as what the token is for"));
}

async fn one_is_asked_only_for_what_one_holds(desk: Desk) {
    for role in Role::ALL {
        let person = desk.arrive(*role).await;
        let page = person.get(SECURITY).await.is(200).page();
        let asked: Vec<_> = page.boxes(CREATE).into_iter().map(|(_, value)| value).collect();
        let held: Vec<_> = role.permissions().iter().map(Permission::as_str).collect();
        assert_eq!(asked, held, "{role}");
        let never = page.all("option").any(|option| option.get("value") == Some("never"));
        assert!(!never, "a token of one's own must end");
    }
    let member = desk.arrive(Role::Member).await;
    let page = member.get(SECURITY).await.page();
    assert!(page.text().contains("It can read your own account, and nothing else."));
    let text = create(&member, SECURITY, &[("name", "mine")]).await;
    assert!(bearer(&desk, &text).await.unwrap().permissions().is_empty());
    let sent = [("page", SECURITY), ("name", "more"), ("permissions", "users:read"), ("current", PASSWORD)];
    let refused = member.post(CREATE, &sent).await.is(403).page();
    assert!(refused.alert().unwrap().text.contains("Nobody gives what they do not hold: users:read"));
}

async fn people_revoke_their_own_tokens(desk: Desk) {
    let person = desk.arrive(Role::Member).await;
    let text = create(&person, SECURITY, &[("name", "mine")]).await;
    let answer = person.submit(SECURITY, REVOKE, &[]).await.leads_to(SECURITY);
    let page = person.follow(&answer).await.is(200).page();
    assert!(page.flash().unwrap().starts_with("Token revoked."));
    assert!(rows(&page)[0].contains("Revoked") && page.forms(REVOKE).is_empty());
    assert!(bearer(&desk, &text).await.is_none());
    // A double click finds it done.
    let (id,): (uuid::Uuid,) = desk.find("SELECT id FROM tokens", params![]).await;
    let again = person.post(REVOKE, &[("page", SECURITY), ("id", &*id.to_string())]).await.is(409).page();
    assert!(again.alert().unwrap().text.contains("This token has ended already."));
}

async fn staff_see_all_tokens_and_make_those_of_the_business(desk: Desk) {
    let (name, id) = desk.somebody(&[]).await;
    let person = desk.sign_in(&name).await;
    let theirs = create(&person, SECURITY, &[("name", "theirs")]).await;
    let admin = desk.arrive(Role::Admin).await;
    let typed = [("name", "till"), ("expires", "never"), ("permissions", "users:read")];
    let till = create(&admin, ADMIN, &typed).await;
    assert_eq!(bearer(&desk, &till).await.unwrap().user(), None);

    let page = admin.get(ADMIN).await.is(200).page();
    let all = rows(&page);
    assert!(all[0].contains("till") && all[0].contains("The business") && all[1].contains("theirs"));
    assert!(page.links().any(|link| link == format!("/admin/users/{id}")));
    for (filter, names) in [
        ("kind=service", vec!["till"]),
        ("kind=personal&life=live", vec!["theirs"]),
        ("life=live", vec!["theirs", "till"]),
        ("life=ended", vec![]),
        (&format!("owner={id}"), vec!["theirs"]),
    ] {
        let rows = rows(&admin.get(&format!("{ADMIN}?{filter}")).await.is(200).page());
        assert_eq!(rows.len(), names.len(), "{filter}: {rows:?}");
        assert!(rows.iter().zip(&names).all(|(row, name)| row.contains(name)), "{filter}: {rows:?}");
    }
    // Read-only users have no form.
    let auditor = desk.arrive(Role::Auditor).await;
    let page = auditor.get(ADMIN).await.is(200).page();
    assert!(page.forms(CREATE).is_empty() && page.forms(REVOKE).is_empty());
    assert!(!auditor.get(ADMIN).await.text().contains(&theirs[10..]));

    admin.submit(&format!("{ADMIN}?owner={id}"), REVOKE, &[]).await.is(303);
    assert!(bearer(&desk, &theirs).await.is_none() && bearer(&desk, &till).await.is_some());
}

async fn a_revocation_leads_back_to_the_same_place_in_the_list(desk: Desk) {
    let admin = desk.arrive(Role::Admin).await;
    for _ in 0..3 {
        create(&admin, SECURITY, &[("name", "ci")]).await;
    }
    let first = admin.get(&format!("{ADMIN}?kind=personal&limit=2")).await.is(200).page();
    let next = first.all("a").find(|link| link.get("rel") == Some("next")).unwrap();
    let place = format!("{ADMIN}{}", next.get("href").unwrap());
    admin.submit(&place, REVOKE, &[]).await.leads_to(&place);
}

async fn nobody_makes_a_fifty_first_token(desk: Desk) {
    let (name, id) = desk.somebody(&[]).await;
    let person = desk.sign_in(&name).await;
    for _ in 0..50 {
        desk.token(id).await;
    }
    let before = desk.written().await;
    let page =
        person.submit(SECURITY, CREATE, &[("name", "one more"), ("current", PASSWORD)]).await.is(409).page();
    assert!(page.alert().unwrap().text.contains("There are as many tokens as one can have"));
    assert_eq!(desk.written().await, before);
    let told =
        person.program().post(CREATE, &[("name", "one more"), ("current", PASSWORD)]).await.is(409).problem();
    assert_eq!(told.error.as_str(), "TOKEN_LIMIT");
}

async fn the_audit_trail_leads_to_what_there_is_of_a_token(desk: Desk) {
    let owner = desk.arrive(Role::Owner).await;
    let typed = [("name", "till"), ("expires", "never"), ("permissions", "users:suspend")];
    let till = create(&owner, ADMIN, &typed).await;
    let actor = bearer(&desk, &till).await.unwrap();
    let (_, id) = desk.somebody(&[]).await;
    let form = frontdesk_model::users::SuspendUser { id, reason: "Sent spam".to_owned() };
    frontdesk_domain::users::suspend(&desk.domain.context(actor.clone()), form).await.unwrap();
    let token = actor.token().unwrap().id;
    let trail = owner.get("/admin/audit").await.is(200).page();
    for place in ["actor", "target"].map(|party| format!("/admin/audit?{party}={token}")) {
        assert!(trail.links().any(|link| link == place), "{place}");
        assert_eq!(rows(&owner.get(&place).await.is(200).page()).len(), 1, "{place}");
    }
    assert!(!trail.links().any(|link| link.contains(&format!("/admin/users/{token}"))));
}

// One thread, so that everything of a request is logged on that of its test.
#[tokio::test]
async fn the_text_of_a_token_is_in_one_answer_and_nowhere_else_on_sqlite() {
    run(Engine::Sqlite, the_text_is_in_one_answer).await;
}

#[tokio::test]
async fn the_text_of_a_token_is_in_one_answer_and_nowhere_else_on_postgres() {
    run(Engine::Postgres, the_text_is_in_one_answer).await;
}

async fn the_text_is_in_one_answer(desk: Desk) {
    let owner = desk.arrive(Role::Owner).await;
    log::listen();
    let answer = owner
        .submit(ADMIN, CREATE, &[("name", "till"), ("permissions", "users:read"), ("current", PASSWORD)])
        .await
        .is(200);
    let text = shown(&answer).unwrap();
    assert!(answer.headers.values().all(|value| !value.to_str().unwrap().contains(&text[10..])));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.text().matches(&text[10..]).count(), 1);
    bearer(&desk, &text).await.unwrap();
    owner.submit(ADMIN, REVOKE, &[]).await.is(303);
    assert!(bearer(&desk, &text).await.is_none());
    let wrong = format!("{}{}", &text[..51], if text.ends_with('x') { 'y' } else { 'x' });
    assert!(bearer(&desk, &wrong).await.is_none());
    let log = log::heard();
    for reason in ["revoked", "malformed"] {
        assert!(log.contains(&format!("reason=\"{reason}\"")), "{reason} was not heard:\n{log:.3000}");
    }
    for part in [&text[10..], &text[10..30], &wrong[10..]] {
        let line = log.lines().find(|line| line.contains(part));
        assert_eq!(line, None, "the text is in the log");
    }
    for page in [ADMIN, "/admin/audit", "/admin", SECURITY] {
        let again = owner.get(page).await.is(200);
        assert!(!again.text().contains(&text[10..30]), "{page}");
    }
}
