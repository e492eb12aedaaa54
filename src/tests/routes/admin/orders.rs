//! What staff do with orders: place, find, charge, cancel and refund them.

use frontdesk_domain::{actor::Actor, payments::ApprovalAbove};
use frontdesk_model::{Role, UserId};

use crate::support::{Client, Desk, Page, address};

both! {
    an_order_is_placed_for_a_customer_and_told_what_is_wrong_at_its_row,
    who_an_order_is_for_is_known_by_their_page,
    orders_are_found_by_what_they_are_and_whose,
    filters_that_do_not_go_together_come_back_to_be_put_right,
    an_order_is_charged_and_an_order_is_cancelled,
    a_larger_refund_is_approved_by_somebody_else,
    a_refund_is_not_approved_with_an_account_that_comes_from_the_requester,
    a_refund_is_turned_down_or_taken_back,
    a_refund_is_not_more_than_is_left,
    a_page_offers_only_what_its_reader_may_do,
    a_user_is_shown_with_their_latest_orders,
    an_event_about_an_order_leads_to_it,
    the_overview_tells_what_came_in_and_what_is_to_be_done,
    what_was_typed_is_shown_as_text,
}

const NEW: &str = "/admin/orders/new";
const PLACE: &str = "/fn/place_order";
const REFUND: &str = "/fn/request_refund";

/// Fills in a form on a page and goes on where it leads.
async fn does(person: &Client, page: &str, action: &str, typed: &[(&str, &str)]) -> Page {
    let answer = person.submit(page, action, typed).await.is(303);
    person.follow(&answer).await.is(200).page()
}

/// The same desk, where refunds of more than ten need a second person.
async fn careful(desk: &Desk) -> Desk {
    desk.beside(|options| options.approval_above = ApprovalAbove(Some(10))).await
}

async fn an_order_is_placed_for_a_customer_and_told_what_is_wrong_at_its_row(desk: Desk) {
    let support = desk.arrive(Role::Support).await;
    let (name, _) = desk.somebody(&[]).await;
    let typed = [
        ("email", "nobody@example.com"),
        ("currency", "EUR"),
        ("lines[1].description", "Coffee, 250 g"),
        ("lines[1].quantity", "two"),
        ("lines[1].unit_price", "12.505"),
        ("lines[4].unit_price", "3"),
        ("note", "Ordered by telephone"),
    ];
    let before = desk.written().await;
    let page = support.submit(NEW, PLACE, &typed).await.is(422).page();
    assert_eq!(desk.written().await, before);
    for (field, fault) in [
        ("email", "Nobody has an account"),
        ("lines[1].quantity", "from 1 to 1,000,000"),
        ("lines[1].unit_price", "could mean 12505.00 or 12.505 EUR"),
        ("lines[4].description", "Say what it is"),
    ] {
        let told = page.fault(field).unwrap_or_else(|| panic!("{field}: {}", page.text()));
        assert!(told.contains(fault), "{field}: {told}");
        assert_eq!(page.by_id(field).unwrap().get("aria-invalid"), Some("true"), "{field}");
    }
    for (field, value) in typed {
        assert!(page.forms(PLACE)[0].contains(&(field, value)), "{field}");
    }
    // Put right, row by row.
    let email = address(&name);
    let right = [
        ("email", &*email),
        ("currency", "eur"),
        ("reference", "SHOP-1042"),
        ("lines[1].quantity", "2"),
        ("lines[1].unit_price", "€12,50"),
        ("lines[4].description", "Filter papers"),
    ];
    let form = page.filled(PLACE, &right);
    let answer = support.post(PLACE, &form).await.is(303);
    let page = support.follow(&answer).await.is(200).page();
    assert_eq!((page.heading(), page.flash()), ("Order SHOP-1042", Some("Order placed.")));
    for text in ["28.00\u{a0}EUR", "Coffee, 250 g", "Filter papers", "Ordered by telephone", &*name] {
        assert!(page.text().contains(text), "{text} in {}", page.text());
    }
    assert_eq!(desk.last_event().await, "order.placed");
    // The same again is the same, and another one with the same reference is refused.
    support.post(PLACE, &form).await.leads_to(answer.location());
    let typed = [("email", &*email), ("reference", "SHOP-1042")];
    let typed = [&typed[..], &[("lines[0].description", "Tea"), ("lines[0].unit_price", "1")]].concat();
    let page = support.submit(NEW, PLACE, &typed).await.is(409).page();
    assert!(page.fault("reference").unwrap().contains("already"));
    // An order of nothing, and in no currency.
    let page = support.submit(NEW, PLACE, &[("email", &*email), ("currency", "ZZZ")]).await.is(422).page();
    assert!(page.fault("lines").unwrap().contains("at least one line"));
    assert!(page.fault("currency").unwrap().contains("ISO 4217"));
    // What is in no form of ours is refused by its name.
    let page = support.post(PLACE, &[("page", NEW), ("lines[8].description", "Tea")]).await.is(400).page();
    assert!(page.alert().unwrap().text.contains("lines[8].description"));
}

