//! Refunds: never above the payment, never twice, and larger ones only with approval.

use frontdesk_domain::{gateway::GatewayError, payments::ApprovalAbove, refunds};
use frontdesk_model::{
    Amount, Code, OrderId, PaymentId, Permission, Problem, RefundId, Role,
    orders::OrderState,
    refunds::{RefundState, RejectRefund, RequestRefund},
};
use futures::future::join_all;

use crate::support::{
    By, KINDS, TestDomain, Trick, Tricky, at_sandbox, bearer, book_is_sound, later, make_token, order_now,
    pay, payment_now, person, place, refund_form, refund_now, service_form, service_token, this_refund, work,
};

both! {
    a_payment_goes_back_in_parts_and_whole,
    what_is_not_a_refund_is_refused_and_moves_nothing,
    no_more_goes_back_than_came_however_many_ask_at_once,
    a_larger_refund_waits_for_somebody_else,
    what_is_rejected_can_be_asked_for_again,
    a_refund_that_the_gateway_refuses_frees_the_money,
    a_refund_whose_answer_is_lost_is_paid_once,
    a_refund_is_asked_for_until_the_gateway_answers,
    nobody_approves_what_a_token_of_theirs_asked_for,
}

async fn paid(domain: &TestDomain) -> (OrderId, PaymentId) {
    paid_by(domain, "pm_card_ok").await
}

async fn paid_by(domain: &TestDomain, method: &str) -> (OrderId, PaymentId) {
    let customer = person(domain, "Ann", &[]).await.id;
    let order = place(domain, customer, 1_250).await.summary.id;
    (order, pay(domain, order, method).await.summary.id)
}

async fn ask(domain: &TestDomain, payment: PaymentId, cents: Option<i64>) -> RefundId {
    refunds::request(&domain.system(), refund_form(payment, cents)).await.unwrap().id
}

async fn a_payment_goes_back_in_parts_and_whole(domain: TestDomain) {
    let (order, payment) = paid(&domain).await;
    let first = ask(&domain, payment, Some(250)).await;
    work(&domain, &KINDS).await;
    assert_eq!(refund_now(&domain, first).await.state, RefundState::Succeeded);
    let seen = order_now(&domain, order).await;
    assert_eq!((seen.summary.state, seen.summary.refunded.minor), (OrderState::PartlyRefunded, 250));
    assert_eq!(book_is_sound(&domain).await, 1_000);
    let typed =
        RequestRefund { amount: Some(Amount::Exact("3.50".to_owned())), ..refund_form(payment, None) };
    refunds::request(&domain.system(), typed).await.unwrap();
    ask(&domain, payment, None).await;
    work(&domain, &KINDS).await;
    assert_eq!(order_now(&domain, order).await.summary.state, OrderState::Refunded);
    assert_eq!(payment_now(&domain, payment).await.summary.refunded.minor, 1_250);
    assert_eq!((book_is_sound(&domain).await, at_sandbox(&domain).await), (0, 0));
}

async fn what_is_not_a_refund_is_refused_and_moves_nothing(domain: TestDomain) {
    let (order, payment) = paid(&domain).await;
    let events = domain.events().await;
    for (cents, code) in [
        (1_251, Code::RefundExceeds),
        (0, Code::ValidationError),
        (-1, Code::ValidationError),
        (i64::MAX, Code::ValidationError),
        (i64::MIN, Code::ValidationError),
    ] {
        let refused =
            refunds::request(&domain.system(), refund_form(payment, Some(cents))).await.unwrap_err();
        assert_eq!(Problem::from(refused).error, code, "{cents}");
    }
    let nobody = PaymentId(uuid::Uuid::max());
    assert!(refunds::request(&domain.system(), refund_form(nobody, None)).await.is_err());
    let failed = {
        let customer = order_now(&domain, order).await.summary.customer.id;
        let order = place(&domain, customer, 100).await.summary.id;
        pay(&domain, order, "pm_card_declined").await.summary.id
    };
    let refused = refunds::request(&domain.system(), refund_form(failed, None)).await.unwrap_err();
    assert_eq!(Problem::from(refused).error, Code::WrongState);
    assert_eq!(domain.count("SELECT count(*) FROM refunds").await, 0);
    assert_eq!(domain.events().await, events + 3, "placed, begun and declined, nothing else");
}

