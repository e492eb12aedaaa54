//! Placing orders, and refusals.

use frontdesk_domain::{orders, payments, users};
use frontdesk_model::{
    Code, Permission, Problem, Role,
    audit::{Action, AuditQuery},
    orders::{CancelOrder, MyOrdersQuery, OrderState, PlaceOrder},
};
use futures::future::join_all;

use crate::support::{
    By, TestDomain, bearer, one, order_form, pay, pay_form, person, place, service_token, suspension,
};

both! {
    an_order_is_what_its_lines_add_up_to,
    nothing_is_written_of_an_order_that_is_refused,
    a_reference_belongs_to_one_order_also_for_those_who_come_at_once,
    who_is_not_there_or_kept_out_buys_nothing,
    only_what_is_not_paid_is_cancelled,
    the_database_refuses_what_no_use_case_does,
    one_sees_ones_own_orders_and_staff_see_all,
}

fn form(domain_json: serde_json::Value) -> PlaceOrder {
    serde_json::from_value(domain_json).unwrap()
}

async fn an_order_is_what_its_lines_add_up_to(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let form = form(serde_json::json!({
        "customer_id": ann.id, "currency": "KWD", "reference": " SHOP-1 ", "note": "by telephone",
        "lines": [
            {"description": "Dates", "quantity": 3, "unit_price": "1.250"},
            {"description": "A card", "unit_price": 0},
            {"description": "Postage", "quantity": 1, "unit_price": 500},
        ],
    }));
    let order = orders::place(&domain.system(), form).await.unwrap();
    assert_eq!(order.summary.total.to_string(), "4.250\u{a0}KWD");
    assert_eq!((order.summary.reference.as_str(), order.summary.state), ("SHOP-1", OrderState::Placed));
    assert_eq!(order.lines[0].total.decimal(), "3.750");
    assert_eq!(order.note.as_deref(), Some("by telephone"));
    let event = AuditQuery { action: Some(Action::ORDER_PLACED).into(), ..AuditQuery::default() };
    let events = frontdesk_domain::audit::list(&domain.system(), &event).await.unwrap().items;
    assert_eq!(events[0].target.as_ref().unwrap().label, "SHOP-1");
    assert!(events[0].changes.iter().any(|change| change.after.as_deref() == Some("4.250 KWD")));
    let history = orders::history(&domain.by(&ann.actor), &order).await.unwrap();
    assert_eq!((history.events[0].action, &history.events[0].actor), (Action::ORDER_PLACED, &None));
}

async fn nothing_is_written_of_an_order_that_is_refused(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let events = domain.events().await;
    let most = frontdesk_model::money::MAX_MINOR;
    for (currency, lines, fields) in [
        ("EUR", serde_json::json!([]), vec!["lines"]),
        ("EUR", serde_json::json!([{"description": "A", "unit_price": 0}]), vec!["lines"]),
        ("EUR", serde_json::json!([{"description": "A", "unit_price": -5}]), vec!["lines[0].unit_price"]),
        (
            "EUR",
            serde_json::json!([{"description": "", "quantity": 0}]),
            vec!["lines[0].description", "lines[0].quantity", "lines[0].unit_price"],
        ),
        ("JPY", serde_json::json!([{"description": "A", "unit_price": "1.5"}]), vec!["lines[0].unit_price"]),
        ("EUR", serde_json::json!([{"description": "A", "unit_price": "625"}]), vec!["lines[0].unit_price"]),
        ("EUR", serde_json::json!([{"description": "A", "quantity": 2, "unit_price": most}]), vec!["lines"]),
        (
            "EUR",
            serde_json::json!([{"description": "A", "quantity": 1_000_000, "unit_price": most}]),
            vec!["lines"],
        ),
        (
            "EUR",
            serde_json::json!([{"description": "A", "unit_price": i64::MAX}]),
            vec!["lines[0].unit_price"],
        ),
    ] {
        let form = form(serde_json::json!({"customer_id": ann.id, "currency": currency, "lines": lines}));
        let problem = Problem::from(orders::place(&domain.system(), form).await.unwrap_err());
        assert_eq!(problem.error, Code::ValidationError);
        assert_eq!(problem.details.iter().map(|f| f.field.as_str()).collect::<Vec<_>>(), fields, "{lines}");
    }
    assert_eq!(domain.events().await, events);
    assert_eq!(domain.count("SELECT count(*) FROM orders").await, 0);
    let denied = orders::place(&domain.by(&ann.actor), order_form(ann.id, 100)).await.unwrap_err();
    assert_eq!(Problem::from(denied).error, Code::NotFound);
}

async fn a_reference_belongs_to_one_order_also_for_those_who_come_at_once(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let other = domain.beside(|_| {}).await;
    let tries = (0..50).map(|i| {
        let here = if i % 2 == 0 { &domain } else { &other };
        let form = PlaceOrder { reference: "SHOP-1".to_owned(), ..order_form(ann.id, 100) };
        async move { orders::place(&here.system(), form).await }
    });
    let outcomes = join_all(tries).await;
    let (placed, refused): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!(placed.len(), 1);
    for refusal in refused {
        assert_eq!(Problem::from(refusal.unwrap_err()).error, Code::OrderExists);
    }
    assert_eq!(domain.count("SELECT count(*) FROM orders").await, 1);
    other.db.close().await;
}