async fn who_an_order_is_for_is_known_by_their_page(desk: Desk) {
    let support = desk.arrive(Role::Support).await;
    let (name, id) = desk.somebody(&[]).await;
    let person = support.get(&format!("/admin/users/{id}")).await.is(200).page();
    assert!(person.text().contains("They have none yet."));
    let new = person.link("Place an order").unwrap().to_owned();
    let shown = support.get(&new).await.is(200).page();
    assert!(shown.link(&name).is_some() && shown.by_id("email").is_none());
    let typed = [("lines[0].description", "Tea"), ("lines[0].unit_price", "3.20")];
    let page = does(&support, &new, PLACE, &typed).await;
    assert!(page.link(&name).is_some() && page.text().contains("3.20\u{a0}EUR"));
    let list = support.get(&format!("/admin/users/{id}")).await.page();
    assert!(list.text().contains("3.20\u{a0}EUR") && list.link("See all their orders").is_some());
    // Nobody orders for who is suspended, whoever they are named by.
    desk.suspend(id).await;
    let page = support.submit(&new, PLACE, &typed).await.is(422).page();
    assert_eq!(page.fault("customer_id"), Some("This user is suspended"));
    let email = address(&name);
    let by_address = [&typed[..], &[("email", &*email)]].concat();
    let page = support.submit(NEW, PLACE, &by_address).await.is(422).page();
    assert_eq!(page.fault("email"), Some("This user is suspended"));
    assert!(support.get(&format!("/admin/users/{id}")).await.page().link("Place an order").is_none());
    support.get(&format!("{NEW}?customer={}", desk.domain.clock.id())).await.is(404);
    support.get(&format!("{NEW}?customer=7")).await.is(404);
}

/// The references in a list.
fn references(page: &Page) -> Vec<String> {
    page.all("th").filter(|cell| cell.get("scope") == Some("row")).map(|cell| cell.text.clone()).collect()
}

async fn orders_are_found_by_what_they_are_and_whose(desk: Desk) {
    let auditor = desk.arrive(Role::Auditor).await;
    let ((ann, ann_id), (_, bob_id)) = (desk.somebody(&[]).await, desk.somebody(&[]).await);
    let mut all = Vec::new();
    for (customer, cents) in [(ann_id, 1_000), (bob_id, 3_000), (ann_id, 2_000)] {
        desk.domain.clock.advance(60);
        let order = desk.order(customer, cents).await;
        all.push(desk.order_now(order).await.summary);
    }
    desk.pay(all[0].id, "pm_card_ok").await;
    let name = |n: usize| all[n].reference.clone();
    let of = |names: &[usize]| names.iter().map(|n| name(*n)).collect::<Vec<_>>();
    let since = all[1].placed_at.rfc3339().chars().take(16).collect::<String>();
    let found =
        async |query: &str| references(&auditor.get(&format!("/admin/orders?{query}")).await.is(200).page());
    for (query, expected) in [
        (String::new(), &[2, 1, 0][..]),
        ("sort=placed".to_owned(), &[0, 1, 2]),
        ("state=paid".to_owned(), &[0]),
        ("state=placed".to_owned(), &[2, 1]),
        (format!("customer={ann_id}"), &[2, 0]),
        (format!("customer={}&state=placed", address(&ann).replace('@', "%40")), &[2]),
        (format!("reference={}", name(1)), &[1]),
        ("reference=nothing".to_owned(), &[]),
        (format!("since={since}"), &[2, 1]),
        (format!("until={since}"), &[0]),
        ("currency=EUR".to_owned(), &[1, 2, 0]),
        ("currency=eur&sort=total".to_owned(), &[0, 2, 1]),
        ("currency=EUR&min=15&max=20.00".to_owned(), &[2]),
        ("currency=EUR&state=paid".to_owned(), &[0]),
        ("currency=USD".to_owned(), &[]),
    ] {
        assert_eq!(found(&query).await, of(expected), "{query}");
    }
    // What is shown leads on, and the filters stay.
    let page = auditor.get("/admin/orders?state=placed&limit=1").await.page();
    let next = page.link("Next").unwrap();
    assert!(next.contains("state=placed"), "{next}");
    let second = auditor.get(&format!("/admin/orders{next}")).await.is(200).page();
    assert_eq!(references(&second), of(&[1]));
    assert_eq!(second.with("aria-sort", "descending").unwrap().text, "Placed");
    let by_total = auditor.get("/admin/orders?currency=EUR").await.page();
    assert_eq!(by_total.with("aria-sort", "descending").unwrap().text, "Total");
}

