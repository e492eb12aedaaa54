//! Orders, payments and refunds by the API.

use frontdesk_domain::{gateway::GatewayChoice, ledger};
use frontdesk_model::{Permission as P, Role};
use futures::future::join_all;
use http::{Method, header::CONTENT_TYPE};
use serde_json::{Value, json};

use crate::support::{Answer, Desk, Program};

both! {
    an_order_is_placed_paid_and_refunded,
    what_moves_money_needs_a_key,
    the_same_order_fifty_times_on_two_instances_is_one_order_and_one_charge,
    a_payment_that_fails_says_why_as_a_problem,
    a_larger_refund_needs_two_people,
    users_come_with_their_five_newest_orders,
    one_sees_ones_own,
    filters_have_the_names_that_pages_use,
    payments_that_are_off_are_a_problem_of_their_own,
    a_number_is_not_text_and_an_amount_in_text_has_all_decimals,
}

const KEY: &str = "idempotency-key";

async fn post(program: &Program, key: &str, path: &str, body: &Value) -> Answer {
    let request = program.request(Method::POST, path).header(KEY, key);
    program.send(request.header(CONTENT_TYPE, "application/json"), body.to_string().into()).await
}

fn order(customer: impl serde::Serialize) -> Value {
    json!({
        "customer_id": customer, "currency": "EUR",
        "lines": [{"description": "Coffee", "quantity": 2, "unit_price": 500}, {"description": "Postage", "unit_price": "2.50"}],
    })
}

fn text(of: &Value, member: &str) -> String {
    of[member].as_str().unwrap_or_else(|| panic!("{member} of {of}")).to_owned()
}

async fn placed(desk: &Desk, program: &Program, key: &str) -> String {
    let (_, customer) = desk.somebody(&[]).await;
    text(&post(program, key, "/orders", &order(customer)).await.is(201).json(), "id")
}

async fn an_order_is_placed_paid_and_refunded(desk: Desk) {
    let program = desk.program(P::ALL).await;
    let (name, customer) = desk.somebody(&[]).await;
    let answer = post(&program, "a", "/orders", &order(customer)).await.is(201);
    let made = answer.json();
    assert_eq!(answer.location(), format!("https://desk.example/api/v1/orders/{}", text(&made, "id")));
    assert_eq!(
        (&made["total"], &made["state"]),
        (&json!({"minor": 1250, "currency": "EUR"}), &json!("placed"))
    );
    assert_eq!(made["customer"]["name"], json!(name));
    let pay = json!({"order_id": made["id"], "method": "pm_card_ok"});
    let payment = post(&program, "b", "/payments", &pay).await.is(201).json();
    assert_eq!(payment["state"], "pending");
    desk.work().await;
    let payment = program.get(&format!("/payments/{}", text(&payment, "id"))).await.is(200).json();
    assert_eq!(
        (&payment["state"], &payment["attempts"][0]["asked"]),
        (&json!("succeeded"), &json!("charge"))
    );
    let refund = json!({"payment_id": payment["id"], "amount": 250, "reason": "Arrived broken"});
    let refund = post(&program, "c", "/refunds", &refund).await.is(201).json();
    desk.work().await;
    let refund = program.get(&format!("/refunds/{}", text(&refund, "id"))).await.is(200).json();
    assert_eq!(refund["state"], "succeeded");
    let now = program.get(&format!("/orders/{}", text(&made, "id"))).await.is(200).json();
    assert_eq!((&now["state"], &now["refunded"]["minor"]), (&json!("partly_refunded"), &json!(250)));
    let revenue = program.get("/revenue").await.is(200).json();
    let today = revenue["currencies"][0]["days"].as_array().unwrap().last().unwrap();
    assert_eq!((&today["captured_minor"], &today["refunded_minor"]), (&json!(1250), &json!(250)));
    assert!(ledger::verify(&desk.domain).await.unwrap().faults.is_empty());
}

async fn what_moves_money_needs_a_key(desk: Desk) {
    let program = desk.program(P::ALL).await;
    for path in ["/orders", "/payments", "/refunds"] {
        let problem = program.post(path, &json!({})).await.is(400).problem();
        assert_eq!(problem.error.as_str(), "IDEMPOTENCY_KEY_REQUIRED", "{path}");
    }
}

