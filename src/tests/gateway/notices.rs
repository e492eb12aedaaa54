//! `/hooks/stripe`: gateway events of Stripe.

use axum::body::Body;
use frontdesk_domain::audit;
use frontdesk_model::{
    PaymentId,
    audit::{Action, AuditQuery},
    payments::PaymentState,
};
use futures::future::join_all;
use http::{Method, Request};

use super::{paid_once, pay, payment, with_fake};
use crate::support::{
    Answer, Desk,
    stripe::{Fake, WEBHOOK_SECRET},
};

both! {
    a_notice_has_the_payment_looked_at,
    the_same_notice_ten_times_and_out_of_order_pays_once,
    a_notice_tells_where_a_lost_payment_is,
    a_notice_that_is_not_believed_changes_nothing_and_is_audited,
    a_notice_that_is_nonsense_is_refused,
    a_notice_of_what_is_not_ours_is_taken_and_nothing_is_done,
    the_door_is_no_page_and_has_a_limit_of_its_own,
    without_stripe_there_is_no_such_door,
}

/// As Stripe sends it: not from a browser, and without a session.
async fn send(desk: &Desk, body: impl Into<Body>, signature: Option<&str>) -> Answer {
    let mut request = Request::post("/hooks/stripe")
        .header("content-type", "application/json; charset=utf-8")
        .header("accept", "*/*; q=0.5, application/xml")
        .header("user-agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)");
    if let Some(signature) = signature {
        request = request.header("stripe-signature", signature);
    }
    desk.visitor().send_bare(request, body.into()).await
}

/// Sends a correctly signed event, and runs the resulting jobs.
pub(super) async fn told(desk: &Desk, fake: &Fake, body: &str) {
    let answer = send(desk, body.to_owned(), Some(&fake.signature(body))).await.is(204);
    assert!(answer.body.is_empty() && answer.header("set-cookie").is_none());
    desk.work().await;
}

async fn waiting(desk: &Desk) -> PaymentId {
    let waits = pay(desk, "pm_card_authenticationRequired").await;
    assert_eq!(waits.summary.state, PaymentState::ConfirmationRequired);
    waits.summary.id
}

async fn a_notice_has_the_payment_looked_at(desk: Desk) {
    let (desk, fake) = with_fake(&desk).await;
    let id = waiting(&desk).await;
    fake.decide(id, "succeeded");
    told(&desk, &fake, &fake.event("payment_intent.succeeded", id)).await;
    paid_once(&desk, &fake, &payment(&desk, id).await).await;
    desk.domain.db.close().await;
}

async fn the_same_notice_ten_times_and_out_of_order_pays_once(desk: Desk) {
    let (desk, fake) = with_fake(&desk).await;
    let id = waiting(&desk).await;
    let early = fake.event("payment_intent.requires_action", id);
    // The event's contents do not matter.
    let made_up = early.replace("requires_action", "succeeded");
    told(&desk, &fake, &made_up).await;
    assert_eq!(payment(&desk, id).await.summary.state, PaymentState::ConfirmationRequired);
    fake.decide(id, "succeeded");
    let late = fake.event("payment_intent.succeeded", id);
    let signature = fake.signature(&late);
    for answer in join_all((0..10).map(|_| send(&desk, late.clone(), Some(&signature)))).await {
        answer.is(204);
    }
    desk.work().await;
    for _ in 0..10 {
        told(&desk, &fake, &early).await;
    }
    told(&desk, &fake, &late).await;
    paid_once(&desk, &fake, &payment(&desk, id).await).await;
    let query = AuditQuery { action: Some(Action::PAYMENT_SUCCEEDED).into(), ..AuditQuery::default() };
    assert_eq!(audit::list(&desk.domain.system(), &query).await.unwrap().items.len(), 1);
    desk.domain.db.close().await;
}

async fn a_notice_tells_where_a_lost_payment_is(desk: Desk) {
    let (desk, fake) = with_fake(&desk).await;
    fake.play([crate::support::stripe::Trick::HangUp]);
    let lost = pay(&desk, "pm_card_visa").await;
    assert_eq!((lost.summary.state, &lost.summary.gateway_reference), (PaymentState::Unknown, &None));
    // At once, and not with the next scheduled look-up.
    told(&desk, &fake, &fake.event("payment_intent.succeeded", lost.summary.id)).await;
    paid_once(&desk, &fake, &payment(&desk, lost.summary.id).await).await;
    assert_eq!((fake.heard("GET /v1/payment_intents/pi_1"), fake.heard("POST /v1/payment_intents")), (1, 1));
    desk.domain.db.close().await;
}

