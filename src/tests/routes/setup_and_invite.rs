//! One-time links: setup links and invitations.

use frontdesk_model::Role;

use crate::support::{Client, DAY, Desk, PASSWORD};

both! {
    the_set_up_link_makes_the_first_owner_once,
    a_new_set_up_link_replaces_the_one_before,
    an_invitation_is_shown_once_and_used_once,
    a_new_invitation_replaces_the_one_before,
    a_link_ends_with_its_time,
    a_link_is_for_its_purpose_and_person,
    a_token_stays_out_of_addresses_and_of_what_other_sites_see,
    a_password_of_ones_own_name_is_refused_on_an_invitation,
    a_spent_link_says_how_to_get_another,
    whoever_creates_somebody_who_is_there_is_led_to_them,
}

const OWNER: [(&str, &str); 3] = [("name", "Olive"), ("email", "olive@example.com"), ("password", PASSWORD)];

async fn the_set_up_link_makes_the_first_owner_once(desk: Desk) {
    let link = format!("/setup?token={}", desk.setup_link().await);
    let (olive, other) = (desk.visitor(), desk.visitor());
    // Opening it does not use it.
    other.get(&link).await.is(200);
    let form = other.get(&link).await.page().filled("/fn/set_up", &OWNER);
    let answer = olive.submit(&link, "/fn/set_up", &OWNER).await.leads_to("/admin");
    let overview = olive.follow(&answer).await.is(200).page();
    assert_eq!(overview.flash(), Some("Frontdesk is set up, and you are its owner."));

    let before = desk.written().await;
    other.get(&link).await.is(410);
    let refused = other.post("/fn/set_up", &form).await.is(410).page();
    assert_eq!(refused.heading(), "This link has been used or has expired");
    assert_eq!(desk.written().await, before);
    assert!(
        frontdesk_domain::invitations::setup_link(&desk.domain).await.unwrap().is_none(),
        "there is no other"
    );
}

async fn a_new_set_up_link_replaces_the_one_before(desk: Desk) {
    let (first, second) = (desk.setup_link().await, desk.setup_link().await);
    desk.visitor().get(&format!("/setup?token={first}")).await.is(410);
    desk.visitor().submit(&format!("/setup?token={second}"), "/fn/set_up", &OWNER).await.is(303);
}

/// The link on the page as text to copy; and its path.
fn shown(answer: &crate::support::Answer) -> Option<String> {
    let page = answer.page();
    let address = page.with("class", "secret")?.text.clone();
    Some(address.strip_prefix("https://desk.example").unwrap().to_owned())
}

async fn create(admin: &Client) -> (String, String) {
    let typed = [("name", "Zoe"), ("email", "zoe@example.com")];
    let answer = admin.submit("/admin/users/new", "/fn/create_user", &typed).await.is(200);
    let page = answer.page();
    assert_eq!((page.heading(), page.flash()), ("Zoe", Some("User created.")));
    let hidden = page.forms("/fn/suspend_user").remove(0);
    let id = hidden.iter().find(|(name, _)| *name == "id").unwrap().1;
    (format!("/admin/users/{id}"), shown(&answer).unwrap())
}

async fn an_invitation_is_shown_once_and_used_once(desk: Desk) {
    let admin = desk.arrive(Role::Admin).await;
    let (person, link) = create(&admin).await;
    assert_eq!(shown(&admin.get(&person).await.is(200)), None, "it is not shown again");
    assert!(!admin.get(&person).await.text().contains("token="));
    // Before it is used, a sign-in is impossible.
    desk.visitor().sign_in("Zoe").await.is(422);

    let zoe = desk.visitor();
    let page = zoe.get(&link).await.is(200).page();
    assert_eq!(page.heading(), "Welcome, Zoe");
    let form = page.filled("/fn/accept_invite", &[("password", PASSWORD)]);
    zoe.post("/fn/accept_invite", &form).await.leads_to("/account");
    zoe.get("/account").await.is(200);
    let before = desk.written().await;
    zoe.get(&link).await.is(410);
    // A client with the link, but without the form that was used.
    let other: Vec<_> = form.iter().filter(|(name, _)| name != "nonce").collect();
    let other: Vec<_> = other.iter().map(|(name, value)| (name, value)).collect();
    desk.visitor().post("/fn/accept_invite", &other).await.is(410);
    assert_eq!(desk.written().await, before);
    desk.sign_in("Zoe").await;
}