async fn the_same_order_fifty_times_on_two_instances_is_one_order_and_one_charge(desk: Desk) {
    let other = desk.beside(|_| ()).await;
    let here = desk.program(P::ALL).await;
    let there = here.at(&other);
    let (_, customer) = desk.somebody(&[]).await;
    let mut body = order(customer);
    body["reference"] = json!("SHOP-1");
    // Half with one key, half with keys of their own: the reference makes it one order.
    let all = join_all((0..50).map(|n| {
        let program = if n % 2 == 0 { &here } else { &there };
        let key = if n % 4 < 2 { "same".to_owned() } else { format!("key {n}") };
        let body = &body;
        async move { post(program, &key, "/orders", body).await }
    }))
    .await;
    let mut made = Vec::new();
    for answer in &all {
        match answer.status {
            201 => made.push(text(&answer.json(), "id")),
            _ => assert!(
                ["ORDER_EXISTS", "IDEMPOTENCY_IN_PROGRESS"].contains(&answer.problem().error.as_str())
            ),
        }
    }
    made.dedup();
    assert_eq!(made.len(), 1, "one order, whoever is answered");
    let pay = json!({"order_id": made[0], "method": "pm_card_ok"});
    let all = join_all((0..50).map(|n| {
        let program = if n % 2 == 0 { &here } else { &there };
        let key = if n % 4 < 2 { "pay".to_owned() } else { format!("pay {n}") };
        let pay = &pay;
        async move { post(program, &key, "/payments", pay).await }
    }))
    .await;
    for answer in all.iter().filter(|answer| answer.status != 201) {
        assert!(["ORDER_PAID", "IDEMPOTENCY_IN_PROGRESS"].contains(&answer.problem().error.as_str()));
    }
    tokio::join!(desk.work(), other.work());
    let (orders, payments, charges): (i64, i64, i64) = desk
        .find(
            "SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM payments), (SELECT count(*) FROM sandbox_charges)",
            Vec::new(),
        )
        .await;
    assert_eq!((orders, payments, charges), (1, 1, 1));
    let report = ledger::verify(&desk.domain).await.unwrap();
    assert_eq!((report.faults.len(), report.balances[0].amount.minor), (0, 1_250));
    other.domain.db.close().await;
}

async fn a_payment_that_fails_says_why_as_a_problem(desk: Desk) {
    let program = desk.program(P::ALL).await;
    for (method, code, failure) in [
        ("pm_card_expired", "CARD_DECLINED", json!({"type": "card_declined", "reason": "expired"})),
        (
            "pm_card_insufficient_funds",
            "INSUFFICIENT_FUNDS",
            json!({
                "type": "insufficient_funds",
                "available": {"minor": 312, "currency": "EUR"}, "required": {"minor": 1250, "currency": "EUR"},
            }),
        ),
        ("pm_unheard_of", "PAYMENT_METHOD_INVALID", json!({"type": "method_invalid"})),
    ] {
        let id = placed(&desk, &program, method).await;
        let pay = json!({"order_id": id, "method": method});
        let payment = post(&program, &format!("pay {method}"), "/payments", &pay).await.is(201).json();
        desk.work().await;
        let payment = program.get(&format!("/payments/{}", text(&payment, "id"))).await.is(200).json();
        assert_eq!((&payment["state"], &payment["failure"]), (&json!("failed"), &failure));
        assert_eq!(
            (&payment["problem"]["error"], &payment["problem"]["status"]),
            (&json!(code), &json!(402))
        );
    }
    let id = placed(&desk, &program, "card").await;
    let number = json!({"order_id": id, "method": "4242 4242 4242 4242"});
    let problem = post(&program, "n", "/payments", &number).await.is(400).problem();
    assert_eq!(problem.details[0].code, "card_number");
}

