//! E-mail addresses, names and labels by the API.

use std::sync::atomic::{AtomicU32, Ordering};

use frontdesk_model::Permission as P;
use http::Method;
use serde_json::{Value, json};

use crate::support::{Desk, PASSWORD};

both! {
    an_account_made_by_the_api_is_signed_in_to_as_a_browser_spells_its_address,
    an_address_is_created_once_in_whatever_spelling,
    characters_that_identify_nothing_are_refused_by_name,
    whatever_becomes_a_link_or_a_label_has_something_to_see,
}

async fn an_account_made_by_the_api_is_signed_in_to_as_a_browser_spells_its_address(desk: Desk) {
    let program = desk.program(P::ALL).await;
    let user = json!({"name": "Ann", "email": "info@bücher.example"});
    let made = program.post("/users", &user).await.is(201).json();
    let id = made["id"].as_str().unwrap();
    let invited = program.post(&format!("/users/{id}/invitations"), &json!({})).await.is(201).json();
    let path = invited["url"].as_str().unwrap().strip_prefix("https://desk.example").unwrap();
    desk.visitor().submit(path, "/fn/accept_invite", &[("password", PASSWORD)]).await.is(303);
    // Chromium sends the domain in Punycode.
    let form = [("page", "/login"), ("email", "info@xn--bcher-kva.example"), ("password", PASSWORD)];
    let browser = desk.visitor();
    browser.post("/fn/sign_in", &form).await.leads_to("/account");
    assert!(browser.get("/account").await.page().text().contains("info@bücher.example"));
}

async fn an_address_is_created_once_in_whatever_spelling(desk: Desk) {
    let program = desk.program(P::ALL).await;
    for (typed, again) in [
        ("info@bücher.example", "info@xn--bcher-kva.example"),
        ("ΣΑΣ@example.com", "σας@example.com"),
        ("ju\u{308}rgen@example.com", "JÜRGEN@example.com"),
        ("ｆｕｌｌ@example.com", "full@example.com"),
        ("pasted@example.com", "\u{200B}pasted@example.com\u{A0}"),
    ] {
        let made = program.post("/users", &json!({"name": "Ann", "email": typed})).await.is(201).json();
        assert_eq!(made["email"], typed);
        let refused = program.post("/users", &json!({"name": "Bob", "email": again})).await.is(409).problem();
        assert_eq!(refused.error.as_str(), "EMAIL_EXISTS", "{again}");
    }
}

async fn characters_that_identify_nothing_are_refused_by_name(desk: Desk) {
    let program = desk.program(P::ALL).await;
    for (email, code) in [
        ("ann\u{200B}@example.com", "characters"),
        ("ann@exam\u{AD}ple.com", "characters"),
        ("ann\u{202E}@example.com", "characters"),
        ("\u{10FFFF}ann@example.com", "characters"),
        ("ann\u{F8FF}@example.com", "characters"),
        ("ann\u{FE0F}@example.com", "characters"),
        ("ann\0@example.com", "characters"),
        ("ann@xn--zzzzzzzz.example", "email"),
        ("ann@exa_mple.com", "email"),
        ("ann@example..com", "email"),
        ("ann@[127.0.0.1]", "email"),
        ("ann@127.0.0.1", "email"),
    ] {
        let refused = program.post("/users", &json!({"name": "Ann", "email": email})).await.is(400).problem();
        let details = &refused.details[0];
        assert_eq!((&*details.field, &*details.code), ("email", code), "{}", email.escape_unicode());
    }
}

async fn whatever_becomes_a_link_or_a_label_has_something_to_see(desk: Desk) {
    let program = desk.program(P::ALL).await;
    let customer = program.post("/users", &json!({"name": "Ann", "email": "ann@example.com"})).await.is(201);
    let customer = customer.json()["id"].clone();
    let next = AtomicU32::new(0);
    let post = async |path: &str, body: &Value| {
        let key = next.fetch_add(1, Ordering::Relaxed).to_string();
        program.json(program.request(Method::POST, path).header("idempotency-key", key), body).await
    };
    let order = |description: &str, note: &str| -> Value {
        let lines = json!([{"description": description, "unit_price": 100}]);
        json!({"customer_id": customer, "currency": "EUR", "lines": lines, "note": note})
    };
    let made = post("/orders", &order("Tea", "")).await.is(201).json();
    let (order_id, user_id) = (made["id"].as_str().unwrap(), customer.as_str().unwrap());
    for unseen in
        ["\u{2800}", "\u{3164}", "\u{FFA0}", "\u{115F}", "\u{1160}", "\u{301}", "\u{200D}", "\u{FFFE}"]
    {
        let hook = json!({"url": "https://shop.example/", "description": unseen, "events": ["user.created"]});
        for (path, body, field) in [
            ("/users".to_owned(), json!({"name": unseen, "email": "bob@example.com"}), "name"),
            (format!("/users/{user_id}/suspend"), json!({"reason": unseen}), "reason"),
            (format!("/orders/{order_id}/cancel"), json!({"reason": unseen}), "reason"),
            ("/orders".to_owned(), order(unseen, ""), "lines[0].description"),
            ("/orders".to_owned(), order("Tea", unseen), "note"),
            ("/tokens".to_owned(), json!({"kind": "service", "name": unseen}), "name"),
            ("/webhooks".to_owned(), hook, "description"),
        ] {
            let refused = post(&path, &body).await.is(400).problem();
            let details = &refused.details[0];
            let told = (&*details.field, &*details.code);
            assert_eq!(told, (field, "characters"), "{path}: {}", unseen.escape_unicode());
        }
    }
}
