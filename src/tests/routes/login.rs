//! Signing in.

use axum::body::Body;
use frontdesk_model::{Code, Role};
use http::{HeaderValue, Request, header::COOKIE};

use crate::support::{Answer, Desk, NOTHING, PASSWORD};

both! {
    the_session_cookie_is_for_this_host_and_out_of_reach,
    signing_in_makes_a_new_session_id,
    a_session_id_that_somebody_else_chose_is_not_taken,
    signing_in_as_somebody_else_ends_the_session_before,
    signing_in_leads_on_to_a_page_of_this_site_only,
    who_is_sent_to_sign_in_comes_back,
    a_flash_is_shown_once,
    a_flash_is_not_used_up_by_what_nobody_sees,
    a_program_that_is_signed_out_is_told_so,
    a_refused_sign_in_is_told_also_to_somebody_who_is_signed_in,
    a_sign_in_that_cannot_be_kept_is_to_be_tried_again,
    a_wrong_password_and_an_unknown_address_get_the_same_answer,
    a_suspended_person_learns_it_only_with_the_right_password,
    a_browser_that_keeps_no_cookies_is_told_before_anything_is_done,
    a_cookie_of_another_application_signs_no_one_out,
    while_there_is_no_owner_the_first_pages_say_how_to_become_one,
    after_ten_failures_there_is_a_pause_whoever_asks,
}

async fn a_browser_that_keeps_no_cookies_is_told_before_anything_is_done(desk: Desk) {
    desk.register("Ann", &[]).await;
    let setup = format!("/setup?token={}", desk.setup_link().await);
    let new = [("name", "Zoe"), ("email", "zoe@example.com"), ("password", PASSWORD)];
    let owner = [("name", "Olga"), ("email", "olga@example.com"), ("password", PASSWORD)];
    let known = [("email", "ann@example.com"), ("password", PASSWORD)];
    for (page, action, typed) in [
        ("/login", "/fn/sign_in", &known[..]),
        ("/signup", "/fn/sign_up", &new),
        (&*setup, "/fn/set_up", &owner),
    ] {
        let form = desk.visitor().get(page).await.is(200).page().filled(action, typed);
        let before = desk.written().await;
        // Another jar, as if the cookie of the page had been dropped.
        let refused = desk.visitor().post(action, &form).await.is(400);
        assert!(refused.text().contains("https://desk.example, which is the address"), "{page}");
        assert_eq!(desk.written().await, before, "{page}");
        // The link of the setup is not spent.
        desk.visitor().submit(page, action, typed).await.is(303);
    }
}

async fn a_cookie_of_another_application_signs_no_one_out(desk: Desk) {
    desk.register("Ann", &[]).await;
    let ann = desk.sign_in("Ann").await;
    let line =
        [b"x=caf\xe9; __Host-session=".as_slice(), ann.session().unwrap().as_bytes(), b"; y=\xff"].concat();
    let request = Request::get("/account").header(COOKIE, HeaderValue::from_bytes(&line).unwrap());
    ann.send(request, Body::empty()).await.is(200);
}

async fn while_there_is_no_owner_the_first_pages_say_how_to_become_one(desk: Desk) {
    const NOTICE: &str = "frontdesk admin setup-link";
    for path in ["/", "/login", "/signup"] {
        assert!(desk.visitor().get(path).await.is(200).text().contains(NOTICE), "{path}");
    }
    desk.register("Olga", &[Role::Owner]).await;
    for path in ["/", "/login", "/signup"] {
        assert!(!desk.visitor().get(path).await.is(200).text().contains(NOTICE), "{path}");
    }
}

async fn the_session_cookie_is_for_this_host_and_out_of_reach(desk: Desk) {
    desk.register("Ann", &[]).await;
    let answer = desk.visitor().sign_in("Ann").await.is(303);
    let cookie = answer.cookie("__Host-session").unwrap();
    let mut attributes = cookie[1..].to_vec();
    attributes.sort_unstable();
    // 30 days: the row determines the end; the cookie must only outlive it.
    assert_eq!(attributes, ["HttpOnly", "Max-Age=2592000", "Path=/", "SameSite=Lax", "Secure"]);
    assert!(cookie[0].len() >= 22, "128 bits at least: {}", cookie[0]);
}

async fn signing_in_makes_a_new_session_id(desk: Desk) {
    desk.register("Ann", &[]).await;
    let ann = desk.sign_in("Ann").await;
    let (copy, first) = (ann.copy(), ann.session());
    ann.sign_in("Ann").await.is(303);
    assert_ne!(ann.session(), first);
    ann.get("/account").await.is(200);
    copy.get("/account").await.leads_to("/login?next=%2Faccount");
}

async fn a_session_id_that_somebody_else_chose_is_not_taken(desk: Desk) {
    desk.register("Ann", &[]).await;
    for chosen in ["AAAAAAAAAAAAAAAAAAAAAA", "not an id", ""] {
        let ann = desk.visitor();
        ann.set_cookie("__Host-session", chosen);
        ann.get("/account").await.is(303);
        ann.set_cookie("__Host-session", chosen);
        ann.sign_in("Ann").await.is(303);
        assert!(ann.session().is_some_and(|id| id != chosen), "{chosen:?}");
        ann.get("/account").await.is(200);
    }
}