async fn filters_that_do_not_go_together_come_back_to_be_put_right(desk: Desk) {
    let auditor = desk.arrive(Role::Auditor).await;
    for (query, status, field, fault) in [
        ("min=5", 422, "currency", "Choose it"),
        ("currency=EUR&min=1.005", 422, "min", "could mean 1005.00 or 1.005 EUR"),
        ("currency=EUR&max=%2412.50", 422, "max", "not a sign of EUR"),
        ("currency=EUR&min=12,505.1.2", 422, "min", "such as 12.50"),
        ("currency=EUR&since=2026-01-01", 422, "since", "filter by state only"),
        ("currency=XXX", 400, "currency", "ISO 4217"),
        ("customer=nobody%40example.com", 422, "customer", "Nobody has this address"),
        ("customer=ann", 400, "customer", "Must be an id"),
        ("state=lost", 400, "state", "not known"),
        ("since=soon", 400, "since", "Must be a date"),
    ] {
        let page = auditor.get(&format!("/admin/orders?{query}")).await.is(status).page();
        assert_eq!(page.heading(), "Orders", "{query}");
        let told = page.fault(field).unwrap_or_else(|| panic!("{query}: {}", page.text()));
        assert!(told.contains(fault), "{query}: {told}");
        assert!(page.alert().is_some() && page.all("table").next().is_none(), "{query}");
    }
    auditor.get("/admin/orders?cursor=x").await.is(400);
    auditor.get("/admin/orders?page=2").await.is(400);
    auditor.get("/admin/payments?state=lost").await.is(400);
    auditor.get("/admin/refunds?state=lost").await.is(400);
    auditor.get("/admin/orders?state=&customer=&reference=&since=&until=&currency=&min=&max=").await.is(200);
    // To somebody who may not see it, there is nothing to be told.
    desk.arrive(Role::Member).await.get("/admin/orders?min=5").await.is(404);
}

async fn an_order_is_charged_and_an_order_is_cancelled(desk: Desk) {
    let _cashier = desk.cashier();
    let admin = desk.arrive(Role::Admin).await;
    let (_, id) = desk.somebody(&[]).await;
    let path = format!("/admin/orders/{}", desk.coffees(id).await);
    let page = does(&admin, &path, "/fn/pay_order", &[("method", "pm_card_declined")]).await;
    assert!(page.text().contains("Ask the bank, or pay another way"), "{}", page.text());
    let page = does(&admin, &path, "/fn/pay_order", &[("method", "pm_card_confirm")]).await;
    assert!(page.text().contains("To be confirmed") && page.forms("/fn/cancel_order").is_empty());
    does(&admin, &path, "/fn/cancel_payment", &[]).await;
    let page = does(&admin, &path, "/fn/pay_order", &[("method", "pm_card_ok")]).await;
    assert_eq!(page.flash(), Some("The order is paid."));
    assert!(page.forms("/fn/pay_order").is_empty() && page.forms("/fn/cancel_order").is_empty());
    // Each try is there, with all that the gateway said.
    let tries = page.links().filter(|link| link.starts_with("/admin/payments/")).count();
    assert_eq!(tries, 3);
    let list = admin.get("/admin/payments?state=failed").await.is(200).page();
    assert_eq!(references(&list).len(), 2);
    let payment = page.links().find(|link| link.starts_with("/admin/payments/")).unwrap().to_owned();
    let payment = admin.get(&payment).await.is(200).page();
    for text in ["Exchange 1", "charge", "sandbox", "Succeeded"] {
        assert!(payment.text().contains(text), "{text} in {}", payment.text());
    }

    let path = format!("/admin/orders/{}", desk.coffees(id).await);
    let page = admin.submit(&path, "/fn/cancel_order", &[]).await.is(422).page();
    assert_eq!(page.fault("reason"), Some("Enter a reason: the audit trail keeps it"));
    assert!(page.all("details").any(|details| details.get("open").is_some()));
    let page = does(&admin, &path, "/fn/cancel_order", &[("reason", "Ordered twice")]).await;
    assert_eq!(page.flash(), Some("Order cancelled."));
    assert!(page.text().contains("Ordered twice") && page.text().contains("cancelled an order"));
    assert_eq!(desk.last_event().await, "order.cancelled");
}