async fn no_more_goes_back_than_came_however_many_ask_at_once(domain: TestDomain) {
    let (order, payment) = paid(&domain).await;
    let other = domain.beside(|_| {}).await;
    let tries = (0..40).map(|i| {
        let here = if i % 2 == 0 { &domain } else { &other };
        async move { refunds::request(&here.system(), refund_form(payment, Some(300))).await }
    });
    let outcomes = join_all(tries).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 4, "4 × 300 ≤ 1250 < 5 × 300");
    for refused in outcomes.into_iter().filter_map(Result::err) {
        assert_eq!(Problem::from(refused).error, Code::RefundExceeds);
    }
    tokio::join!(work(&domain, &KINDS), work(&other, &KINDS));
    assert_eq!(order_now(&domain, order).await.summary.refunded.minor, 1_200);
    assert_eq!((book_is_sound(&domain).await, at_sandbox(&domain).await), (50, 50));
    other.db.close().await;
}

async fn a_larger_refund_waits_for_somebody_else(mut domain: TestDomain) {
    domain.inner().parts_mut().approval_above = ApprovalAbove(Some(10));
    let (order, payment) = paid(&domain).await;
    let [bo, cy] = [person(&domain, "Bo", &[Role::Admin]).await, person(&domain, "Cy", &[Role::Admin]).await];
    let support = person(&domain, "Sue", &[Role::Support]).await;
    let small = refunds::request(&domain.by(&support.actor), refund_form(payment, Some(10))).await.unwrap();
    assert_eq!(small.state, RefundState::Pending);
    let exactly =
        refunds::request(&domain.by(&support.actor), refund_form(payment, Some(990))).await.unwrap();
    assert_eq!(exactly.state, RefundState::Pending, "together not more than the limit");
    let more = refunds::request(&domain.by(&support.actor), refund_form(payment, Some(1))).await.unwrap();
    assert_eq!(more.state, RefundState::AwaitingApproval, "small parts add up");
    work(&domain, &KINDS).await;
    let (order_2, payment_2) = {
        let customer = order_now(&domain, order).await.summary.customer.id;
        let order = place(&domain, customer, 1_250).await.summary.id;
        (order, pay(&domain, order, "pm_card_ok").await.summary.id)
    };
    let large = refunds::request(&domain.by(&bo.actor), refund_form(payment_2, None)).await.unwrap();
    assert_eq!((large.state, large.requested_by.as_str()), (RefundState::AwaitingApproval, "Bo"));
    work(&domain, &KINDS).await;
    assert_eq!(order_now(&domain, order_2).await.summary.state, OrderState::Paid, "nothing has moved");
    let over = refunds::request(&domain.by(&bo.actor), refund_form(payment_2, Some(1))).await.unwrap_err();
    assert_eq!(Problem::from(over).error, Code::RefundExceeds, "it is set aside");
    let oneself = refunds::approve(&domain.by(&bo.actor), this_refund(large.id)).await.unwrap_err();
    assert_eq!(Problem::from(oneself).error, Code::SelfApproval);
    let own_token = crate::support::token(&domain, &bo, &[Permission::REFUNDS_APPROVE]).await;
    let own_token = bearer(&domain, &own_token).await.unwrap();
    let oneself = refunds::approve(&domain.by(&own_token), this_refund(large.id)).await.unwrap_err();
    assert_eq!(Problem::from(oneself).error, Code::SelfApproval);
    let service = service_token(&domain, &[Permission::REFUNDS_APPROVE]).await;
    let service = bearer(&domain, &service).await.unwrap();
    assert!(
        refunds::approve(&domain.by(&service), this_refund(large.id)).await.is_err(),
        "a machine is nobody"
    );
    assert!(refunds::approve(&domain.by(&support.actor), this_refund(large.id)).await.is_err());
    let approved = refunds::approve(&domain.by(&cy.actor), this_refund(large.id)).await.unwrap();
    assert_eq!(approved.decided_by.as_deref(), Some("Cy"));
    assert!(refunds::approve(&domain.by(&cy.actor), this_refund(large.id)).await.is_err(), "once");
    work(&domain, &KINDS).await;
    assert_eq!(order_now(&domain, order_2).await.summary.state, OrderState::Refunded);
    assert_eq!((book_is_sound(&domain).await, at_sandbox(&domain).await), (250, 250));
}

async fn what_is_rejected_can_be_asked_for_again(mut domain: TestDomain) {
    domain.inner().parts_mut().approval_above = ApprovalAbove(Some(1));
    let (_, payment) = paid(&domain).await;
    let [bo, cy] =
        [person(&domain, "Bo", &[Role::Support]).await, person(&domain, "Cy", &[Role::Admin]).await];
    let other = person(&domain, "Sue", &[Role::Support]).await;
    let reject = |id| RejectRefund { id, reason: "It was not broken".to_owned() };
    let first = refunds::request(&domain.by(&bo.actor), refund_form(payment, None)).await.unwrap().id;
    assert!(refunds::reject(&domain.by(&other.actor), reject(first)).await.is_err());
    let rejected = refunds::reject(&domain.by(&cy.actor), reject(first)).await.unwrap();
    assert_eq!(rejected.state, RefundState::Rejected);
    assert!(refunds::approve(&domain.by(&cy.actor), this_refund(first)).await.is_err(), "it is over");
    let second = refunds::request(&domain.by(&bo.actor), refund_form(payment, None)).await.unwrap().id;
    let taken_back = refunds::reject(&domain.by(&bo.actor), reject(second)).await.unwrap();
    assert_eq!(taken_back.state, RefundState::Rejected, "one's own can be taken back");
    work(&domain, &KINDS).await;
    assert_eq!((book_is_sound(&domain).await, at_sandbox(&domain).await), (1_250, 1_250));
}

