//! Webhooks by the API: the same as on the pages.

use std::collections::BTreeSet;

use axum::body::Body;
use frontdesk_model::{Permission as P, Role, webhooks::EventType};
use http::{Method, header::IF_MATCH};
use serde_json::{Value, json};

use crate::support::{Answer, Desk, Program};

both! {
    a_webhook_is_made_read_changed_and_removed,
    a_secret_is_told_when_it_is_made_and_never_again,
    an_address_or_a_type_that_cannot_be_is_refused_by_name,
    a_test_event_is_followed_and_sent_again,
    deliveries_are_listed_by_their_state_and_only_those_of_the_webhook,
    deliveries_of_all_webhooks_are_listed_by_their_state,
    events_are_sent_again_in_bulk,
    a_webhook_that_is_off_is_sent_nothing,
    who_reads_webhooks_changes_nothing,
    what_is_sent_is_what_the_document_says_of_its_type,
}

fn shop() -> Value {
    json!({"url": "https://shop.example/hooks?key=a", "description": "The shop", "events": ["role.granted", "user.created"]})
}

async fn make(program: &Program) -> Value {
    program.post("/webhooks", &shop()).await.is(201).json()
}

fn path(webhook: &Value) -> String {
    format!("/webhooks/{}", webhook["id"].as_str().unwrap())
}

async fn patch(program: &Program, path: &str, tag: &str, body: &Value) -> Answer {
    program.json(program.request(Method::PATCH, path).header(IF_MATCH, tag), body).await
}

/// Sends a test event, and returns the path of its delivery.
async fn send_test(program: &Program, path: &str) -> String {
    let sent = program.post(&format!("{path}/test"), &json!({})).await.is(201);
    let place = sent.location().strip_prefix("https://desk.example/api/v1").unwrap().to_owned();
    assert_eq!(place, format!("/webhook-deliveries/{}", sent.json()["delivery_id"].as_str().unwrap()));
    place
}

async fn a_webhook_is_made_read_changed_and_removed(desk: Desk) {
    let program = desk.program(P::ALL).await;
    let made = program.post("/webhooks", &shop()).await.is(201);
    let webhook = made.json();
    let path = path(&webhook);
    assert_eq!(made.location(), format!("https://desk.example/api/v1{path}"));
    assert_eq!(
        (&webhook["events"], &webhook["enabled"], &webhook["url"]),
        (&json!(["user.created", "role.granted"]), &json!(true), &json!("https://shop.example/hooks?key=a"))
    );
    assert_eq!(desk.last_event().await, "webhook.created");
    let listed = program.get("/webhooks").await.is(200).json();
    let read = program.get(&path).await.is(200).json();
    assert_eq!(listed["items"], json!([read]));

    // The tag of the response to the creation is valid for the first change.
    let tag = made.header("etag").unwrap().to_owned();
    let changed =
        patch(&program, &path, &tag, &json!({"enabled": false, "events": ["user.removed"]})).await.is(200);
    assert_eq!(
        (&changed.json()["enabled"], &changed.json()["events"], &changed.json()["description"]),
        (&json!(false), &json!(["user.removed"]), &json!("The shop"))
    );
    assert_eq!(desk.last_event().await, "webhook.updated");
    let refused = patch(&program, &path, &tag, &json!({"description": "Another"})).await.is(412).problem();
    assert_eq!((refused.error.as_str(), &*refused.details[0].field), ("PRECONDITION_FAILED", "description"));
    program.json(program.request(Method::PATCH, &path), &json!({})).await.is(428);

    program.delete(&path).await.is(204);
    assert_eq!(desk.last_event().await, "webhook.removed");
    for gone in [program.get(&path).await, program.delete(&path).await] {
        assert_eq!(gone.is(404).problem().error.as_str(), "NOT_FOUND");
    }
}