async fn a_larger_refund_is_approved_by_somebody_else(desk: Desk) {
    let desk = careful(&desk).await;
    let (_, id) = desk.somebody(&[]).await;
    let path = format!("/admin/orders/{}", desk.paid_order(id).await.0);
    let _cashier = desk.cashier();
    let (support, admin) = (desk.arrive(Role::Support).await, desk.arrive(Role::Admin).await);
    // A small one needs nobody.
    let typed = [("amount", "5"), ("reason", "Arrived late")];
    let page = does(&support, &path, REFUND, &typed).await;
    assert_eq!(page.flash(), Some("The money is on its way back."));
    assert!(page.text().contains("Partly refunded"));

    let page = support.get(&path).await.page();
    assert!(page.forms(REFUND)[0].contains(&("amount", "20.00")), "all that is left");
    let page = does(&support, &path, REFUND, &[("reason", "Arrived broken")]).await;
    assert_eq!(page.flash(), Some("The refund is written down. Somebody else has to approve it."));
    assert!(page.forms("/fn/approve_refund").is_empty() && page.forms(REFUND).is_empty());

    let overview = admin.get("/admin").await.is(200).page();
    let refunds = overview.link("See what for").unwrap().to_owned();
    let list = admin.get(&refunds).await.is(200).page();
    let refund = list.links().find(|link| link.starts_with("/admin/refunds/")).unwrap().to_owned();
    let page = does(&admin, &refund, "/fn/approve_refund", &[]).await;
    assert_eq!(
        (page.flash(), page.text().contains("Approved by")),
        (Some("The money is on its way back."), true)
    );
    let page = admin.get(&path).await.is(200).page();
    assert!(page.with("class", "head").unwrap().text.contains("Refunded"));
    assert!(page.forms(REFUND).is_empty());
}

async fn a_refund_is_not_approved_with_an_account_that_comes_from_the_requester(desk: Desk) {
    let desk = careful(&desk).await;
    let (_, customer) = desk.somebody(&[]).await;
    let path = format!("/admin/orders/{}", desk.paid_order(customer).await.0);
    let (requester, independent) = (desk.arrive(Role::Admin).await, desk.arrive(Role::Admin).await);
    // A second account, with its role from the requester.
    let (name, id) = desk.somebody(&[]).await;
    let user = format!("/admin/users/{id}");
    let grant = [("page", &*user), ("id", &*id.to_string()), ("role", "admin")];
    requester.post("/fn/grant_role", &grant).await.is(303);
    let other_account = desk.sign_in(&name).await;
    let page = does(&requester, &path, REFUND, &[("reason", "Arrived broken")]).await;
    let refund = page.links().find(|link| link.starts_with("/admin/refunds/")).unwrap().to_owned();
    let page = other_account.get(&refund).await.is(200).page();
    assert!(page.forms("/fn/approve_refund").is_empty(), "it is not offered");
    let form = [("page", &*refund), ("id", refund.rsplit('/').next().unwrap())];
    let before = desk.written().await;
    let problem = other_account.program().post("/fn/approve_refund", &form).await.is(409).problem();
    assert_eq!(problem.error.as_str(), "SELF_APPROVAL");
    assert_eq!(desk.written().await, before);
    assert!(other_account.get(&refund).await.page().text().contains("approv"));
    does(&independent, &refund, "/fn/approve_refund", &[]).await;
}

