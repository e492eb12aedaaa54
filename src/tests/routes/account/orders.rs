//! What customers do with their orders: look, pay, fail to, pay again, confirm.

use frontdesk_domain::{actor::Actor, gateway::GatewayChoice};
use frontdesk_model::{OrderId, Role, UserId};
use frontdesk_testing::eventually;

use crate::support::{Client, Desk, Page};

both! {
    an_order_is_paid_and_has_a_receipt,
    a_payment_that_fails_says_why_and_can_be_tried_again,
    a_payment_is_confirmed_on_the_page_that_stands_for_the_bank,
    a_payment_that_is_not_confirmed_is_refused_or_called_off,
    a_page_whose_payment_is_under_way_looks_again_by_itself,
    the_orders_of_others_are_not_there,
    a_double_click_pays_once,
    an_order_that_is_paid_or_cancelled_is_not_paid_again,
    a_card_number_is_sent_back_as_none_of_our_business,
    refunds_are_told_without_who_made_them,
    many_orders_are_walked_page_by_page,
    who_pays_too_often_has_to_wait,
    no_page_offers_to_pay_while_payments_are_off,
}

const PAY: &str = "/fn/pay_order";
const CONFIRM: &str = "/fn/confirm_sandbox";

/// A customer with an order, and its page.
async fn customer(desk: &Desk) -> (Client, UserId, OrderId, String) {
    let (name, id) = desk.somebody(&[]).await;
    let order = desk.coffees(id).await;
    (desk.sign_in(&name).await, id, order, format!("/account/orders/{order}"))
}

/// Pays by the form on the page, and goes on where that leads.
async fn pay(person: &Client, page: &str, method: &str) -> Page {
    let answer = person.submit(page, PAY, &[("method", method)]).await.leads_to(page);
    person.follow(&answer).await.is(200).page()
}

async fn an_order_is_paid_and_has_a_receipt(desk: Desk) {
    let _cashier = desk.cashier();
    let (person, _, order, path) = customer(&desk).await;
    let list = person.get("/account").await.is(200).page().link("Your orders").unwrap().to_owned();
    let list = person.get(&list).await.is(200).page();
    let reference = desk.order_now(order).await.summary.reference;
    assert_eq!(list.link(&reference), Some(&*path));
    let page = person.get(&path).await.is(200).page();
    for text in ["To be paid", "Coffee, 250 g", "12.50\u{a0}EUR", "25.00\u{a0}EUR", "sandbox", "Ordered"] {
        assert!(page.text().contains(text), "{text} in {}", page.text());
    }
    assert!(!page.text().contains("telephone"), "notes are for staff");
    person.get(&format!("{path}/receipt")).await.is(404);

    let page = pay(&person, &path, "pm_card_ok").await;
    assert_eq!(page.flash(), Some("The order is paid."));
    assert!(page.forms(PAY).is_empty() && page.text().contains("Paid"), "{}", page.text());
    let receipt = person.get(page.link("Receipt").unwrap()).await.is(200).page();
    assert_eq!(receipt.heading(), format!("Receipt {reference}"));
    for text in ["desk.example", "14 Mar 2026", "25.00\u{a0}EUR", "Amount paid"] {
        assert!(receipt.text().contains(text), "{text} in {}", receipt.text());
    }
}

async fn a_payment_that_fails_says_why_and_can_be_tried_again(desk: Desk) {
    let _cashier = desk.cashier();
    let (person, _, _, path) = customer(&desk).await;
    for (method, why) in [
        ("pm_card_declined", "Ask the bank, or pay another way"),
        ("pm_card_insufficient_funds", "25.00\u{a0}EUR are needed, and 6.25\u{a0}EUR are there"),
        ("pm_card_expired", "The card has expired"),
    ] {
        let page = pay(&person, &path, method).await;
        assert_eq!((page.flash(), page.with("class", "problem").is_some()), (None, true), "{method}");
        assert!(page.text().contains(why), "{method}: {}", page.text());
        assert!(page.by_id("pay").unwrap().text.contains("Pay again"));
    }
    let page = pay(&person, &path, "pm_card_ok").await;
    assert_eq!(page.flash(), Some("The order is paid."));
    assert!(page.with("class", "problem").is_none(), "what failed before is told below");
    assert!(page.by_id("main").unwrap().text.contains("The card was declined"));
}

