//! A form that is refused comes back as it was typed, and says what is wrong with it.

use frontdesk_model::Role;

use crate::support::{Answer, Client, Desk, PASSWORD, Page};

both! {
    every_refused_form_comes_back_as_it_was_typed,
    every_fault_is_told_at_once_beside_its_field,
    a_password_is_never_sent_back,
    what_was_typed_is_shown_as_text_and_nothing_else,
    nothing_of_a_refused_form_is_in_an_address,
    a_refused_reason_is_shown_where_it_was_typed,
    a_form_can_be_put_right_and_sent_again,
}

/// A form, where it is, and what cannot be right about what is typed into it.
struct Refused {
    page: String,
    action: &'static str,
    typed: &'static [(&'static str, &'static str)],
    faults: &'static [(&'static str, &'static str)],
}

const NAME: (&str, &str) = ("name", "Enter a name");
const EMAIL: (&str, &str) = ("email", "Enter an e-mail address like name@example.com");
const SHORT: (&str, &str) =
    ("password", "Use at least 15 characters: a few words together are easy to remember");

/// All forms in which something is typed, each with its visitor.
async fn forms(desk: &Desk) -> Vec<(Client, Refused)> {
    let setup = format!("/setup?token={}", desk.setup_link().await);
    let (_, id) = desk.somebody(&[]).await;
    let invite = format!("/invite?token={}", desk.invite(id).await);
    let person = format!("/admin/users/{id}");
    let form = |page: &str, action, typed, faults| Refused { page: page.to_owned(), action, typed, faults };
    let typed = &[("name", " "), ("email", "ann at home"), ("password", "too short")];
    let mut all = vec![
        (desk.visitor(), form("/signup", "/fn/sign_up", typed, &[NAME, EMAIL, SHORT])),
        (desk.visitor(), form(&setup, "/fn/set_up", typed, &[NAME, EMAIL, SHORT])),
        (desk.visitor(), form(&invite, "/fn/accept_invite", &[("password", "too short")], &[SHORT])),
        (
            desk.visitor(),
            form(
                "/login?next=/admin",
                "/fn/sign_in",
                &[("email", "ann at home"), ("password", "")],
                &[EMAIL, ("password", "Enter a password")],
            ),
        ),
    ];
    let staff = [
        form("/admin/users/new", "/fn/create_user", &[("name", ""), ("email", "ann@")], &[NAME, EMAIL]),
        form(&person, "/fn/update_user", &[("name", ""), ("email", "ann@")], &[NAME, EMAIL]),
        form(
            &person,
            "/fn/suspend_user",
            &[("reason", "  ")],
            &[("reason", "Enter a reason: the audit trail keeps it")],
        ),
    ];
    let change = form(
        "/account/password",
        "/fn/change_password",
        &[("current", ""), ("password", "too short")],
        &[("current", "Enter the password that you have now"), SHORT],
    );
    all.push((desk.arrive(Role::Member).await, change));
    for form in staff {
        all.push((desk.arrive(Role::Admin).await, form));
    }
    all
}

async fn send(visitor: &Client, form: &Refused) -> Answer {
    visitor.submit(&form.page, form.action, form.typed).await.is(422)
}

async fn every_refused_form_comes_back_as_it_was_typed(desk: Desk) {
    for (visitor, form) in forms(&desk).await {
        let before = desk.written().await;
        let opened = visitor.get(&form.page).await.page();
        let page = send(&visitor, &form).await.page();
        assert_eq!(page.heading(), opened.heading(), "the same page");
        let fields = |page: &Page| {
            let names = page.forms(form.action).remove(0).into_iter().map(|(name, _)| name.to_owned());
            names.collect::<Vec<_>>()
        };
        assert_eq!(fields(&page), fields(&opened), "the same form, which comes back to the same page again");
        let value = |page: &Page, name: &str| {
            let fields = page.forms(form.action).remove(0);
            fields.into_iter().find(|(field, _)| *field == name).unwrap().1.to_owned()
        };
        assert_eq!(value(&page, "page"), form.page);
        for (name, typed) in form.typed.iter().filter(|(name, _)| !["password", "current"].contains(name)) {
            assert_eq!(value(&page, name), *typed, "{name} of {}", form.action);
        }
        assert_eq!(desk.written().await, before, "{}", form.action);
    }
}

async fn every_fault_is_told_at_once_beside_its_field(desk: Desk) {
    for (visitor, form) in forms(&desk).await {
        let page = send(&visitor, &form).await.page();
        // The summary has the focus, so it is read out first.
        let summary = page.alert().unwrap();
        assert!(summary.get("autofocus").is_some() && summary.get("tabindex") == Some("-1"), "{summary:?}");
        assert_eq!(page.by_id("problem-title").unwrap().text, "There is a problem");
        for (name, message) in form.faults {
            let about = format!("{name} of {}", form.action);
            assert_eq!(page.fault(name), Some(*message), "{about}");
            let input = page.by_id(name).unwrap();
            assert_eq!(input.get("aria-invalid"), Some("true"), "{about}");
            assert!(input.ids("aria-describedby").contains(&&*format!("{name}-fault")), "{about}: {input:?}");
            // The link in the summary leads to the field.
            assert_eq!(page.link(message), Some(&*format!("#{name}")), "{about}");
        }
        let invalid = page.elements().filter(|element| element.get("aria-invalid").is_some()).count();
        assert_eq!(invalid, form.faults.len(), "{}", form.action);
    }
}