async fn a_larger_refund_needs_two_people(desk: Desk) {
    let desk = desk.beside(|options| options.approval_above.0 = Some(5)).await;
    let service = desk.program(P::ALL).await;
    let [(_, bo), (_, cy)] = [desk.somebody(&[Role::Admin]).await, desk.somebody(&[Role::Admin]).await];
    let (bo, cy) = (desk.program_of(bo).await, desk.program_of(cy).await);
    let id = placed(&desk, &service, "o").await;
    let payment =
        post(&service, "p", "/payments", &json!({"order_id": id, "method": "pm_card_ok"})).await.json();
    desk.work().await;
    let refund = json!({"payment_id": payment["id"], "reason": "Arrived broken"});
    let refund = post(&bo, "r", "/refunds", &refund).await.is(201).json();
    assert_eq!(refund["state"], "awaiting_approval");
    let approve = format!("/refunds/{}/approve", text(&refund, "id"));
    assert_eq!(bo.post(&approve, &json!({})).await.is(409).problem().error.as_str(), "SELF_APPROVAL");
    assert_eq!(service.post(&approve, &json!({})).await.is(403).problem().error.as_str(), "FORBIDDEN");
    // An account with its role from the requester is no second person.
    let (_, di) = desk.somebody(&[]).await;
    bo.post(&format!("/users/{di}/roles"), &json!({"role": "admin"})).await.is(200);
    let di = desk.program_of(di).await;
    let before = desk.written().await;
    assert_eq!(di.post(&approve, &json!({})).await.is(409).problem().error.as_str(), "SELF_APPROVAL");
    assert_eq!(desk.written().await, before);
    assert_eq!(cy.post(&approve, &json!({})).await.is(200).json()["state"], "pending");
    desk.work().await;
    assert_eq!(service.get(&format!("/orders/{id}")).await.is(200).json()["state"], "refunded");
    let more = json!({"payment_id": payment["id"], "amount": 1, "reason": "Again"});
    assert_eq!(
        post(&cy, "m", "/refunds", &more).await.is(409).problem().error.as_str(),
        "REFUND_EXCEEDS_PAYMENT"
    );
}

async fn users_come_with_their_five_newest_orders(desk: Desk) {
    let program = desk.program(P::ALL).await;
    let (_, customer) = desk.somebody(&[]).await;
    desk.somebody(&[]).await;
    let mut ids = Vec::new();
    for n in 0..7 {
        desk.domain.clock.advance(60);
        ids.push(text(
            &post(&program, &n.to_string(), "/orders", &order(customer)).await.is(201).json(),
            "id",
        ));
    }
    let before = desk.domain.db.statements();
    program.get("/users").await.is(200);
    let without = desk.domain.db.statements() - before;
    let before = desk.domain.db.statements();
    let users = program.get("/users?include=orders").await.is(200).json();
    assert_eq!(desk.domain.db.statements() - before, without + 1, "one statement for all of them");
    for user in users["items"].as_array().unwrap() {
        let found: Vec<String> =
            user["orders"].as_array().unwrap().iter().map(|one| text(one, "id")).collect();
        if user["id"] == json!(customer) {
            assert_eq!(found, ids.iter().rev().take(5).cloned().collect::<Vec<_>>());
        } else {
            assert!(found.is_empty());
        }
    }
    let one = program.get(&format!("/users/{customer}?include=orders&fields=orders")).await.is(200).json();
    assert_eq!((one["orders"].as_array().unwrap().len(), one.as_object().unwrap().len()), (5, 1));
    assert!(program.get("/users").await.json()["items"][0].get("orders").is_none());
    assert_eq!(program.get("/users?include=payments").await.is(400).problem().details[0].field, "include");
    program.get("/users?include=orders&include=orders").await.is(400);
    let reader = desk.program(&[P::USERS_READ]).await;
    reader.get("/users").await.is(200);
    assert_eq!(
        reader.get("/users?include=orders").await.is(403).problem().error.as_str(),
        "PERMISSION_REQUIRED"
    );
}

async fn one_sees_ones_own(desk: Desk) {
    let program = desk.program(P::ALL).await;
    let [(_, ann), (_, bo)] = [desk.somebody(&[]).await, desk.somebody(&[]).await];
    let id = text(&post(&program, "a", "/orders", &order(ann)).await.is(201).json(), "id");
    let (hers, his) = (desk.program_of(ann).await, desk.program_of(bo).await);
    assert_eq!(hers.get("/me/orders").await.is(200).json()["items"][0]["id"], json!(id));
    assert_eq!(hers.get(&format!("/orders/{id}")).await.is(200).json()["state"], "placed");
    assert!(his.get("/me/orders").await.is(200).json()["items"].as_array().unwrap().is_empty());
    his.get(&format!("/orders/{id}")).await.is(404);
    hers.get("/orders").await.is(403);
    program.get("/me/orders").await.is(403);
    let pay = json!({"order_id": id, "method": "pm_card_ok"});
    assert_eq!(
        post(&his, "p", "/payments", &pay).await.is(403).problem().error.as_str(),
        "PERMISSION_REQUIRED"
    );
}