async fn a_payment_is_confirmed_on_the_page_that_stands_for_the_bank(desk: Desk) {
    let _cashier = desk.cashier();
    let (person, _, _, path) = customer(&desk).await;
    let page = pay(&person, &path, "pm_card_confirm").await;
    let bank = page.link("Go to your bank").unwrap().to_owned();
    assert!(bank.starts_with("/sandbox/payments/"), "{bank}");
    // Nobody else finds it.
    desk.arrive(Role::Member).await.get(&bank).await.is(404);
    desk.arrive(Role::Support).await.get(&bank).await.is(404);
    let shown = person.get(&bank).await.is(200).page();
    assert!(shown.text().contains("no money moves") && shown.text().contains("25.00\u{a0}EUR"));
    let answer = person.submit(&bank, CONFIRM, &[]).await.leads_to(&path);
    let page = person.follow(&answer).await.is(200).page();
    assert_eq!(page.flash(), Some("The order is paid."));
    let shown = person.get(&bank).await.is(200).page();
    assert!(shown.forms(CONFIRM).is_empty() && shown.link("Back to the order") == Some(&*path));
}

async fn a_payment_that_is_not_confirmed_is_refused_or_called_off(desk: Desk) {
    let _cashier = desk.cashier();
    let (person, _, _, path) = customer(&desk).await;
    let page = pay(&person, &path, "pm_card_confirm").await;
    let bank = page.link("Go to your bank").unwrap().to_owned();
    let shown = person.get(&bank).await.page();
    let refuses = &shown.forms(CONFIRM)[1];
    assert!(refuses.contains(&("answer", "no")), "{refuses:?}");
    let answer = person.post(CONFIRM, refuses).await.leads_to(&path);
    let page = person.follow(&answer).await.is(200).page();
    assert!(page.text().contains("not confirmed at the bank"), "{}", page.text());

    pay(&person, &path, "pm_card_confirm").await;
    let answer = person.submit(&path, "/fn/cancel_payment", &[]).await.leads_to(&path);
    let page = person.follow(&answer).await.is(200).page();
    assert!(page.text().contains("The payment was not confirmed"), "{}", page.text());
    assert_eq!(pay(&person, &path, "pm_card_ok").await.flash(), Some("The order is paid."));
}

async fn a_page_whose_payment_is_under_way_looks_again_by_itself(desk: Desk) {
    let (person, _, _, path) = customer(&desk).await;
    assert_eq!(person.get(&path).await.header("refresh"), None);
    // Nobody is at work.
    let page = pay(&person, &path, "pm_card_ok").await;
    assert_eq!(page.flash(), Some("Your payment is under way."));
    assert!(page.forms(PAY).is_empty() && page.link("Look now") == Some(&*path));
    assert_eq!(person.get(&path).await.header("refresh"), Some("3"));
    // The faults of a form that came back stay.
    let order = path.rsplit('/').next().unwrap();
    let typed = [("page", &*path), ("order_id", order), ("method", "pm_card_ok")];
    let refused = person.post(PAY, &typed).await.is(409);
    assert_eq!(refused.header("refresh"), None);
    assert!(refused.page().alert().is_some());

    let _cashier = desk.cashier();
    let answer = eventually(async || {
        let answer = person.get(&path).await;
        if answer.header("refresh").is_none() { Ok(answer) } else { Err("it still refreshes") }
    })
    .await;
    assert!(answer.page().link("Receipt").is_some(), "{}", answer.text());
}