async fn a_password_is_never_sent_back(desk: Desk) {
    let typed = "zanzibar-7-umbrella";
    let sign_up = [("name", ""), ("email", "ann@example.com"), ("password", typed)];
    let sign_in = [("email", "ann@example.com"), ("password", typed)];
    let change = [("current", typed), ("password", "zanzibar-8-umbrella")];
    let refused = [
        desk.arrive(Role::Member)
            .await
            .submit("/account/password", "/fn/change_password", &change)
            .await
            .is(422),
        desk.visitor().submit("/signup", "/fn/sign_up", &sign_up).await.is(422),
        desk.visitor().submit("/login", "/fn/sign_in", &sign_in).await.is(422),
        // Also where the whole form cannot be read, and to programs.
        desk.visitor()
            .post("/fn/sign_in", &[("page", "/login"), ("password", typed), ("password", typed)])
            .await
            .is(400),
        desk.visitor().program().post("/fn/sign_in", &sign_in).await.is(422),
        desk.visitor().program().post("/fn/sign_in", &[("passwort", typed)]).await.is(400),
    ];
    for answer in refused {
        assert!(!answer.text().contains("zanzibar"), "{}", answer.text());
    }
}

async fn what_was_typed_is_shown_as_text_and_nothing_else(desk: Desk) {
    let admin = desk.arrive(Role::Admin).await;
    let evil = "</textarea></title>\"'><script>alert(1)</script><img src=x onerror=alert(1)>&amp;";
    let (_, id) = desk.somebody(&[]).await;
    let person = format!("/admin/users/{id}");
    // Refused, and shown again.
    let page =
        admin.submit("/admin/users/new", "/fn/create_user", &[("name", evil), ("email", evil)]).await.is(422);
    assert_eq!(page.page().by_id("name").unwrap().get("value"), Some(evil));
    assert_eq!(page.page().by_id("email").unwrap().get("value"), Some(evil));
    let long = format!("{evil}{}", "x".repeat(500));
    let page = admin.submit(&person, "/fn/suspend_user", &[("reason", &long)]).await.is(422);
    assert_eq!(page.page().by_id("reason").unwrap().text, long);
    // Taken, and shown wherever the name or the reason is.
    admin.submit(&person, "/fn/update_user", &[("name", evil)]).await.is(303);
    admin.submit(&person, "/fn/suspend_user", &[("reason", evil)]).await.is(303);
    for path in [&*person, "/admin", "/admin/users", "/admin/audit"] {
        let page = admin.get(path).await.is(200);
        assert!(page.page().text().contains(evil), "{path}");
        assert!(!page.text().contains("<script>alert") && !page.text().contains("<img src"), "{path}");
    }
    assert_eq!(admin.get(&person).await.page().one("title").text, format!("{evil} · Frontdesk"));
    // In addresses, too.
    for path in
        ["/admin/users?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "/login?next=%22%3E%3Cscript%3Ealert(1)"]
    {
        let page =
            if path.starts_with("/login") { desk.visitor().get(path).await } else { admin.get(path).await };
        assert!(!page.text().contains("<script>alert"), "{path}");
    }
}

async fn nothing_of_a_refused_form_is_in_an_address(desk: Desk) {
    for (visitor, form) in forms(&desk).await {
        let answer = send(&visitor, &form).await;
        assert_eq!((answer.header("location"), answer.header("refresh")), (None, None), "{}", form.action);
        assert!(answer.header("set-cookie").is_none(), "nor in a cookie");
        let page = answer.page();
        for link in page.links() {
            let told = form.typed.iter().any(|(_, typed)| typed.len() > 2 && link.contains(*typed));
            assert!(!told && !link.contains("error"), "{link}");
        }
    }
    // Who is signed out meanwhile is sent to sign in, with nothing but the place to come back to.
    let typed = [("page", "/admin/users/new"), ("name", "Ann"), ("email", "ann@example.com")];
    desk.visitor().post("/fn/create_user", &typed).await.leads_to("/login?next=%2Fadmin%2Fusers%2Fnew");
}

async fn a_refused_reason_is_shown_where_it_was_typed(desk: Desk) {
    let admin = desk.arrive(Role::Admin).await;
    let (_, id) = desk.somebody(&[]).await;
    let path = format!("/admin/users/{id}");
    let is_open = |page: &Page| page.all("details").any(|details| details.get("open").is_some());
    assert!(!is_open(&admin.get(&path).await.page()));
    let refused = admin.submit(&path, "/fn/suspend_user", &[("reason", "")]).await.is(422).page();
    assert!(is_open(&refused), "a field with a fault is not hidden");
}

async fn a_form_can_be_put_right_and_sent_again(desk: Desk) {
    let ann = desk.visitor();
    let typed = [("name", "Ann"), ("email", "ann"), ("password", PASSWORD)];
    let refused = ann.submit("/signup", "/fn/sign_up", &typed).await.is(422).page();
    let form = refused.filled("/fn/sign_up", &[("email", "ann@example.com"), ("password", PASSWORD)]);
    let answer = ann.post("/fn/sign_up", &form).await.leads_to("/account");
    assert!(ann.follow(&answer).await.is(200).page().text().contains("Ann"));
}