async fn a_refund_that_the_gateway_refuses_frees_the_money(domain: TestDomain) {
    let (order, payment) = paid_by(&domain, "pm_refund_refused").await;
    let refund = ask(&domain, payment, None).await;
    work(&domain, &KINDS).await;
    let refund = refund_now(&domain, refund).await;
    assert_eq!(
        (refund.state, refund.failure.as_deref()),
        (RefundState::Failed, Some("The card’s account is closed"))
    );
    assert_eq!(order_now(&domain, order).await.summary.state, OrderState::Paid);
    ask(&domain, payment, Some(1_250)).await;
    assert_eq!(book_is_sound(&domain).await, 1_250);
}

async fn a_refund_whose_answer_is_lost_is_paid_once(domain: TestDomain) {
    let (order, payment) = paid_by(&domain, "pm_refund_lost").await;
    let refund = ask(&domain, payment, Some(500)).await;
    work(&domain, &KINDS).await;
    assert_eq!(refund_now(&domain, refund).await.state, RefundState::Unknown);
    assert_eq!((book_is_sound(&domain).await, at_sandbox(&domain).await), (1_250, 750));
    later(&domain, 30).await;
    assert_eq!(refund_now(&domain, refund).await.state, RefundState::Succeeded);
    assert_eq!(order_now(&domain, order).await.summary.refunded.minor, 500);
    assert_eq!((book_is_sound(&domain).await, at_sandbox(&domain).await), (750, 750));
}

async fn a_refund_is_asked_for_until_the_gateway_answers(mut domain: TestDomain) {
    let (_, payment) = paid(&domain).await;
    let down = || Some(Trick::Before(GatewayError::NotDone("connection refused".to_owned())));
    // For more than a day: longer than the gateway remembers a key.
    Tricky::before(domain.inner(), move |call| if call <= 30 { down() } else { None });
    let refund = ask(&domain, payment, None).await;
    work(&domain, &KINDS).await;
    for _ in 0..36 {
        later(&domain, 4_000).await;
    }
    assert_eq!(refund_now(&domain, refund).await.state, RefundState::Succeeded);
    assert_eq!((book_is_sound(&domain).await, at_sandbox(&domain).await), (0, 0));
}

async fn nobody_approves_what_a_token_of_theirs_asked_for(mut domain: TestDomain) {
    domain.inner().parts_mut().approval_above = ApprovalAbove(Some(1));
    let (_, payment) = paid(&domain).await;
    let [bo, cy] = [person(&domain, "Bo", &[Role::Admin]).await, person(&domain, "Cy", &[Role::Admin]).await];
    let rights = [Permission::REFUNDS_CREATE, Permission::TOKENS_MANAGE];
    let first = make_token(&domain, &bo.actor, service_form(&rights, "30d")).await.unwrap();
    let first = bearer(&domain, &first).await.unwrap();
    // And one that is created with that one.
    let second =
        make_token(&domain, &first, service_form(&[Permission::REFUNDS_CREATE], "10d")).await.unwrap();
    let second = bearer(&domain, &second).await.unwrap();
    for service in [first, second] {
        let refund = refunds::request(&domain.by(&service), refund_form(payment, Some(200))).await.unwrap();
        assert_eq!(refund.requested_by_id, Some(bo.id));
        let oneself = refunds::approve(&domain.by(&bo.actor), this_refund(refund.id)).await.unwrap_err();
        assert_eq!(Problem::from(oneself).error, Code::SelfApproval);
        refunds::approve(&domain.by(&cy.actor), this_refund(refund.id)).await.unwrap();
    }
    let mine = service_token(&domain, &rights).await;
    let mine = bearer(&domain, &mine).await.unwrap();
    let refund = refunds::request(&domain.by(&mine), refund_form(payment, Some(200))).await.unwrap();
    assert_eq!(refund.requested_by_id, None, "the command line is nobody");
    refunds::approve(&domain.by(&bo.actor), this_refund(refund.id)).await.unwrap();
}
