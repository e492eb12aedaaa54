//! E-mail addresses and names on pages: one account for each address, something to see in each name.

use frontdesk_domain::users;
use frontdesk_model::Role;

use crate::support::{Desk, PASSWORD};

both! {
    signing_in_takes_any_spelling_of_the_address_and_shows_the_one_of_the_account,
    invisible_characters_in_an_address_are_refused_beside_the_field,
    a_name_without_a_visible_character_is_refused_beside_the_field,
    accounts_that_share_an_address_are_on_the_overview_until_one_is_changed,
}

async fn signing_in_takes_any_spelling_of_the_address_and_shows_the_one_of_the_account(desk: Desk) {
    for (n, (typed, others)) in [
        ("info@bücher.example", vec!["info@xn--bcher-kva.example", "INFO@BÜCHER.example"]),
        ("jürgen@example.com", vec!["ju\u{308}rgen@example.com", "\u{200B}JÜRGEN@example.com\u{FEFF}"]),
        ("ΣΑΣ@example.com", vec!["σασ@example.com", "σας@example.com"]),
        ("İpek@example.com", vec!["ipek@example.com", "i\u{307}pek@example.com"]),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("Ann {n}");
        let form = [("name", &*name), ("email", typed), ("password", PASSWORD)];
        desk.visitor().submit("/signup", "/fn/sign_up", &form).await.leads_to("/account");
        for other in others {
            let again = [("name", "Bob"), ("email", other), ("password", PASSWORD)];
            let page = desk.visitor().submit("/signup", "/fn/sign_up", &again).await.is(409).page();
            assert_eq!(page.fault("email"), Some("There is an account with this e-mail address already"));
            let ann = desk.visitor();
            let form = [("page", "/login"), ("email", other), ("password", PASSWORD)];
            ann.post("/fn/sign_in", &form).await.leads_to("/account");
            assert!(ann.get("/account").await.page().text().contains(typed), "{other}");
        }
    }
}

async fn invisible_characters_in_an_address_are_refused_beside_the_field(desk: Desk) {
    desk.register("Ann", &[]).await;
    let before = desk.written().await;
    for (typed, point) in [
        ("ann\u{200B}@example.com", "U+200B"),
        ("ann@exam\u{AD}ple.com", "U+00AD"),
        ("ann\u{202E}@example.com", "U+202E"),
        ("ann\u{FFFE}@example.com", "U+FFFE"),
        ("ann\u{FE0F}@example.com", "U+FE0F"),
    ] {
        let form = [("name", "Bob"), ("email", typed), ("password", PASSWORD)];
        let page = desk.visitor().submit("/signup", "/fn/sign_up", &form).await.is(422).page();
        assert!(page.fault("email").unwrap().contains(point), "{point}");
        let form = [("email", typed), ("password", PASSWORD)];
        let page = desk.visitor().submit("/login", "/fn/sign_in", &form).await.is(422).page();
        assert!(page.fault("email").unwrap().contains(point), "{point}");
    }
    assert_eq!(desk.written().await, before);
}

async fn a_name_without_a_visible_character_is_refused_beside_the_field(desk: Desk) {
    for name in ["\u{2800}", "\u{3164}", "\u{FFA0}", "\u{115F}\u{1160}", "\u{301}", "\u{FE0F}\u{200D}"] {
        let form = [("name", name), ("email", "ann@example.com"), ("password", PASSWORD)];
        let page = desk.visitor().submit("/signup", "/fn/sign_up", &form).await.is(422).page();
        assert_eq!(page.fault("name"), Some("A name needs a visible character"), "{}", name.escape_unicode());
    }
    assert_eq!(desk.written().await.users, 0);
}

async fn accounts_that_share_an_address_are_on_the_overview_until_one_is_changed(desk: Desk) {
    let admin = desk.arrive(Role::Admin).await;
    assert!(!admin.get("/admin").await.is(200).page().text().contains("Shared e-mail addresses"));
    desk.register("Ann", &[]).await;
    desk.register("Bob", &[]).await;
    desk.change("UPDATE users SET email = 'info@bücher.example' WHERE name = 'Ann'").await;
    desk.change("UPDATE users SET email_key = email WHERE name = 'Ann'").await;
    desk.change("UPDATE users SET email = 'info@xn--bcher-kva.example' WHERE name = 'Bob'").await;
    desk.change("UPDATE users SET email_key = email WHERE name = 'Bob'").await;
    users::fill(&desk.domain.db).await.unwrap();

    let overview = admin.get("/admin").await.is(200).page();
    for expected in ["Shared e-mail addresses", "info@bücher.example", "info@xn--bcher-kva.example"] {
        assert!(overview.text().contains(expected), "{}", overview.text());
    }
    let bob = overview.link("Bob").unwrap().to_owned();
    let form = [("email", "bob@bücher.example")];
    admin.submit(&bob, "/fn/update_user", &form).await.is(303);
    assert!(!admin.get("/admin").await.is(200).page().text().contains("Shared e-mail addresses"));
}
