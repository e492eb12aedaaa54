//! No payment gateway: what needs one is refused, and what is open waits for it.

use frontdesk_domain::{
    gateway::GatewayChoice, jobs::Job, payments, processing::Reconcile, refunds, sample_data,
};
use frontdesk_model::{
    Code, OrderId, PaymentId, Permission, Problem,
    orders::OrderState,
    payments::{OnePayment, PaymentState},
    refunds::RefundState,
};

use crate::support::{
    KINDS, TestDomain, book_is_sound, enqueue, later, order_now, pay, pay_form, payment_now, person, place,
    refund_form, refund_now, this_refund, work,
};

both! {
    nothing_is_charged_or_refunded_without_a_gateway,
    open_payments_and_refunds_wait_for_their_gateway,
    a_later_look_at_a_failed_payment_waits_for_its_gateway,
    sample_payments_are_the_sandboxs,
}

async fn without_gateway(domain: &TestDomain) -> TestDomain {
    domain.beside(|options| options.gateway = GatewayChoice::Off).await
}

async fn order(domain: &TestDomain) -> OrderId {
    let customer = person(domain, &format!("Ann {}", domain.users().await), &[]).await.id;
    place(domain, customer, 1_250).await.summary.id
}

/// A payment that has succeeded.
async fn paid(domain: &TestDomain) -> PaymentId {
    let order = order(domain).await;
    pay(domain, order, "pm_card_ok").await.summary.id
}

fn code(error: payments::Error) -> Code {
    Problem::from(error).error
}

async fn nothing_is_charged_or_refunded_without_a_gateway(domain: TestDomain) {
    let staff = person(&domain, "Bob", &[frontdesk_model::Role::Admin]).await;
    let domain = domain.beside(|options| options.approval_above = payments::ApprovalAbove(Some(0))).await;
    let (open, payment) = (order(&domain).await, paid(&domain).await);
    let order = order(&domain).await;
    let waits = pay(&domain, order, "pm_card_confirm").await.summary.id;
    let refund = refunds::request(&domain.system(), refund_form(payment, Some(250))).await.unwrap().id;
    let (events, jobs) = (domain.events().await, domain.count("SELECT count(*) FROM jobs").await);

    let off = without_gateway(&domain).await;
    let ctx = off.context(staff.actor.clone());
    assert!(ctx.actor.may(Permission::PAYMENTS_CREATE));
    let refused = [
        payments::start(&ctx, pay_form(open, "pm_card_ok")).await.map(drop),
        payments::cancel(&ctx, OnePayment { id: waits }).await.map(drop),
        refunds::request(&ctx, refund_form(payment, None)).await.map(drop),
        refunds::approve(&ctx, this_refund(refund)).await.map(drop),
    ];
    for (at, refused) in refused.into_iter().enumerate() {
        assert_eq!(refused.map_err(code), Err(Code::PaymentsOff), "{at}");
    }
    let now = (domain.events().await, domain.count("SELECT count(*) FROM jobs").await);
    assert_eq!(now, (events, jobs));
    // What needs no gateway goes on.
    let form = frontdesk_model::refunds::RejectRefund { id: refund, reason: "Not now".to_owned() };
    refunds::reject(&ctx, form).await.unwrap();
}

async fn open_payments_and_refunds_wait_for_their_gateway(domain: TestDomain) {
    let payment = paid(&domain).await;
    let refund = refunds::request(&domain.system(), refund_form(payment, Some(250))).await.unwrap().id;
    let order = order(&domain).await;
    let pending = payments::start(&domain.system(), pay_form(order, "pm_card_ok")).await.unwrap().summary.id;

    let off = without_gateway(&domain).await;
    for _ in 0..12 {
        enqueue(&domain, Job::new(&Reconcile::default())).await;
        later(&off, 3_600).await;
    }
    assert_eq!(payment_now(&domain, pending).await.summary.state, PaymentState::Pending);
    assert_eq!(refund_now(&domain, refund).await.state, RefundState::Pending);
    assert_eq!(domain.count("SELECT count(*) FROM jobs WHERE state = 'dead'").await, 0);

    enqueue(&domain, Job::new(&Reconcile::default())).await;
    work(&domain, &KINDS).await;
    assert_eq!(refund_now(&domain, refund).await.state, RefundState::Succeeded);
    assert_eq!(payment_now(&domain, pending).await.summary.state, PaymentState::Succeeded);
    assert_eq!(order_now(&domain, order).await.summary.state, OrderState::Paid);
    assert_eq!(book_is_sound(&domain).await, 2_250);
}

async fn a_later_look_at_a_failed_payment_waits_for_its_gateway(domain: TestDomain) {
    let order = order(&domain).await;
    let id = pay(&domain, order, "pm_network_down").await.summary.id;
    for _ in 0..10 {
        later(&domain, 60).await;
    }
    let attempts = payment_now(&domain, id).await.attempts.len();
    assert_eq!(payment_now(&domain, id).await.summary.state, PaymentState::Failed);
    let off = without_gateway(&domain).await;
    later(&off, 2 * 3_600).await;
    assert_eq!(payment_now(&domain, id).await.attempts.len(), attempts);
    later(&domain, 2 * 3_600).await;
    assert_eq!(payment_now(&domain, id).await.attempts.len(), attempts + 1);
}

async fn sample_payments_are_the_sandboxs(domain: TestDomain) {
    person(&domain, "Ann", &[]).await;
    let off = without_gateway(&domain).await;
    sample_data::orders::seed(&off, 20, 1, |_| ()).await.unwrap();
    let payments = domain.count("SELECT count(*) FROM payments").await;
    assert!(payments > 0);
    assert_eq!(domain.count("SELECT count(*) FROM payments WHERE gateway = 'sandbox'").await, payments);
    book_is_sound(&domain).await;
}