async fn signing_in_as_somebody_else_ends_the_session_before(desk: Desk) {
    desk.register("Ann", &[]).await;
    desk.register("Bob", &[]).await;
    let device = desk.sign_in("Ann").await;
    let as_ann = device.copy();
    device.sign_in("Bob").await.is(303);
    assert!(device.get("/account").await.page().text().contains("bob@example.com"));
    as_ann.get("/account").await.is(303);
    assert_eq!(desk.written().await.sessions, 1);
}

async fn signing_in_leads_on_to_a_page_of_this_site_only(desk: Desk) {
    desk.register("Ann", &[]).await;
    let long = format!("/{}", "a".repeat(2_000));
    let cases = [
        ("/admin/users?q=ann&sort=-name", "/admin/users?q=ann&sort=-name"),
        ("", "/account"),
        ("account", "/account"),
        ("//evil.example", "/account"),
        ("/\\evil.example", "/account"),
        ("https://evil.example/", "/account"),
        ("javascript:alert(1)", "/account"),
        ("/a\r\nset-cookie: a=b", "/account"),
        ("/logout", "/account"),
        ("/fn/sign_out", "/account"),
        (&long, "/account"),
    ];
    for (next, place) in cases {
        let typed =
            [("page", "/login"), ("next", next), ("email", "ann@example.com"), ("password", PASSWORD)];
        desk.visitor().post("/fn/sign_in", &typed).await.leads_to(place);
    }
}

async fn who_is_sent_to_sign_in_comes_back(desk: Desk) {
    desk.register("Ada", &[Role::Admin]).await;
    let ada = desk.visitor();
    let sent = ada.get("/admin/users?q=a%26b").await.leads_to("/login?next=%2Fadmin%2Fusers%3Fq%3Da%2526b");
    let typed = [("email", "ada@example.com"), ("password", PASSWORD)];
    // After a mistake.
    let wrong =
        ada.submit(sent.location(), "/fn/sign_in", &[typed[0], ("password", "not that one")]).await.is(422);
    let form = wrong.page().filled("/fn/sign_in", &typed);
    let back = ada.post("/fn/sign_in", &form).await.leads_to("/admin/users?q=a%26b");
    let page = ada.follow(&back).await.is(200).page();
    assert_eq!(page.by_id("q").unwrap().get("value"), Some("a&b"));
    assert_eq!(page.flash(), Some("You are signed in."));
}

async fn a_flash_is_shown_once(desk: Desk) {
    desk.register("Ann", &[]).await;
    let ann = desk.visitor();
    let answer = ann.sign_in("Ann").await.is(303);
    assert!(!answer.location().contains('?'), "it travels in a cookie, not in the address");
    let flash = answer.cookie("__Host-flash").unwrap();
    assert_eq!((flash[0], flash.contains(&"HttpOnly")), ("signed-in", true));
    assert_eq!(ann.get("/account").await.page().flash(), Some("You are signed in."));
    assert_eq!(ann.get("/account").await.page().flash(), None);
    // The sentence comes from a list, so it cannot be forged.
    ann.set_cookie("__Host-flash", "<b>send money</b>");
    assert_eq!(ann.get("/account").await.page().flash(), None);
}

async fn a_flash_is_not_used_up_by_what_nobody_sees(desk: Desk) {
    desk.register("Ann", &[]).await;
    let ann = desk.visitor();
    ann.sign_in("Ann").await.is(303);
    ann.head("/account").await.is(200);
    // On the way to another page.
    ann.get("/login").await.leads_to("/account");
    ann.program().get("/nothing").await.is(404);
    assert_eq!(ann.get("/account").await.page().flash(), Some("You are signed in."));
    assert_eq!(ann.get("/account").await.page().flash(), None);
}

async fn a_program_that_is_signed_out_is_told_so(desk: Desk) {
    let program = desk.visitor().program();
    for path in ["/account", "/admin", "/admin/users", "/admin/users/new", "/admin/audit"] {
        let answer = program.get(path).await.is(401);
        assert_eq!(answer.problem().error, Code::SignInRequired, "{path}");
        assert!(answer.header("location").is_none(), "{path}");
        // People are redirected to the sign-in page.
        desk.visitor().get(path).await.is(303);
    }
    assert_eq!(program.post("/fn/create_user", &NOTHING).await.is(401).problem().error, Code::SignInRequired);
}

async fn a_refused_sign_in_is_told_also_to_somebody_who_is_signed_in(desk: Desk) {
    desk.register("Ann", &[]).await;
    let window = desk.visitor();
    let form = window.get("/login").await.page();
    // In another window of the same browser.
    window.sign_in("Ann").await.is(303);
    let typed = [("email", "ann@example.com"), ("password", "wrong horse battery staple")];
    let page = window.post("/fn/sign_in", &form.filled("/fn/sign_in", &typed)).await.is(422).page();
    assert_eq!(page.heading(), "Sign in");
    assert!(page.fault("email").unwrap().starts_with("The e-mail address or the password is not right"));
    // They are still signed in.
    window.get("/account").await.is(200);
}