async fn filters_have_the_names_that_pages_use(desk: Desk) {
    let program = desk.program(P::ALL).await;
    for n in 0..3 {
        placed(&desk, &program, &n.to_string()).await;
    }
    let count = async |query: &str| {
        program.get(&format!("/orders?{query}")).await.is(200).json()["items"].as_array().unwrap().len()
    };
    assert_eq!(count("state=placed&sort=placed").await, 3);
    assert_eq!(count("state=paid").await, 0);
    assert_eq!(count("currency=EUR&min=12.50&max=12.5&sort=total").await, 3);
    assert_eq!(count("currency=EUR&min=12.51").await, 0);
    assert_eq!(count("since=2030-01-01").await, 0);
    assert_eq!(
        count(
            "state=placed&state=paid&created[gte]=2020-01-01&created%5Blt%5D=2090-01-01T00:00:00.5%2B02:00"
        )
        .await,
        3
    );
    assert_eq!(count("created[gt]=2090-01-01").await, 0);
    for (query, field) in [
        ("min=1", "currency"),
        ("currency=EUR&since=2026-01-01", "since"),
        ("state=lost", "state"),
        ("state=paid&state=lost", "state"),
        ("created[gte]=2026-01-01T00:00:00+02:00", "created[gte]"),
        ("currency=EUR&created[lt]=2026-01-01", "created"),
        ("currency=XXX", "currency"),
    ] {
        let problem = program.get(&format!("/orders?{query}")).await.is(400).problem();
        assert_eq!(problem.details[0].field, field, "{query}");
    }
    let first = program.get("/orders?limit=2").await.is(200);
    assert!(first.header("link").unwrap().contains("rel=\"next\""));
}

async fn payments_that_are_off_are_a_problem_of_their_own(desk: Desk) {
    let (order, payment, _) = desk.refund().await;
    let desk = desk.beside(|options| options.gateway = GatewayChoice::Off).await;
    let program = desk.program(P::ALL).await;
    let unpaid = placed(&desk, &program, "a").await;
    let pay = json!({"order_id": unpaid, "method": "pm_card_ok"});
    let refund = json!({"payment_id": payment, "reason": "Arrived broken"});
    for (path, body) in [("/payments", &pay), ("/refunds", &refund)] {
        let problem = post(&program, path, path, body).await.is(409).problem();
        assert_eq!(problem.error.as_str(), "PAYMENTS_OFF", "{path}");
    }
    program.get(&format!("/orders/{order}")).await.is(200);
}

async fn a_number_is_not_text_and_an_amount_in_text_has_all_decimals(desk: Desk) {
    let program = desk.program(P::ALL).await;
    let (_, customer) = desk.somebody(&[]).await;
    let body = |currency: &str, mut line: Value| {
        line["description"] = json!("Tea");
        json!({"customer_id": customer, "currency": currency, "lines": [line]})
    };
    let before = desk.written().await;
    for (currency, line, field, why) in [
        ("EUR", json!({"unit_price": "625"}), "lines[0].unit_price", "625.00 or 6.25 EUR"),
        ("EUR", json!({"unit_price": "6.2"}), "lines[0].unit_price", "2 decimals"),
        ("EUR", json!({"unit_price": "6,25"}), "lines[0].unit_price", "such as 12.50"),
        ("JPY", json!({"unit_price": "6.25"}), "lines[0].unit_price", "no decimals"),
        (
            "EUR",
            json!({"unit_price": 625, "quantity": "2"}),
            "lines[0].quantity",
            "a whole number, and not text",
        ),
    ] {
        let problem = post(&program, "refused", "/orders", &body(currency, line)).await.is(400).problem();
        let fault = &problem.details[0];
        assert_eq!(fault.field, field, "{fault:?}");
        assert!(fault.message.contains(why), "{fault:?}");
    }
    let hook = json!({"url": "https://shop.example/hooks", "events": ["order.*"], "payload_version": "2"});
    let problem = post(&program, "hook", "/webhooks", &hook).await.is(400).problem();
    assert_eq!(problem.details[0].field, "payload_version");
    assert_eq!(desk.written().await, before);
    for (key, currency, line, total) in [
        ("a", "EUR", json!({"unit_price": "6.25", "quantity": 2}), 1_250),
        ("b", "EUR", json!({"unit_price": 625}), 625),
        ("c", "JPY", json!({"unit_price": "625"}), 625),
    ] {
        let placed = post(&program, key, "/orders", &body(currency, line)).await.is(201).json();
        assert_eq!(placed["total"]["minor"], total);
    }
}