async fn the_orders_of_others_are_not_there(desk: Desk) {
    let (_, _, order, path) = customer(&desk).await;
    let payment = desk.pay(order, "pm_card_confirm").await.to_string();
    let before = desk.order_now(order).await;
    for role in [Role::Member, Role::Support, Role::Auditor] {
        let stranger = desk.arrive(role).await;
        let nowhere = format!("/account/orders/{}", desk.domain.clock.id());
        let (theirs, nothing) = (stranger.get(&path).await.is(404), stranger.get(&nowhere).await.is(404));
        assert_eq!(theirs.page().heading(), nothing.page().heading());
        stranger.get(&format!("{path}/receipt")).await.is(404);
        let order = order.to_string();
        stranger.post(PAY, &[("order_id", &*order), ("method", "pm_card_ok")]).await.is(404);
        stranger.post("/fn/cancel_payment", &[("id", &*payment)]).await.is(404);
        stranger.post(CONFIRM, &[("id", &*payment), ("answer", "yes")]).await.is(404);
        assert!(stranger.get("/account/orders").await.page().text().contains("No orders yet"));
    }
    desk.visitor().get(&path).await.is(303);
    desk.visitor().post(PAY, &[("method", "pm_card_ok")]).await.is(400);
    assert_eq!(desk.order_now(order).await, before);
}

async fn a_double_click_pays_once(desk: Desk) {
    let _cashier = desk.cashier();
    let (person, customer, order, path) = customer(&desk).await;
    let form = person.get(&path).await.page().filled(PAY, &[("method", "pm_card_ok")]);
    let (here, there) = tokio::join!(person.post(PAY, &form), person.post(PAY, &form));
    // The one that came second is told what the first was.
    for answer in [here, there] {
        answer.leads_to(&path);
    }
    let payments = "SELECT count(*) FROM payments WHERE order_id = $1";
    assert_eq!(desk.find::<(i64,)>(payments, vec![order.into()]).await.0, 1);
    // Two windows are two forms; one of them pays.
    let again = desk.coffees(customer).await;
    let path = format!("/account/orders/{again}");
    let form = async || person.get(&path).await.page().filled(PAY, &[("method", "pm_card_ok")]);
    let (one, other) = (form().await, form().await);
    let (one, other) = tokio::join!(person.post(PAY, &one), person.post(PAY, &other));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409]);
    assert_eq!(desk.find::<(i64,)>(payments, vec![again.into()]).await.0, 1);
}

async fn an_order_that_is_paid_or_cancelled_is_not_paid_again(desk: Desk) {
    let (person, id, order, path) = customer(&desk).await;
    let form = person.get(&path).await.page().filled(PAY, &[]);
    desk.pay(order, "pm_card_ok").await;
    let page = person.post(PAY, &form).await.is(409).page();
    assert!(page.alert().is_some() && page.link("Receipt").is_some(), "{}", page.text());

    let order = desk.coffees(id).await;
    let path = format!("/account/orders/{order}");
    let form = person.get(&path).await.page().filled(PAY, &[]);
    let cancel = frontdesk_model::orders::CancelOrder { id: order, reason: "Ordered twice".to_owned() };
    frontdesk_domain::orders::cancel(&desk.domain.system(), cancel).await.unwrap();
    person.post(PAY, &form).await.is(409);
    let page = person.get(&path).await.is(200).page();
    assert!(page.text().contains("Ordered twice") && page.forms(PAY).is_empty());
}

async fn a_card_number_is_sent_back_as_none_of_our_business(desk: Desk) {
    let (person, _, order, path) = customer(&desk).await;
    let order = order.to_string();
    let typed = [("page", &*path), ("order_id", &*order), ("method", "4242 4242 4242 4242")];
    let page = person.post(PAY, &typed).await.is(422);
    assert!(page.page().fault("method").unwrap().contains("number of a card"));
    assert!(!page.text().contains("4242"), "it is not sent back");
    let kept = "SELECT count(*) FROM payments";
    assert_eq!(desk.find::<(i64,)>(kept, Vec::new()).await.0, 0);
}

async fn refunds_are_told_without_who_made_them(desk: Desk) {
    let (person, id, ..) = customer(&desk).await;
    let (order, payment) = desk.paid_order(id).await;
    {
        let _cashier = desk.cashier();
        let refund = desk.refund_of(&Actor::system(), payment, Some(500)).await;
        frontdesk_domain::refunds::wait(&desk.domain.system(), refund).await.unwrap();
    }
    let path = format!("/account/orders/{order}");
    let page = person.get(&path).await.is(200).page();
    for text in ["Partly refunded", "5.00\u{a0}EUR", "Succeeded"] {
        assert!(page.text().contains(text), "{text} in {}", page.text());
    }
    assert!(!page.text().contains("command line") && !page.text().contains("Arrived broken"));
    let receipt = person.get(&format!("{path}/receipt")).await.is(200).page();
    assert!(receipt.text().contains("20.00\u{a0}EUR"), "{}", receipt.text());
}