async fn a_new_invitation_replaces_the_one_before(desk: Desk) {
    let admin = desk.arrive(Role::Admin).await;
    let (person, first) = create(&admin).await;
    let second = shown(&admin.submit(&person, "/fn/invite_user", &[]).await.is(200)).unwrap();
    assert_ne!(first, second);
    desk.visitor().get(&first).await.is(410);
    desk.visitor().get(&second).await.is(200);
    // After a suspension it is invalid.
    admin.submit(&person, "/fn/suspend_user", &[("reason", "A mistake")]).await.is(303);
    desk.visitor()
        .post("/fn/accept_invite", &[("token", token(&second)), ("password", PASSWORD)])
        .await
        .is(410);
}

fn token(link: &str) -> &str {
    link.split("token=").nth(1).unwrap()
}

async fn a_link_ends_with_its_time(desk: Desk) {
    let setup = format!("/setup?token={}", desk.setup_link().await);
    desk.domain.clock.advance(DAY - 1);
    desk.visitor().get(&setup).await.is(200);
    desk.domain.clock.advance(1);
    desk.visitor().get(&setup).await.is(410);

    let (_, id) = desk.somebody(&[]).await;
    let invite = format!("/invite?token={}", desk.invite(id).await);
    desk.domain.clock.advance(7 * DAY - 1);
    let form = desk
        .visitor()
        .get(&invite)
        .await
        .is(200)
        .page()
        .filled("/fn/accept_invite", &[("password", PASSWORD)]);
    desk.domain.clock.advance(1);
    desk.visitor().get(&invite).await.is(410);
    desk.visitor().post("/fn/accept_invite", &form).await.is(410);
}

async fn a_link_is_for_its_purpose_and_person(desk: Desk) {
    let setup = desk.setup_link().await;
    let (_, id) = desk.somebody(&[]).await;
    let invite = desk.invite(id).await;
    let visitor = desk.visitor();
    for path in [
        format!("/setup?token={invite}"),
        format!("/invite?token={setup}"),
        format!("/invite?token={}", &invite[1..]),
        format!("/invite?token={}", invite.to_uppercase()),
        "/invite?token=".to_owned(),
        "/setup?token=%FF".to_owned(),
        format!("/setup?token={}", "a".repeat(5_000)),
    ] {
        visitor.get(&path).await.is(410);
    }
    let before = desk.written().await;
    visitor.post("/fn/accept_invite", &[("token", &*setup), ("password", PASSWORD)]).await.is(410);
    let with_invite: Vec<_> = OWNER.into_iter().chain([("token", &*invite)]).collect();
    visitor.post("/fn/set_up", &with_invite).await.is(410);
    assert_eq!(desk.written().await, before);
}