async fn a_notice_that_is_not_believed_changes_nothing_and_is_audited(desk: Desk) {
    let (desk, fake) = with_fake(&desk).await;
    let id = waiting(&desk).await;
    fake.decide(id, "succeeded");
    let body = fake.event("payment_intent.succeeded", id);
    let (forged, old) =
        (fake.signature_of(&body, "whsec_guess", 0), fake.signature_of(&body, WEBHOOK_SECRET, 301));
    let early = fake.signature_of(&body, WEBHOOK_SECRET, -301);
    let cases = [
        (None, "NOTICE_UNSIGNED"),
        (Some("signed, I swear"), "NOTICE_UNSIGNED"),
        (Some(&*forged), "NOTICE_FORGED"),
        (Some(&*old), "NOTICE_EXPIRED"),
        (Some(&*early), "NOTICE_EXPIRED"),
    ];
    for (signature, code) in cases {
        let problem = send(&desk, body.clone(), signature).await.is(400).problem();
        assert_eq!(problem.error.as_str(), code, "{signature:?}");
        assert!(problem.kind.ends_with(code), "{}", problem.kind);
    }
    desk.work().await;
    assert_eq!(payment(&desk, id).await.summary.state, PaymentState::ConfirmationRequired);
    let query = AuditQuery { action: Some(Action::GATEWAY_EVENT_REFUSED).into(), ..AuditQuery::default() };
    let events = audit::list(&desk.domain.system(), &query).await.unwrap().items;
    assert_eq!(events.len(), cases.len());
    // During a rotation the old secret is as good as the new one.
    let older = fake.signature_of(&body, "whsec_older", 300);
    send(&desk, body, Some(&older)).await.is(204);
    desk.work().await;
    paid_once(&desk, &fake, &payment(&desk, id).await).await;
    desk.domain.db.close().await;
}

async fn a_notice_that_is_nonsense_is_refused(desk: Desk) {
    let (desk, fake) = with_fake(&desk).await;
    let problem = send(&desk, "{", Some(&fake.signature("{"))).await.is(400).problem();
    assert_eq!(problem.error.as_str(), "MALFORMED_REQUEST");
    // More than a form may have, and the maximum of an event.
    for (length, status) in [(256 * 1024, 400), (256 * 1024 + 1, 413)] {
        let body = " ".repeat(length);
        let answer = send(&desk, body.clone(), Some(&fake.signature(&body))).await.is(status);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    }
    desk.domain.db.close().await;
}

async fn a_notice_of_what_is_not_ours_is_taken_and_nothing_is_done(desk: Desk) {
    let (desk, fake) = with_fake(&desk).await;
    let id = waiting(&desk).await;
    let ours = fake.event("payment_intent.succeeded", id);
    let before = fake.heard("GET /v1/payment_intents/pi_1");
    for body in [
        ours.replace(&id.to_string(), "of another system"),
        ours.replace(&id.to_string(), &uuid::Uuid::max().to_string()),
        ours.replace("payment_intent.succeeded", "customer.created"),
    ] {
        assert_ne!(body, ours);
        told(&desk, &fake, &body).await;
    }
    assert_eq!(fake.heard("GET /v1/payment_intents/pi_1"), before);
    desk.domain.db.close().await;
}

async fn the_door_is_no_page_and_has_a_limit_of_its_own(desk: Desk) {
    let (desk, fake) = with_fake(&desk).await;
    let answer = desk.visitor().get("/hooks/stripe").await.is(405);
    assert_eq!(
        (answer.header("allow"), answer.problem().error.as_str()),
        (Some("POST"), "METHOD_NOT_ALLOWED")
    );
    let crossing =
        Request::builder().method(Method::POST).uri("/hooks/stripe").header("sec-fetch-site", "cross-site");
    desk.visitor().send(crossing, Body::empty()).await.is(403);

    let strict = desk.with(|settings| settings.rates.gateway_event = 2);
    let knock = async |client: &crate::support::Client| {
        client.send_bare(Request::post("/hooks/stripe"), Body::empty()).await
    };
    let stripe = strict.visitor().from("203.0.113.9");
    knock(&stripe).await.is(400);
    knock(&stripe).await.is(400);
    let refused = knock(&stripe).await.is(429);
    assert_eq!(refused.header("ratelimit-policy"), Some("\"notice\";q=2;w=60"));
    assert_eq!(refused.problem().error.as_str(), "TOO_MANY_REQUESTS");
    stripe.get("/login").await.is(200);
    drop(fake);
    desk.domain.db.close().await;
}

async fn without_stripe_there_is_no_such_door(desk: Desk) {
    let events = desk.written().await.events;
    let problem = send(&desk, "{}", Some("t=1,v1=00")).await.is(404).problem();
    assert_eq!(problem.error.as_str(), "NOT_FOUND");
    assert_eq!(desk.written().await.events, events, "so nobody fills the trail by it");
}