async fn many_orders_are_walked_page_by_page(desk: Desk) {
    let (person, id, ..) = customer(&desk).await;
    for _ in 0..4 {
        desk.domain.clock.advance(1);
        desk.coffees(id).await;
    }
    let shown = |page: &Page| page.links().filter(|link| link.starts_with("/account/orders/")).count();
    let first = person.get("/account/orders?limit=3").await.is(200).page();
    assert_eq!(shown(&first), 3);
    let next = format!("/account/orders{}", first.link("Next").unwrap());
    assert_eq!(shown(&person.get(&next).await.is(200).page()), 2);
    // A place in somebody else's list is none in this one.
    desk.arrive(Role::Member).await.get(&next).await.is(400);
}

async fn who_pays_too_often_has_to_wait(desk: Desk) {
    let desk = desk.with(|settings| settings.rates.pay = 2);
    let form = async || {
        let (person, _, order, path) = customer(&desk).await;
        (person, [("page", path), ("order_id", order.to_string()), ("method", String::new())])
    };
    let ((person, typed), (other, others)) = (form().await, form().await);
    // Whether anything comes of it or not.
    for _ in 0..2 {
        person.post(PAY, &typed).await.is(422);
    }
    let refused = person.post(PAY, &typed).await.is(429);
    assert_eq!(refused.header("ratelimit-policy"), Some("\"pay\";q=2;w=60"));
    // It is theirs, wherever they are; and nobody else's.
    person.copy().from("203.0.113.7").post(PAY, &typed).await.is(429);
    other.post(PAY, &others).await.is(422);
}

async fn no_page_offers_to_pay_while_payments_are_off(desk: Desk) {
    const OFF: &str = "Online payments are not available at the moment.";
    let (name, id) = desk.somebody(&[]).await;
    let (order, waits) = (desk.coffees(id).await, desk.coffees(id).await);
    desk.pay(waits, "pm_card_confirm").await;
    let off = desk.beside(|options| options.gateway = GatewayChoice::Off).await;
    let person = off.sign_in(&name).await;
    let page = person.get(&format!("/account/orders/{order}")).await.is(200).page();
    assert!(page.forms(PAY).is_empty() && page.text().contains(OFF), "{}", page.text());
    let page = person.get(&format!("/account/orders/{waits}")).await.is(200).page();
    assert!(page.forms("/fn/cancel_payment").is_empty() && page.text().contains(OFF), "{}", page.text());
    // A form that was opened before.
    let (order_id, page) = (order.to_string(), format!("/account/orders/{order}"));
    let fields = [("order_id", &*order_id), ("method", "pm_card_ok"), ("page", &page)];
    let answer = person.post(PAY, &fields).await.is(409);
    assert!(answer.page().text().contains(OFF), "{}", answer.page().text());

    let staff = off.arrive(Role::Owner).await;
    for path in
        ["/admin", "/admin/orders", "/admin/payments", "/admin/refunds", &format!("/admin/orders/{order}")]
    {
        let page = staff.get(path).await.is(200).page();
        assert!(page.text().contains("Payments are off"), "{path}: {}", page.text());
        assert!(page.forms(PAY).is_empty(), "{path}");
    }
    // The sandbox beside HTTPS is marked for staff, and beside HTTP it is not.
    let staff = desk.arrive(Role::Owner).await;
    let (pages, note) = (["/admin", "/admin/orders", "/admin/payments", "/admin/refunds"], "no money moves");
    for path in pages {
        assert!(staff.get(path).await.is(200).page().text().contains(note), "{path}");
    }
    let plain = desk.beside(|options| options.site = "http://localhost:3000".into()).await;
    let staff = plain.arrive(Role::Owner).await;
    for path in pages {
        assert!(!staff.get(path).await.is(200).page().text().contains(note), "{path}");
    }
}