async fn a_secret_is_told_when_it_is_made_and_never_again(desk: Desk) {
    let program = desk.program(P::ALL).await;
    let made = make(&program).await;
    let path = path(&made);
    let rotated = program.post(&format!("{path}/secret"), &json!({})).await.is(200).json();
    assert_eq!(desk.last_event().await, "webhook.secret_rotated");
    let secrets = [&made, &rotated].map(|it| it["secret"].as_str().unwrap());
    assert!(secrets.iter().all(|secret| secret.starts_with("whsec_")) && secrets[0] != secrets[1]);
    assert!(rotated["old_secret_until"].is_string() && made["old_secret_until"].is_null());
    for answer in [program.get(&path).await, program.get("/webhooks").await, program.get("/audit").await] {
        let text = answer.is(200).text().to_owned();
        assert!(
            !text.contains("whsec_") && secrets.iter().all(|secret| !text.contains(&secret[6..])),
            "{text}"
        );
    }
}

async fn an_address_or_a_type_that_cannot_be_is_refused_by_name(desk: Desk) {
    let program = desk.program(P::ALL).await;
    let url = |url: &str| json!({"url": url, "events": ["user.created"]});
    for (body, field, code) in [
        (json!({}), "events", "required"),
        (url("shop.example"), "url", "url"),
        (url("https://ann:pw@shop.example/"), "url", "url"),
        (url("https://[::1"), "url", "refused"),
        (json!({"url": "https://shop.example", "events": ["user.adored"]}), "events", "malformed"),
        (json!({"url": "https://shop.example", "events": ["webhook.test"]}), "events", "malformed"),
        (
            json!({"url": "https://shop.example", "events": ["user.created"], "secret": "x"}),
            "secret",
            "unknown",
        ),
    ] {
        let problem = program.post("/webhooks", &body).await.is(400).problem();
        let fault = &problem.details[0];
        assert_eq!((&*fault.field, &*fault.code), (field, code), "{body}");
    }
    assert_eq!(program.get("/webhooks").await.json()["items"], json!([]));
}

