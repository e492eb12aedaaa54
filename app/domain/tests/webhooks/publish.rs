//! Creates the deliveries of an event.

use base64::{Engine, engine::general_purpose::STANDARD};
use frontdesk_domain::{
    audit, sessions, users,
    webhooks::{self, Created, OutgoingWebhook},
};
use frontdesk_model::{
    Role, Secret,
    audit::{Action, AuditQuery},
    webhooks::{OVERLAP_HOURS, UpdateWebhook},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{ALL, deliveries, header, send, suspend, this, webhook};
use crate::support::{By, TestDomain, create, create_form, edit, person, register, suspension, user};

both! {
    an_event_reaches_those_who_asked_for_it_under_its_id_in_the_trail,
    what_is_sent_says_what_the_trail_says_but_not_from_where,
    each_parcel_is_signed_with_the_secret_of_its_webhook,
    while_a_secret_is_replaced_both_sign,
    what_did_not_happen_is_not_told,
    what_webhooks_are_not_told_costs_no_statement,
    a_webhook_that_is_off_is_told_nothing,
    a_test_goes_to_one_webhook_whatever_it_asked_for,
}

/// HMAC-SHA256 as in RFC 2104, independent of the code that signs.
fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let pad = |byte: u8| {
        let mut block = [byte; 64];
        block.iter_mut().zip(key).for_each(|(block, key)| *block ^= key);
        block
    };
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().to_vec()
}

/// The signature that a receiver with this secret expects.
fn signature(secret: &Secret, parcel: &OutgoingWebhook) -> String {
    let key = STANDARD.decode(secret.expose().strip_prefix("whsec_").unwrap()).unwrap();
    let (id, at) = (header(parcel, "webhook-id"), header(parcel, "webhook-timestamp"));
    format!("v1,{}", STANDARD.encode(hmac(&key, format!("{id}.{at}.{}", parcel.body).as_bytes())))
}

fn body(parcel: &OutgoingWebhook) -> Value {
    serde_json::from_str(&parcel.body).unwrap()
}

async fn an_event_reaches_those_who_asked_for_it_under_its_id_in_the_trail(domain: TestDomain) {
    let (one, other) = (webhook(&domain, "user.suspended").await, webhook(&domain, ALL).await);
    let neither = webhook(&domain, "role.granted").await;
    let ann = register(&domain, "Ann").await;
    assert_eq!(send(&domain).await.len(), 1, "the sign-up, to the one that asked for it");
    suspend(&domain, ann).await;
    let parcels = send(&domain).await;
    assert_eq!(parcels.len(), 2);
    let event = &audit::list(&domain.system(), &AuditQuery::default()).await.unwrap().items[0];
    assert_eq!(event.action, Action::USER_SUSPENDED);
    for parcel in &parcels {
        assert_eq!(parcel.url, "https://shop.example/hooks?key=1");
        assert_eq!(header(parcel, "webhook-id"), event.id.to_string());
        assert_eq!(header(parcel, "content-type"), "application/json");
        assert_eq!(header(parcel, "webhook-timestamp"), domain.clock.now().seconds().to_string());
        assert_eq!(body(parcel)["data"]["id"], json!(event.id));
    }
    let count = |found: Vec<_>| found.len();
    assert_eq!(count(deliveries(&domain, one.webhook.id).await), 1);
    assert_eq!(count(deliveries(&domain, other.webhook.id).await), 2);
    assert_eq!(count(deliveries(&domain, neither.webhook.id).await), 0);
    assert_eq!(send(&domain).await, [], "once");
}

async fn what_is_sent_says_what_the_trail_says_but_not_from_where(domain: TestDomain) {
    webhook(&domain, ALL).await;
    let olga = person(&domain, "Olga", &[Role::Owner]).await;
    let (ann, _) = create(&domain, "Ann").await;
    send(&domain).await;
    users::suspend(&domain.by(&olga.actor), suspension(ann)).await.unwrap();
    let seen = user(&domain, ann).await;
    users::reinstate(&domain.by(&olga.actor), crate::support::one(ann)).await.unwrap();
    let seen = user(&domain, seen.id).await;
    users::update(&domain.by(&olga.actor), edit(&seen, "Ann Lee", "ann@example.com")).await.unwrap();
    let mut parcels = send(&domain).await;
    parcels.sort_by_key(|parcel| header(parcel, "webhook-id").to_owned());
    let id = header(&parcels[0], "webhook-id");
    assert_eq!(
        body(&parcels[0]),
        json!({
            "type": "user.suspended",
            "version": 1,
            "timestamp": "2026-03-14T09:26:53Z",
            "data": {
                "id": id,
                "actor": {"id": olga.id, "label": "Olga"},
                "target": {"id": ann, "label": "Ann"},
                "changes": [{"field": "status", "before": "active", "after": "suspended"}],
                "reason": "Three chargebacks",
            },
        })
    );
    let changes = &body(&parcels[2])["data"]["changes"];
    assert_eq!(changes[0], json!({"field": "name", "before": "Ann", "after": "Ann Lee"}));
    for parcel in &parcels {
        assert!(
            !parcel.body.contains("192.0.2.7") && !parcel.body.contains("Browser/1.0"),
            "{}",
            parcel.body
        );
    }
}

