//! Gateway events.

use frontdesk_domain::processing;
use frontdesk_model::{
    Code, Problem,
    audit::{Action, AuditQuery},
    payments::{ConfirmSandbox, PaymentState},
};
use futures::future::join_all;

use crate::support::{
    By, KINDS, TestDomain, Tricky, anybody, at_sandbox, book_is_sound, pay, payment_now, person, place, work,
};

both! {
    a_notice_that_is_not_believed_is_audited_and_moves_nothing,
    the_same_notice_ten_times_and_out_of_order_pays_once,
    a_notice_of_somebody_elses_payment_is_nothing,
    the_sandbox_sends_none,
}

async fn a_notice_that_is_not_believed_is_audited_and_moves_nothing(mut domain: TestDomain) {
    Tricky::before(domain.inner(), |_| None);
    for (signature, code) in [
        (None, Code::GatewayEventUnsigned),
        (Some("forged"), Code::GatewayEventForged),
        (Some("old"), Code::GatewayEventExpired),
    ] {
        let refused = processing::gateway_event(&domain.by(&anybody()), signature, b"{}").await.unwrap_err();
        assert_eq!(Problem::from(refused).error, code);
    }
    let refused = AuditQuery { action: Some(Action::GATEWAY_EVENT_REFUSED).into(), ..AuditQuery::default() };
    let events = frontdesk_domain::audit::list(&domain.system(), &refused).await.unwrap().items;
    assert_eq!(events.len(), 3);
    assert!(events.iter().all(|event| !event.reason.is_empty() && event.ip == "192.0.2.7"));
    assert_eq!(domain.count("SELECT count(*) FROM jobs").await, 0);
}

async fn the_same_notice_ten_times_and_out_of_order_pays_once(mut domain: TestDomain) {
    Tricky::before(domain.inner(), |_| None);
    let ann = person(&domain, "Ann", &[]).await;
    let order = place(&domain, ann.id, 1_250).await.summary.id;
    let id = pay(&domain, order, "pm_card_confirm").await.summary.id;
    let body = id.to_string();
    let gateway = domain.system();
    let tell = || processing::gateway_event(&gateway, Some("signed"), body.as_bytes());
    // Before the result, at the result, and long after.
    tell().await.unwrap();
    work(&domain, &KINDS).await;
    assert_eq!(payment_now(&domain, id).await.summary.state, PaymentState::ConfirmationRequired);
    processing::confirm(&domain.by(&ann.actor), ConfirmSandbox { id, confirms: true }).await.unwrap();
    for told in join_all((0..10).map(|_| tell())).await {
        told.unwrap();
    }
    work(&domain, &KINDS).await;
    tell().await.unwrap();
    work(&domain, &KINDS).await;
    let payment = payment_now(&domain, id).await;
    assert_eq!((payment.summary.state, payment.attempts.len()), (PaymentState::Succeeded, 3));
    assert_eq!((book_is_sound(&domain).await, at_sandbox(&domain).await), (1_250, 1_250));
    assert_eq!(domain.count("SELECT count(*) FROM audit_events WHERE action = 'payment.succeeded'").await, 1);
}

async fn a_notice_of_somebody_elses_payment_is_nothing(mut domain: TestDomain) {
    Tricky::before(domain.inner(), |_| None);
    let other = uuid::Uuid::max().to_string();
    processing::gateway_event(&domain.system(), Some("signed"), other.as_bytes()).await.unwrap();
    processing::gateway_event(&domain.system(), Some("signed"), b"something else").await.unwrap();
    assert_eq!(domain.count("SELECT count(*) FROM jobs").await, 0);
}

async fn the_sandbox_sends_none(domain: TestDomain) {
    let refused = processing::gateway_event(&domain.by(&anybody()), Some("signed"), b"{}").await.unwrap_err();
    assert_eq!(Problem::from(refused).error, Code::NotFound);
    assert_eq!(domain.events().await, 0, "so nobody fills the trail by it");
}