async fn a_refund_is_turned_down_or_taken_back(desk: Desk) {
    let desk = careful(&desk).await;
    let (_, id) = desk.somebody(&[]).await;
    let path = format!("/admin/orders/{}", desk.paid_order(id).await.0);
    let (one, other) = (desk.arrive(Role::Admin).await, desk.arrive(Role::Admin).await);
    let refund = async || {
        let page = does(&one, &path, REFUND, &[("reason", "Arrived broken")]).await;
        page.links().find(|link| link.starts_with("/admin/refunds/")).unwrap().to_owned()
    };
    let first = refund().await;
    // Nobody approves their own, not by a form of their own making either.
    let page = one.get(&first).await.is(200).page();
    assert!(
        page.forms("/fn/approve_refund").is_empty() && page.text().contains("somebody else has to approve")
    );
    let refund_id = first.rsplit('/').next().unwrap();
    one.post("/fn/approve_refund", &[("page", &*first), ("id", refund_id)]).await.is(409);
    other.submit(&first, "/fn/reject_refund", &[]).await.is(422);
    let page = does(&other, &first, "/fn/reject_refund", &[("reason", "It was not broken")]).await;
    assert_eq!(page.flash(), Some("Refund rejected."));
    assert!(page.text().contains("Rejected by") && page.forms("/fn/reject_refund").is_empty());
    // What was set aside for it is there again.
    let second = refund().await;
    let page = does(&one, &second, "/fn/reject_refund", &[("reason", "A mistake")]).await;
    assert!(page.text().contains("Rejected"));
    assert_eq!(desk.last_event().await, "refund.rejected");
}

async fn a_refund_is_not_more_than_is_left(desk: Desk) {
    let support = desk.arrive(Role::Support).await;
    let (_, id) = desk.somebody(&[]).await;
    let path = format!("/admin/orders/{}", desk.paid_order(id).await.0);
    for (amount, status, fault) in [
        ("25.01", 409, "more than is left"),
        ("0", 422, "more than nothing"),
        ("-5", 422, "more than nothing"),
        ("5.005", 422, "could mean 5005.00 or 5.005 EUR"),
        ("five", 422, "such as 12.50"),
        ("USD 5", 422, "not a sign of EUR"),
        ("5,000.00", 409, "more than is left"),
    ] {
        let typed = [("amount", amount), ("reason", "Arrived broken")];
        let page = support.submit(&path, REFUND, &typed).await.is(status).page();
        assert!(page.fault("amount").unwrap().contains(fault), "{amount}: {:?}", page.fault("amount"));
        assert_eq!(page.by_id("amount").unwrap().get("value"), Some(amount));
        assert_eq!(page.by_id("reason").unwrap().text, "Arrived broken");
    }
    let none = "SELECT count(*) FROM refunds";
    assert_eq!(desk.find::<(i64,)>(none, Vec::new()).await.0, 0);
}

async fn a_page_offers_only_what_its_reader_may_do(desk: Desk) {
    let (_, id) = desk.somebody(&[]).await;
    let placed = format!("/admin/orders/{}", desk.coffees(id).await);
    let paid = format!("/admin/orders/{}", desk.paid_order(id).await.0);
    for (role, at_placed, at_paid, places) in [
        (Role::Auditor, &[][..], &[][..], false),
        (Role::Support, &["/fn/cancel_order"], &[REFUND], true),
        (Role::Admin, &["/fn/pay_order", "/fn/cancel_order"], &[REFUND], true),
    ] {
        let person = desk.arrive(role).await;
        for (path, expected) in [(&placed, at_placed), (&paid, at_paid)] {
            let page = person.get(path).await.is(200).page();
            let forms: Vec<_> = page.all("form").filter_map(|form| form.get("action")).skip(1).collect();
            assert_eq!(forms, expected, "{role} at {path}");
        }
        let list = person.get("/admin/orders").await.page();
        assert_eq!(list.link("Place an order").is_some(), places, "{role}");
        let nav = &list.with("class", "places").unwrap().text;
        assert!(nav.contains("Orders") && nav.contains("Payments"), "{nav}");
    }
    let member = desk.arrive(Role::Member).await;
    for path in [
        &*placed,
        "/admin/orders",
        "/admin/orders/new",
        "/admin/payments",
        "/admin/refunds",
        "/admin/orders.csv",
    ] {
        member.get(path).await.is(404);
    }
}