async fn each_parcel_is_signed_with_the_secret_of_its_webhook(domain: TestDomain) {
    let hooks = [webhook(&domain, ALL).await, webhook(&domain, ALL).await];
    assert_ne!(hooks[0].secret, hooks[1].secret);
    create(&domain, "Ann").await;
    let parcels = send(&domain).await;
    assert_eq!(parcels.len(), 2);
    for Created { secret, .. } in &hooks {
        let is_theirs =
            |parcel: &&OutgoingWebhook| header(parcel, "webhook-signature") == signature(secret, parcel);
        assert_eq!(parcels.iter().filter(is_theirs).count(), 1);
    }
}

async fn while_a_secret_is_replaced_both_sign(domain: TestDomain) {
    let first = webhook(&domain, ALL).await;
    let id = first.webhook.id;
    let second = webhooks::rotate_secret(&domain.system(), this(id)).await.unwrap();
    let until = domain.clock.now().plus_seconds(OVERLAP_HOURS * 3_600);
    assert_eq!((second.webhook.old_secret_until, second.webhook.version), (Some(until), 2));
    create(&domain, "Ann").await;
    let parcel = &send(&domain).await[0];
    let both = format!("{} {}", signature(&second.secret, parcel), signature(&first.secret, parcel));
    assert_eq!(header(parcel, "webhook-signature"), both);

    domain.clock.advance(OVERLAP_HOURS * 3_600);
    create(&domain, "Ben").await;
    let parcel = &send(&domain).await[0];
    assert_eq!(header(parcel, "webhook-signature"), signature(&second.secret, parcel));
    assert_eq!(webhooks::get(&domain.system(), id).await.unwrap().old_secret_until, None);
}

async fn what_did_not_happen_is_not_told(domain: TestDomain) {
    let hook = webhook(&domain, ALL).await;
    let (ann, _) = create(&domain, "Ann").await;
    send(&domain).await;
    // Refused after its first statement, and rolled back.
    users::create(&domain.system(), create_form("Ann", "ann@example.com")).await.unwrap_err();
    users::reinstate(&domain.system(), crate::support::one(ann)).await.unwrap_err();
    // A delivery that cannot be inserted rolls back its event and the change.
    domain.meddle("ALTER TABLE webhook_attempts RENAME TO gone", vec![]).await.unwrap();
    domain.meddle("ALTER TABLE webhook_deliveries RENAME TO elsewhere", vec![]).await.unwrap();
    users::suspend(&domain.system(), suspension(ann)).await.unwrap_err();
    domain.meddle("ALTER TABLE elsewhere RENAME TO webhook_deliveries", vec![]).await.unwrap();
    domain.meddle("ALTER TABLE gone RENAME TO webhook_attempts", vec![]).await.unwrap();
    assert_eq!(user(&domain, ann).await.suspended_reason, "");
    assert_eq!(send(&domain).await, []);
    assert_eq!(deliveries(&domain, hook.webhook.id).await.len(), 1);
}

async fn what_webhooks_are_not_told_costs_no_statement(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let cost = async |what: &str| {
        let before = domain.db.statements();
        match what {
            "sign in" => drop(crate::support::sign_in(&domain, ann.id, "another device").await),
            _ => sessions::sign_out(&domain.by(&ann.actor)).await.unwrap(),
        }
        domain.db.statements() - before
    };
    let none = cost("sign in").await;
    webhook(&domain, ALL).await;
    sessions::end_others(&domain.by(&ann.actor)).await.unwrap();
    assert_eq!(cost("sign in").await, none);
}

async fn a_webhook_that_is_off_is_told_nothing(domain: TestDomain) {
    let hook = webhook(&domain, ALL).await.webhook;
    let off = UpdateWebhook {
        id: hook.id,
        version: hook.version.into(),
        url: None,
        description: None,
        events: None,
        payload_version: None,
        enabled: Some(false),
    };
    // Pending deliveries are not sent any more.
    let (ann, _) = create(&domain, "Ann").await;
    webhooks::update(&domain.system(), off).await.unwrap();
    suspend(&domain, ann).await;
    assert_eq!(send(&domain).await, []);
    let there = deliveries(&domain, hook.id).await;
    assert_eq!((there.len(), there[0].state.as_str()), (1, "failed"));
    let tried = super::delivery(&domain, there[0].id).await.tries.remove(0);
    assert_eq!(tried.error.as_deref(), Some("It was not sent, because the webhook is off."));
    assert!(webhooks::send_test(&domain.system(), this(hook.id)).await.is_err());
}

async fn a_test_goes_to_one_webhook_whatever_it_asked_for(domain: TestDomain) {
    let hook = webhook(&domain, "role.granted").await;
    webhook(&domain, ALL).await;
    webhooks::send_test(&domain.system(), this(hook.webhook.id)).await.unwrap();
    let parcels = send(&domain).await;
    assert_eq!(parcels.len(), 1);
    assert_eq!(header(&parcels[0], "webhook-signature"), signature(&hook.secret, &parcels[0]));
    let body = body(&parcels[0]);
    assert_eq!(
        (&body["type"], &body["data"]["target"]["label"]),
        (&json!("webhook.test"), &json!("The shop"))
    );
    let event = &audit::list(&domain.system(), &AuditQuery::default()).await.unwrap().items[0];
    assert_eq!((event.action, json!(event.id)), (Action::WEBHOOK_TEST, body["data"]["id"].clone()));
}