async fn a_test_event_is_followed_and_sent_again(desk: Desk) {
    let program = desk.program(P::ALL).await;
    let webhook = make(&program).await;
    let place = send_test(&program, &path(&webhook)).await;
    assert_eq!(desk.last_event().await, "webhook.test");
    let delivery = program.get(&place).await.is(200).json();
    assert_eq!(
        (&delivery["state"], &delivery["type"], &delivery["webhook_id"], &delivery["tries"]),
        (&json!("pending"), &json!("webhook.test"), &webhook["id"], &json!([]))
    );
    let body: Value = serde_json::from_str(delivery["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["id"], delivery["event_id"]);

    let again = format!("{place}/resend");
    let refused = program.post(&again, &json!({})).await.is(409).problem();
    assert_eq!(refused.error.as_str(), "WRONG_STATE", "it is on its way");
    desk.change("UPDATE webhook_deliveries SET state = 'failed', next_at = NULL").await;
    assert_eq!(program.get(&place).await.json()["state"], "failed");
    program.post(&again, &json!({})).await.is(204);
    assert_eq!(desk.last_event().await, "webhook.resent");
    assert_eq!(program.get(&place).await.json()["state"], "pending");
}

async fn deliveries_are_listed_by_their_state_and_only_those_of_the_webhook(desk: Desk) {
    let program = desk.program(P::ALL).await;
    let (mine, other) = (path(&make(&program).await), path(&make(&program).await));
    send_test(&program, &other).await;
    for _ in 0..3 {
        send_test(&program, &mine).await;
    }
    let page = program.get(&format!("{mine}/deliveries?limit=2&fields=id,webhook_id")).await.is(200);
    let items = page.json()["items"].as_array().unwrap().clone();
    assert!(items.len() == 2 && items.iter().all(|one| mine.ends_with(one["webhook_id"].as_str().unwrap())));
    let next = format!("{mine}/deliveries?limit=2&cursor={}", page.json()["next"].as_str().unwrap());
    assert_eq!(program.get(&next).await.is(200).json()["items"].as_array().unwrap().len(), 1);
    for (state, there) in [("pending", 3), ("failed", 0)] {
        let page = program.get(&format!("{mine}/deliveries?state={state}")).await.is(200).json();
        assert_eq!(page["items"].as_array().unwrap().len(), there, "{state}");
    }
    let foreign = next.replace(&mine, &other);
    assert_eq!(program.get(&foreign).await.is(400).problem().error.as_str(), "INVALID_CURSOR");
    program.get(&format!("{mine}/deliveries?state=lost")).await.is(400);
}

async fn deliveries_of_all_webhooks_are_listed_by_their_state(desk: Desk) {
    let program = desk.program(P::ALL).await;
    let (one, other) = (path(&make(&program).await), path(&make(&program).await));
    let failed = send_test(&program, &one).await;
    desk.change("UPDATE webhook_deliveries SET state = 'failed', next_at = NULL").await;
    send_test(&program, &other).await;
    let page = program.get("/webhook-deliveries?limit=1").await.is(200).json();
    assert!(other.ends_with(page["items"][0]["webhook_id"].as_str().unwrap()), "newest first");
    let next = format!("/webhook-deliveries?limit=1&cursor={}", page["next"].as_str().unwrap());
    let last = program.get(&next).await.is(200).json();
    assert!(one.ends_with(last["items"][0]["webhook_id"].as_str().unwrap()) && last["next"].is_null());
    let page = program.get("/webhook-deliveries?state=failed").await.is(200).json();
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    assert!(failed.ends_with(page["items"][0]["id"].as_str().unwrap()));
    let reader = desk.program(&[P::WEBHOOKS_MANAGE]).await;
    reader.get("/webhook-deliveries").await.is(403);
}

async fn events_are_sent_again_in_bulk(desk: Desk) {
    let program = desk.program(P::ALL).await;
    let path = path(&make(&program).await);
    let replay = format!("{path}/replay");
    let started = program.post(&replay, &json!({"failed_only": true})).await.is(202).json();
    assert!(path.ends_with(started["webhook_id"].as_str().unwrap()));
    assert_eq!(desk.last_event().await, "webhook.replayed");
    let job = format!("/jobs/{}", started["job_id"].as_str().unwrap());
    assert_eq!(program.get(&job).await.is(200).json()["kind"], "events.replay");
    assert_eq!(
        program.post(&replay, &json!({"after": 0})).await.is(409).problem().error.as_str(),
        "WRONG_STATE"
    );
    for (body, field) in [
        (json!({}), "since"),
        (json!({"since": "yesterday"}), "since"),
        (json!({"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"}), "until"),
        (json!({"after": -1}), "after"),
        (json!({"after": 1_000_000}), "after"),
    ] {
        let problem = program.post(&replay, &body).await.is(400).problem();
        assert_eq!(problem.details[0].field, field, "{body}");
    }
}

async fn a_webhook_that_is_off_is_sent_nothing(desk: Desk) {
    let program = desk.program(P::ALL).await;
    let webhook = make(&program).await;
    let path = path(&webhook);
    let place = send_test(&program, &path).await;
    let tag = program.get(&path).await.header("etag").unwrap().to_owned();
    patch(&program, &path, &tag, &json!({"enabled": false})).await.is(200);
    for action in [format!("{path}/test"), format!("{place}/resend"), format!("{path}/replay")] {
        let body = if action.ends_with("replay") { json!({"failed_only": true}) } else { json!({}) };
        let refused = program.post(&action, &body).await.is(409).problem();
        assert!(refused.detail.unwrap().contains("off"), "{action}");
    }
    program.post("/users", &json!({"name": "Ann", "email": "ann@example.com"})).await.is(201);
    let told = program.get(&format!("{path}/deliveries")).await.is(200).json();
    assert_eq!(told["items"].as_array().unwrap().len(), 1);
}

async fn who_reads_webhooks_changes_nothing(desk: Desk) {
    let all = desk.program(P::ALL).await;
    let webhook = make(&all).await;
    let place = send_test(&all, &path(&webhook)).await;
    let reader = desk.program(&[P::WEBHOOKS_READ]).await;
    let path = path(&webhook);
    for path in ["/webhooks", &path, &format!("{path}/deliveries"), &place] {
        reader.get(path).await.is(200);
    }
    let before = desk.written().await;
    for action in
        ["/webhooks", &format!("{path}/secret"), &format!("{path}/test"), &format!("{place}/resend")]
    {
        reader.post(action, &shop()).await.is(403);
    }
    patch(&reader, &path, "\"1\"", &json!({"enabled": false})).await.is(403);
    reader.send(reader.request(Method::DELETE, &path), Body::empty()).await.is(403);
    assert_eq!(desk.written().await, before);
    assert_eq!(all.get(&path).await.json()["enabled"], true);
}

async fn what_is_sent_is_what_the_document_says_of_its_type(desk: Desk) {
    let program = desk.program(P::ALL).await;
    let all: Vec<&str> = EventType::CHOOSABLE.iter().map(|kind| kind.as_str()).collect();
    let body = json!({"url": "https://shop.example/hooks", "events": &all});
    let path = path(&program.post("/webhooks", &body).await.is(201).json());
    send_test(&program, &path).await;
    happen(&desk).await;
    let document = program.get("/openapi.json").await.is(200).json();
    let told = program.get(&format!("{path}/deliveries?limit=100")).await.is(200).json();
    let mut types = BTreeSet::new();
    for delivery in told["items"].as_array().unwrap() {
        let place = format!("/webhook-deliveries/{}", delivery["id"].as_str().unwrap());
        let sent = program.get(&place).await.is(200).json()["body"].as_str().unwrap().to_owned();
        let mut sent: Value = serde_json::from_str(&sent).unwrap();
        let kind = delivery["type"].as_str().unwrap();
        let mut schema =
            document["webhooks"][kind]["post"]["requestBody"]["content"]["application/json"]["schema"]
                .clone();
        schema["components"] = document["components"].clone();
        let schema = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
        assert!(schema.is_valid(&sent), "{kind}: {sent}");
        sent["type"] = json!("user.adored");
        assert!(!schema.is_valid(&sent), "{kind} is of another type");
        types.insert(kind.to_owned());
    }
    let declared: BTreeSet<&str> =
        document["webhooks"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(declared, all.into_iter().chain(["webhook.test"]).collect(), "each type is in the document");
    // Events of orders and payments have the same format.
    let of_people =
        |kind: &&str| ["user.", "role.", "session.", "webhook."].iter().any(|noun| kind.starts_with(noun));
    let expected: BTreeSet<&str> = declared.into_iter().filter(of_people).collect();
    assert_eq!(types.iter().map(String::as_str).collect::<BTreeSet<_>>(), expected, "each type was sent");
}

/// Causes every event that webhooks receive.
async fn happen(desk: &Desk) {
    let (name, id) = desk.somebody(&[Role::Support]).await;
    let program = desk.program(P::ALL).await;
    program.post("/users", &json!({"name": "Zoe", "email": "zoe@example.com"})).await.is(201);
    let user = format!("/users/{id}");
    patch(&program, &user, program.get(&user).await.header("etag").unwrap(), &json!({"name": "Ann"}))
        .await
        .is(200);
    desk.sign_in(&name).await;
    let sessions = program.get(&format!("{user}/sessions")).await.is(200).json();
    program.delete(&format!("/sessions/{}", sessions["items"][0]["id"].as_str().unwrap())).await.is(204);
    program.delete(&format!("{user}/roles/support")).await.is(200);
    for (step, body) in [
        ("suspend", json!({"reason": "Sent spam"})),
        ("reinstate", json!({})),
        ("remove", json!({})),
        ("restore", json!({})),
    ] {
        program.post(&format!("{user}/{step}"), &body).await.is(200);
    }
}