async fn a_token_stays_out_of_addresses_and_of_what_other_sites_see(desk: Desk) {
    let (_, id) = desk.somebody(&[]).await;
    let token = desk.invite(id).await;
    let visitor = desk.visitor();
    let opened = visitor.get(&format!("/invite?token={token}")).await.is(200);
    let refused = visitor.submit(&format!("/invite?token={token}"), "/fn/accept_invite", &[]).await.is(422);
    for answer in [&opened, &refused] {
        // Browsers send the page's origin only as the referrer to other sites.
        assert_eq!(answer.header("referrer-policy"), Some("strict-origin-when-cross-origin"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let page = answer.page();
        let addresses =
            page.elements().flat_map(|element| ["href", "src", "action"].map(|name| element.get(name)));
        for address in addresses.flatten() {
            assert!(!address.contains(&token), "{address}");
        }
    }
    let answer = visitor
        .submit(&format!("/invite?token={token}"), "/fn/accept_invite", &[("password", PASSWORD)])
        .await;
    let told = answer.headers.values().any(|value| value.to_str().unwrap().contains(&token));
    assert!(!told, "{:?}", answer.headers);
    // The stored hash opens nothing.
    let kept = "SELECT token_hash FROM one_time_links LIMIT 1";
    let kept = desk.find::<(Vec<u8>,)>(kept, Vec::new()).await.0;
    assert!(kept.len() == 32 && !token.as_bytes().windows(4).any(|piece| kept.starts_with(piece)));
}

async fn a_spent_link_says_how_to_get_another(desk: Desk) {
    let spent = desk.visitor().get("/setup?token=spent").await.is(410).page();
    assert!(spent.text().contains("frontdesk admin setup-link"), "{}", spent.text());
    let refused = desk.visitor().post("/fn/set_up", &OWNER).await.is(410).page();
    assert!(refused.text().contains("frontdesk admin setup-link"), "{}", refused.text());
    let spent = desk.visitor().get("/invite?token=spent").await.is(410).page();
    assert!(spent.text().contains("Ask for a new one.") && !spent.text().contains("setup-link"));
}

async fn whoever_creates_somebody_who_is_there_is_led_to_them(desk: Desk) {
    let admin = desk.arrive(Role::Admin).await;
    let typed = [("name", "Zoe"), ("email", "zoe@example.com")];
    let form = admin.get("/admin/users/new").await.page().filled("/fn/create_user", &typed);
    let first = admin.post("/fn/create_user", &form).await.is(200);
    let before = desk.written().await;
    // Not the same form again, but another one with the same contents.
    let form = admin.get("/admin/users/new").await.page().filled("/fn/create_user", &typed);
    let again = admin.post("/fn/create_user", &form).await.is(409).page();
    assert_eq!(desk.written().await, before);
    assert_eq!(again.heading(), "Create user");
    assert_eq!(again.fault("email"), Some("There is an account with this e-mail address already"));
    assert!(again.text().contains("their link is not shown twice"), "{}", again.text());
    let person = again.link("Zoe").unwrap();
    let link = shown(&admin.submit(person, "/fn/invite_user", &[]).await.is(200)).unwrap();
    assert_ne!(Some(&link), shown(&first).as_ref());
    // Users who have a password, or are removed, see a different page.
    desk.visitor().submit(&link, "/fn/accept_invite", &[("password", PASSWORD)]).await.is(303);
    let taken = admin.post("/fn/create_user", &form).await.is(409).page();
    assert!(taken.link("Zoe").is_some() && !taken.text().contains("shown twice"), "{}", taken.text());
    admin.submit(person, "/fn/remove_user", &[]).await.is(303);
    let removed = admin.post("/fn/create_user", &form).await.is(409).page();
    assert!(removed.text().contains("You can restore them"), "{}", removed.text());
    // Sign-up reveals nothing of this.
    let typed = [("name", "Zoe"), ("email", "zoe@example.com"), ("password", PASSWORD)];
    let page = desk.visitor().submit("/signup", "/fn/sign_up", &typed).await.is(409).page();
    assert!(page.link("Zoe").is_none() && !page.text().contains("Removed"), "{}", page.text());
}

async fn a_password_of_ones_own_name_is_refused_on_an_invitation(desk: Desk) {
    let id = desk.register("Maximilian Miller", &[]).await;
    let link = format!("/invite?token={}", desk.invite(id).await);
    let typed = [("password", "maximilianmiller1")];
    let page = desk.visitor().submit(&link, "/fn/accept_invite", &typed).await.is(422).page();
    assert!(page.fault("password").unwrap().starts_with("This is made of your own name"));
    desk.visitor().get(&link).await.is(200);
}
