//! Every operation that changes something, sent several times at once to two instances with one
//! `Idempotency-Key`: it is done once, and all who are answered are answered alike. An operation
//! that has no example here fails the test.

use frontdesk_api::{
    operation::{Key, Operation},
    operations,
};
use frontdesk_model::Role;
use futures::future::join_all;
use http::header::{CONTENT_TYPE, IF_MATCH};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answer, Desk, Program};

both! { what_is_sent_at_once_to_two_instances_is_done_once }

/// How often it is sent at once. Every second time goes to the other instance.
const TIMES: usize = 6;

async fn what_is_sent_at_once_to_two_instances_is_done_once(desk: Desk) {
    // A refund is approved by a person, and not by the one who asked.
    let [desk, other] = [two_eyes(&desk).await, two_eyes(&desk).await];
    let (_, owner) = desk.somebody(&[Role::Owner]).await;
    let here = desk.program_of(owner).await;
    let there = here.at(&other);
    let operations: Vec<_> = operations().into_iter().filter(|it| it.operation.key != Key::Safe).collect();
    assert!(operations.len() > 20, "{}", operations.len());
    for route in operations {
        let it = &*route.operation;
        let (path, body) = example(&desk, it.id).await;
        let seen = here.get(&path).await;
        let tag = seen.header("etag").filter(|_| it.conditional);
        let before = desk.written().await.events;
        let programs = (0..TIMES).map(|n| if n % 2 == 0 { &here } else { &there });
        let mut answers = join_all(programs.map(|program| send(program, it, &path, tag, &body))).await;
        let first = answers.iter().filter(|answer| answer.header("idempotency-replayed").is_none());
        assert_eq!(first.filter(|answer| answer.status < 300).count(), 1, "{}: {answers:#?}", it.id);
        for program in [&here, &there] {
            let again = send(program, it, &path, tag, &body).await.is(it.status);
            assert_eq!(again.header("idempotency-replayed"), Some("true"), "{}", it.id);
            answers.push(again);
        }
        alike(it, &answers);
        assert_eq!(desk.written().await.events, before + 1, "{} is done once", it.id);
        let event = desk.last_event().await;
        assert!(it.audits.iter().any(|action| action.as_str() == event), "{} is told as {event}", it.id);
    }
}

/// Another instance, on which every refund has to be approved.
async fn two_eyes(desk: &Desk) -> Desk {
    desk.beside(|options| options.approval_above.0 = Some(0)).await
}

async fn send(program: &Program, it: &Operation, path: &str, tag: Option<&str>, body: &Value) -> Answer {
    let request = program.request(it.method.clone(), path).header("idempotency-key", it.id);
    let request = tag.into_iter().fold(request, |request, tag| request.header(IF_MATCH, tag));
    if it.takes_body() {
        program.send(request.header(CONTENT_TYPE, "application/json"), body.to_string().into()).await
    } else {
        program.send(request, "".into()).await
    }
}

/// Who comes while it is being done waits for the answer, and gets the same.
fn alike(it: &Operation, answers: &[Answer]) {
    for answer in answers {
        assert_eq!((answer.status, &answer.body), (it.status, &answers[0].body), "{}", it.id);
        assert_eq!(answer.header("location"), answers[0].header("location"), "{}", it.id);
    }
}

/// Where an operation is sent to and with what, so that it succeeds.
pub(super) async fn example(desk: &Desk, operation: &str) -> (String, Value) {
    let (name, user) = desk.somebody(&[]).await;
    let of_user = |what: &str| format!("/users/{user}{what}");
    match operation {
        "users.create" => ("/users".to_owned(), json!({"name": "Zoe", "email": "zoe@example.com"})),
        "users.update" => (of_user(""), json!({"name": "Zoe Lee"})),
        "users.suspend" => (of_user("/suspend"), json!({"reason": "Sent spam"})),
        "users.reinstate" => {
            desk.suspend(user).await;
            (of_user("/reinstate"), json!({}))
        }
        "users.remove" => (of_user("/remove"), json!({})),
        "users.restore" => {
            desk.remove(user).await;
            (of_user("/restore"), json!({}))
        }
        "users.invite" => (of_user("/invitations"), json!({})),
        "roles.grant" => (of_user("/roles"), json!({"role": "support"})),
        "roles.revoke" => {
            let (_, user) = desk.somebody(&[Role::Support]).await;
            (format!("/users/{user}/roles/support"), json!({}))
        }
        "sessions.end" => {
            desk.sign_in(&name).await;
            let newest = "SELECT id FROM sessions ORDER BY id DESC LIMIT 1";
            (format!("/sessions/{}", desk.find::<(Uuid,)>(newest, Vec::new()).await.0), json!({}))
        }
        "tokens.create" => {
            let body = json!({"kind": "service", "name": "ci", "permissions": ["users:read"]});
            ("/tokens".to_owned(), body)
        }
        "tokens.revoke" => (format!("/tokens/{}", desk.token(user).await), json!({})),
        "jobs.rerun" => (format!("/jobs/{}/rerun", desk.enqueue().await), json!({})),
        "jobs.cancel" => (format!("/jobs/{}/cancel", desk.enqueue().await), json!({})),
        "orders.place" => {
            let lines = json!([{"description": "Coffee", "unit_price": 500}]);
            ("/orders".to_owned(), json!({"customer_id": user, "currency": "EUR", "lines": lines}))
        }
        "orders.cancel" => {
            let order = desk.order(user, 500).await;
            (format!("/orders/{order}/cancel"), json!({"reason": "Ordered twice"}))
        }
        "payments.pay" => {
            let order = desk.order(user, 500).await;
            ("/payments".to_owned(), json!({"order_id": order, "method": "pm_card_ok"}))
        }
        "payments.cancel" => {
            let payment = desk.pay(desk.order(user, 500).await, "pm_card_confirm").await;
            (format!("/payments/{payment}/cancel"), json!({}))
        }
        "refunds.request" => {
            let payment = desk.pay(desk.order(user, 500).await, "pm_card_ok").await;
            ("/refunds".to_owned(), json!({"payment_id": payment, "reason": "Arrived broken"}))
        }
        "refunds.approve" => (format!("/refunds/{}/approve", desk.refund().await.2), json!({})),
        "refunds.reject" => {
            (format!("/refunds/{}/reject", desk.refund().await.2), json!({"reason": "It was not broken"}))
        }
        "webhooks.create" => {
            let body = json!({"url": "https://shop.example/hooks", "events": ["user.created"]});
            ("/webhooks".to_owned(), body)
        }
        "webhooks.update" => (format!("/webhooks/{}", desk.webhook().await), json!({"enabled": false})),
        "webhooks.rotate_secret" => (format!("/webhooks/{}/secret", desk.webhook().await), json!({})),
        "webhooks.remove" => (format!("/webhooks/{}", desk.webhook().await), json!({})),
        "webhooks.test" => (format!("/webhooks/{}/test", desk.webhook().await), json!({})),
        "webhooks.resend" => (format!("/webhook-deliveries/{}/resend", desk.delivery().await), json!({})),
        "webhooks.replay" => {
            (format!("/webhooks/{}/replay", desk.webhook().await), json!({"failed_only": true}))
        }
        other => panic!("{other} needs an example here, so that it is held to being done once"),
    }
}