async fn a_sign_in_that_cannot_be_kept_is_to_be_tried_again(desk: Desk) {
    desk.register("Ann", &[]).await;
    desk.change("ALTER TABLE sessions RENAME TO sessions_elsewhere").await;
    let ann = desk.visitor();
    let answer = ann.sign_in("Ann").await.is(503);
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(answer.page().heading(), "Too busy to answer right now");
    assert_eq!(ann.session(), None);
    // The account exists by then, and must not be created again.
    let typed = [("name", "Bob"), ("email", "bob@example.com"), ("password", PASSWORD)];
    let bob = desk.visitor();
    let answer = bob.submit("/signup", "/fn/sign_up", &typed).await.leads_to("/login");
    let page = bob.follow(&answer).await.is(200).page();
    assert_eq!((page.flash(), bob.session()), (Some("Your account is ready. Sign in to go on."), None));
    desk.change("ALTER TABLE sessions_elsewhere RENAME TO sessions").await;
    bob.sign_in("Bob").await.leads_to("/account");
    ann.sign_in("Ann").await.leads_to("/account");
}

async fn a_wrong_password_and_an_unknown_address_get_the_same_answer(desk: Desk) {
    desk.register("Ann", &[]).await;
    let answer = async |email: &str| {
        let before = (desk.domain.db.statements(), desk.written().await.events);
        let counting = desk.domain.db.statements() - before.0;
        let typed = [("email", email), ("password", "wrong horse battery staple")];
        let answer = desk.visitor().submit("/login", "/fn/sign_in", &typed).await.is(422);
        let statements = desk.domain.db.statements() - before.0 - counting;
        assert_eq!(desk.written().await.events, before.1 + 1, "both are in the audit trail");
        (answer, statements)
    };
    let (wrong, wrong_cost) = answer("ann@example.com").await;
    let (unknown, unknown_cost) = answer("bob@example.com").await;
    assert_eq!(wrong_cost, unknown_cost, "statements");
    assert_eq!(without_accidents(&wrong, "ann@example.com"), without_accidents(&unknown, "bob@example.com"));
    let fault = "The e-mail address or the password is not right. Check both and try again";
    assert_eq!(wrong.page().fault("email"), Some(fault));

    // For programs, too.
    let typed = |email| [("email", email), ("password", "wrong horse battery staple")];
    let program = desk.visitor().program();
    let wrong = program.post("/fn/sign_in", &typed("ann@example.com")).await.is(422);
    let unknown = program.post("/fn/sign_in", &typed("bob@example.com")).await.is(422);
    assert_eq!(without_accidents(&wrong, ""), without_accidents(&unknown, ""));
}

/// Body and header names, without the parts that always differ.
fn without_accidents(answer: &Answer, typed: &str) -> (String, Vec<String>, usize) {
    let policy = answer.header("content-security-policy").unwrap();
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap_or("-");
    let id = answer.header("x-request-id").unwrap();
    let mut body = answer.text().replace(nonce, "{nonce}").replace(id, "{id}");
    // Each form has its own.
    let forms: Vec<String> =
        body.split("name=\"nonce\" value=\"").skip(1).map(|rest| rest[..32].to_owned()).collect();
    for nonce in forms {
        body = body.replace(&nonce, "{form}");
    }
    if !typed.is_empty() {
        body = body.replace(typed, "{typed}");
    }
    let mut headers: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
    headers.sort_unstable();
    (body, headers, answer.body.len())
}

async fn a_suspended_person_learns_it_only_with_the_right_password(desk: Desk) {
    let (name, id) = desk.somebody(&[]).await;
    desk.suspend(id).await;
    let right = desk.visitor().sign_in(&name).await.is(409);
    assert!(right.page().alert().unwrap().text.contains("This account is suspended"));
    let typed = [("email", &*crate::support::address(&name)), ("password", "wrong horse battery staple")];
    let wrong = desk.visitor().submit("/login", "/fn/sign_in", &typed).await.is(422);
    assert!(!wrong.text().contains("suspended"));
    assert_eq!(desk.written().await.sessions, 0);
}

async fn after_ten_failures_there_is_a_pause_whoever_asks(desk: Desk) {
    desk.register("Ann", &[]).await;
    let wrong =
        [("page", "/login"), ("email", "ann@example.com"), ("password", "wrong horse battery staple")];
    for _ in 0..10 {
        desk.visitor().post("/fn/sign_in", &wrong).await.is(422);
    }
    // Even with the right password, and for unknown addresses as well.
    let held = desk.visitor().sign_in("Ann").await.is(429);
    let seconds: i64 = held.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
    desk.register("Bob", &[]).await;
    desk.sign_in("Bob").await;
    desk.domain.clock.advance(seconds);
    desk.sign_in("Ann").await;
}