async fn a_user_is_shown_with_their_latest_orders(desk: Desk) {
    let support = desk.arrive(Role::Support).await;
    let (name, id): (String, UserId) = desk.somebody(&[]).await;
    let cell = async || {
        let page = support.get(&format!("/admin/users?q={}", address(&name))).await.is(200).page();
        page.with("data-label", "Latest orders").unwrap().text.clone()
    };
    assert_eq!(cell().await, "None");
    desk.order(id, 1_000).await;
    assert_eq!(cell().await, "10.00\u{a0}EURto be paid");
    for cents in [2_000, 3_000] {
        desk.domain.clock.advance(1);
        desk.order(id, cents).await;
    }
    assert_eq!(
        cell().await,
        "30.00\u{a0}EURto be paid2 before20.00\u{a0}EUR to be paid10.00\u{a0}EUR to be paid"
    );
    for _ in 0..4 {
        desk.domain.clock.advance(1);
        desk.order(id, 4_000).await;
    }
    let shown = cell().await;
    assert!(shown.contains("4 before") && shown.matches("EUR").count() == 5, "no more than five: {shown}");
    let page = support.get(&format!("/admin/users/{id}")).await.is(200).page();
    let shown = page.links().filter(|link| link.starts_with("/admin/orders/01")).count();
    assert_eq!(shown, 5);
}

async fn an_event_about_an_order_leads_to_it(desk: Desk) {
    let admin = desk.arrive(Role::Admin).await;
    let (_, id) = desk.somebody(&[]).await;
    let order = desk.coffees(id).await;
    let (path, reference) = (format!("/admin/orders/{order}"), desk.order_now(order).await.summary.reference);
    for page in ["/admin/audit", "/admin"] {
        assert_eq!(admin.get(page).await.is(200).page().link(&reference), Some(&*path), "{page}");
    }
}

async fn the_overview_tells_what_came_in_and_what_is_to_be_done(desk: Desk) {
    let desk = careful(&desk).await;
    let auditor = desk.arrive(Role::Auditor).await;
    let page = auditor.get("/admin").await.is(200).page();
    assert!(page.text().contains("Nothing was paid yet.") && page.all("svg").count() == 1);
    let (_, id) = desk.somebody(&[]).await;
    desk.paid_order(id).await;
    desk.domain.clock.advance(2 * 24 * 3_600);
    let (_, payment) = desk.paid_order(id).await;
    desk.refund_of(&Actor::system(), payment, Some(500)).await;
    desk.work().await;
    desk.refund_of(&Actor::system(), payment, Some(1_500)).await;
    let lost = desk.coffees(id).await;
    desk.pay(lost, "pm_network_error_after").await;
    let page = desk.arrive(Role::Auditor).await.get("/admin").await.is(200).page();
    for text in [
        "50.00\u{a0}EUR came in by 2 payments, 5.00\u{a0}EUR went back by 1 refund.",
        "1refund waits for approval",
        "1payment is being checked",
        "14 Mar 2026",
        "16 Mar 2026",
    ] {
        assert!(page.text().contains(text), "{text} in {}", page.text());
    }
    let bars = |class: &str| page.all("rect").filter(|bar| bar.get("class") == Some(class)).count();
    assert_eq!((bars("in"), bars("back")), (2, 1));
    assert!(page.links().any(|link| link == "/admin/payments?state=unknown"));
}

async fn what_was_typed_is_shown_as_text(desk: Desk) {
    let admin = desk.arrive(Role::Admin).await;
    let (_, id) = desk.somebody(&[]).await;
    let evil = "</td><script>alert(1)</script>";
    let typed = [
        ("lines[0].description", evil),
        ("lines[0].unit_price", "5"),
        ("note", evil),
        ("reference", "<b>&amp;"),
    ];
    let answer = admin.submit(&format!("{NEW}?customer={id}"), PLACE, &typed).await.is(303);
    let path = answer.location().to_owned();
    admin.submit(&path, "/fn/cancel_order", &[("reason", evil)]).await.is(303);
    for path in [&*path, "/admin/orders", "/admin/audit"] {
        let page = admin.get(path).await.is(200);
        assert!(!page.text().contains("<script>alert") && !page.text().contains("<b>&amp;"), "{path}");
        assert!(page.page().text().contains("<b>&amp;"), "{path}");
    }
}