async fn who_is_not_there_or_kept_out_buys_nothing(domain: TestDomain) {
    let [gone, out] = [person(&domain, "Gone", &[]).await.id, person(&domain, "Out", &[]).await.id];
    users::remove(&domain.system(), one(gone)).await.unwrap();
    users::suspend(&domain.system(), suspension(out)).await.unwrap();
    let nobody = frontdesk_model::UserId(uuid::Uuid::max());
    for customer in [gone, out, nobody] {
        let refused = orders::place(&domain.system(), order_form(customer, 100)).await.unwrap_err();
        assert_eq!(Problem::from(refused).details[0].field, "customer_id");
    }
}

async fn only_what_is_not_paid_is_cancelled(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let cancel = |id| CancelOrder { id, reason: "Ordered twice".to_owned() };
    let order = place(&domain, ann.id, 1_250).await.summary.id;
    let cancelled = orders::cancel(&domain.system(), cancel(order)).await.unwrap();
    assert_eq!(cancelled.summary.state, OrderState::Cancelled);
    let again = orders::cancel(&domain.system(), cancel(order)).await.unwrap_err();
    assert_eq!(Problem::from(again).error, Code::WrongState);
    let unpaid = payments::start(&domain.system(), pay_form(order, "pm_card_ok")).await.unwrap_err();
    assert_eq!(Problem::from(unpaid).error, Code::WrongState);
    let paid = place(&domain, ann.id, 1_250).await.summary.id;
    pay(&domain, paid, "pm_card_ok").await;
    assert!(orders::cancel(&domain.system(), cancel(paid)).await.is_err());
    let open = place(&domain, ann.id, 1_250).await.summary.id;
    payments::start(&domain.system(), pay_form(open, "pm_card_ok")).await.unwrap();
    assert!(orders::cancel(&domain.system(), cancel(open)).await.is_err(), "a payment is under way");
}

async fn the_database_refuses_what_no_use_case_does(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let order = place(&domain, ann.id, 1_250).await.summary.id;
    pay(&domain, order, "pm_card_ok").await;
    for text in [
        "UPDATE orders SET state = 'placed', captured_minor = 0",
        "UPDATE orders SET state = 'cancelled', captured_minor = 0",
        "UPDATE orders SET refunded_minor = 1",
        "UPDATE orders SET captured_minor = 1",
        "UPDATE orders SET state = 'refunded'",
        "UPDATE payments SET state = 'pending', settle_at = 1",
        "UPDATE payments SET state = 'failed', failure = '{}'",
        "UPDATE payments SET reserved_minor = 1251",
        "UPDATE ledger_entries SET at = 1",
        "UPDATE ledger_postings SET minor = 1",
        "DELETE FROM ledger_postings",
        "DELETE FROM ledger_entries",
        "INSERT INTO ledger_entries SELECT order_id, 'capture', id, NULL, 1 FROM payments",
        "INSERT INTO payments (id, order_id, state, currency, amount_minor, method, gateway, settle_at, created_at, \
         updated_at) SELECT order_id, order_id, 'pending', 'EUR', 1, 'pm', 'sandbox', 1, 1, 1 FROM payments",
    ] {
        assert!(domain.meddle(text, Vec::new()).await.is_err(), "{text}");
    }
}

async fn one_sees_ones_own_orders_and_staff_see_all(domain: TestDomain) {
    let [ann, bo] = [person(&domain, "Ann", &[]).await, person(&domain, "Bo", &[]).await];
    let auditor = person(&domain, "Eve", &[Role::Auditor]).await;
    let form = PlaceOrder { note: "secret".to_owned(), ..order_form(ann.id, 1_250) };
    let order = orders::place(&domain.system(), form).await.unwrap().summary.id;
    let seen = orders::get(&domain.by(&ann.actor), order).await.unwrap();
    assert_eq!(seen.note, None, "it is for staff");
    assert_eq!(orders::get(&domain.by(&auditor.actor), order).await.unwrap().note.as_deref(), Some("secret"));
    assert!(matches!(orders::get(&domain.by(&bo.actor), order).await, Err(orders::Error::NoSuchOrder)));
    assert!(matches!(
        payments::start(&domain.by(&bo.actor), pay_form(order, "pm_card_ok")).await,
        Err(payments::Error::NoSuchOrder)
    ));
    let mine = async |actor| {
        orders::list_mine(&domain.by(actor), &MyOrdersQuery::default()).await.unwrap().items.len()
    };
    assert_eq!((mine(&ann.actor).await, mine(&bo.actor).await), (1, 0), "only one's own");
    let service = service_token(&domain, &[Permission::ORDERS_READ]).await;
    let service = bearer(&domain, &service).await.unwrap();
    assert!(orders::get(&domain.by(&service), order).await.is_ok());
    assert!(payments::start(&domain.by(&service), pay_form(order, "pm_card_ok")).await.is_err());
}
