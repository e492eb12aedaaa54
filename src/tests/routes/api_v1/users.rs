//! Users by the API.

use frontdesk_model::{Permission as P, Role};
use serde_json::json;

use crate::support::{Desk, address};

both! {
    a_user_is_created_read_and_led_through_their_states,
    a_taken_address_and_a_bad_name_are_refused_by_name,
    a_token_does_what_its_permissions_say_and_no_more,
    nobody_acts_by_a_token_on_who_holds_more,
    an_invitation_leads_to_a_password,
    roles_are_given_and_taken,
}

async fn a_user_is_created_read_and_led_through_their_states(desk: Desk) {
    let program = desk.program(P::ALL).await;
    let made = program.post("/users", &json!({"name": "Ann Lee", "email": "Ann@example.com"})).await.is(201);
    let user = made.json();
    assert_eq!(
        (&user["name"], &user["status"], &user["has_password"]),
        (&json!("Ann Lee"), &json!("active"), &json!(false))
    );
    assert!(!made.text().contains("hash"), "{}", made.text());
    let id = user["id"].as_str().unwrap();
    assert_eq!(made.location(), format!("https://desk.example/api/v1/users/{id}"));
    assert_eq!(program.get(&format!("/users/{id}")).await.is(200).json(), user);

    let steps =
        [("suspend", json!({"reason": "Sent spam"}), "suspended"), ("reinstate", json!({}), "active")];
    for (step, body, status) in steps {
        let user = program.post(&format!("/users/{id}/{step}"), &body).await.is(200).json();
        assert_eq!(user["status"], status);
    }
    assert_eq!(
        program.post(&format!("/users/{id}/remove"), &json!({})).await.is(200).json()["status"],
        "removed"
    );
    assert_eq!(
        program.post(&format!("/users/{id}/remove"), &json!({})).await.is(409).problem().error.as_str(),
        "WRONG_STATE"
    );
    let restored = program.post(&format!("/users/{id}/restore"), &json!({})).await.is(200).json();
    assert_eq!((&restored["status"], &restored["removed_at"]), (&json!("active"), &json!(null)));

    let told = program.get(&format!("/audit?target={id}")).await.is(200).json();
    let actions: Vec<_> =
        told["items"].as_array().unwrap().iter().map(|event| event["action"].as_str().unwrap()).collect();
    assert_eq!(
        actions,
        ["user.restored", "user.removed", "user.reinstated", "user.suspended", "user.created"]
    );
    assert!(told["items"][0]["actor"]["label"].as_str().unwrap().contains("a test"));
}

async fn a_taken_address_and_a_bad_name_are_refused_by_name(desk: Desk) {
    desk.register("Ann", &[]).await;
    let program = desk.program(&[P::USERS_CREATE]).await;
    let before = desk.written().await;
    let taken =
        program.post("/users", &json!({"name": "Ann", "email": address("Ann")})).await.is(409).problem();
    assert_eq!((taken.error.as_str(), taken.details[0].field.as_str()), ("EMAIL_EXISTS", "email"));
    assert_eq!(taken.kind, "https://desk.example/docs/problems/EMAIL_EXISTS");
    let bad = program.post("/users", &json!({"name": "", "email": "ann@"})).await.is(400).problem();
    let fields: Vec<_> = bad.details.iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!((bad.error.as_str(), fields), ("VALIDATION_ERROR", vec!["email", "name"]));
    assert_eq!(desk.written().await, before);
}

async fn a_token_does_what_its_permissions_say_and_no_more(desk: Desk) {
    let (_, id) = desk.somebody(&[]).await;
    let reader = desk.program(&[P::USERS_READ]).await;
    reader.get("/users").await.is(200);
    for (path, permission) in [("/users", "users:create"), (&format!("/users/{id}/suspend"), "users:suspend")]
    {
        let refused = reader.post(path, &json!({"reason": "x"})).await.is(403);
        assert_eq!(
            refused.header("www-authenticate"),
            Some("Bearer realm=\"frontdesk\", error=\"insufficient_scope\"")
        );
        let problem = refused.problem();
        assert_eq!(problem.error.as_str(), "PERMISSION_REQUIRED");
        assert!(problem.detail.unwrap().contains(permission));
    }
    let me = reader.get("/me").await.is(200).json();
    assert_eq!((&me["permissions"], &me["user"]), (&json!(["users:read"]), &json!(null)));
}

async fn nobody_acts_by_a_token_on_who_holds_more(desk: Desk) {
    let (_, owner) = desk.somebody(&[Role::Owner]).await;
    desk.somebody(&[Role::Owner]).await;
    let program = desk.program(&[P::USERS_READ, P::USERS_SUSPEND, P::USERS_REMOVE]).await;
    let refused = program.post(&format!("/users/{owner}/suspend"), &json!({"reason": "x"})).await.is(403);
    assert_eq!(refused.problem().error.as_str(), "FORBIDDEN");
    program.post(&format!("/users/{owner}/remove"), &json!({})).await.is(403);
}

async fn an_invitation_leads_to_a_password(desk: Desk) {
    let program = desk.program(P::ALL).await;
    let user =
        program.post("/users", &json!({"name": "Ann", "email": "ann@example.com"})).await.is(201).json();
    let path = format!("/users/{}/invitations", user["id"].as_str().unwrap());
    let link = program.post(&path, &json!({})).await.is(201).json();
    let url = link["url"].as_str().unwrap().strip_prefix("https://desk.example").unwrap().to_owned();
    let ann = desk.visitor();
    ann.submit(&url, "/fn/accept_invite", &[("password", "a fresh start every time")]).await.is(303);
    ann.get("/account").await.is(200);
}

async fn roles_are_given_and_taken(desk: Desk) {
    let (_, id) = desk.somebody(&[]).await;
    let program = desk.program(P::ALL).await;
    let path = format!("/users/{id}/roles");
    assert_eq!(
        program.post(&path, &json!({"role": "support"})).await.is(200).json()["roles"],
        json!(["support"])
    );
    assert_eq!(
        program.post(&path, &json!({"role": "support"})).await.is(409).problem().error.as_str(),
        "WRONG_STATE"
    );
    assert_eq!(program.delete(&format!("{path}/support")).await.is(200).json()["roles"], json!([]));
    assert_eq!(program.delete(&format!("{path}/king")).await.is(400).problem().details[0].field, "role");
    let roles = program.get("/roles").await.is(200).json();
    assert_eq!(roles["items"].as_array().unwrap().len(), Role::ALL.len());
}
