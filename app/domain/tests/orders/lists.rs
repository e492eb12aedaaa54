//! Lists of orders: every row once, in order, however they are filtered.

use frontdesk_domain::{orders, params, payments, refunds};
use frontdesk_model::{
    Currency, Limit, OrderId, Problem, Role, TypedAmount, UserId,
    filter::{AnyOf, TimeRange},
    orders::{OrderSort, OrderState, OrderSummary, OrdersQuery},
    payments::PaymentsQuery,
    refunds::RefundsQuery,
    search::Search,
};

use crate::support::{By, TestDomain, later, pay, pay_form, person, place, refund_form};

both! {
    every_order_is_met_once_in_every_order_and_both_ways,
    a_range_of_changes_has_orders_payments_and_refunds_by_their_last_change,
    filters_that_do_not_go_together_are_refused,
    an_order_is_found_by_its_reference,
    the_five_newest_of_each_come_in_one_statement,
    rows_that_this_version_cannot_read_do_not_take_down_a_list,
    nothing_is_done_with_a_row_that_cannot_be_read,
}

async fn shop(domain: &TestDomain) -> (Vec<UserId>, Vec<OrderId>) {
    let mut customers = Vec::new();
    for name in ["Ann", "Bo", "Cy"] {
        customers.push(person(domain, name, &[]).await.id);
    }
    let mut ids = Vec::new();
    for i in 0..23_i64 {
        domain.clock.advance(60);
        let customer = customers[usize::try_from(i % 3).unwrap()];
        // Each amount occurs twice, so that ids break the tie.
        let order = place(domain, customer, 1_000 + (i / 2) * 10).await.summary.id;
        if i % 4 == 0 {
            pay(domain, order, "pm_card_ok").await;
        }
        ids.push(order);
    }
    (customers, ids)
}

/// Follows the list to the end and back, and returns the rows of the first direction.
async fn walk(domain: &TestDomain, query: OrdersQuery) -> Vec<OrderSummary> {
    let mut query = OrdersQuery { limit: Limit::new(4), ..query };
    let (mut met, mut back) = (Vec::new(), Vec::new());
    loop {
        let page = orders::list(&domain.system(), &query).await.unwrap();
        met.extend(page.items);
        match page.next {
            Some(next) => query.cursor = Some(next),
            None => {
                query.cursor = page.prev;
                break;
            }
        }
    }
    while query.cursor.is_some() {
        let page = orders::list(&domain.system(), &query).await.unwrap();
        back.splice(0..0, page.items);
        query.cursor = page.prev;
    }
    assert_eq!(back[..], met[..back.len()], "the way back is the way there");
    met
}

async fn every_order_is_met_once_in_every_order_and_both_ways(domain: TestDomain) {
    let (customers, ids) = shop(&domain).await;
    let newest: Vec<OrderId> = ids.iter().rev().copied().collect();
    let all = walk(&domain, OrdersQuery::default()).await;
    assert_eq!(all.iter().map(|one| one.id).collect::<Vec<_>>(), newest);
    for sort in OrderSort::ALL {
        let currency = sort.is_by_total().then_some(Currency::EUR);
        let mut met = walk(&domain, OrdersQuery { sort: Some(*sort), currency, ..Default::default() }).await;
        if sort.is_descending() {
            met.reverse();
        }
        assert_eq!(met.len(), 23);
        let key =
            |one: &OrderSummary| if sort.is_by_total() { (one.total.minor, one.id) } else { (0, one.id) };
        assert!(met.is_sorted_by_key(key), "{sort:?}");
    }
    for state in [OrderState::Placed, OrderState::Paid, OrderState::Refunded] {
        let expected = all.iter().filter(|one| one.state == state).count();
        let of_state = OrdersQuery { state: Some(state).into(), ..Default::default() };
        assert_eq!(walk(&domain, of_state.clone()).await.len(), expected);
        let by_total = OrdersQuery { currency: Some(Currency::EUR), ..of_state.clone() };
        assert_eq!(walk(&domain, by_total).await.len(), expected);
        for customer in &customers {
            let mine = |one: &&OrderSummary| one.state == state && one.customer.id == *customer;
            let theirs = OrdersQuery { customer: Some(*customer), ..of_state.clone() };
            assert_eq!(walk(&domain, theirs).await.len(), all.iter().filter(mine).count());
        }
    }
    let between = |one: &&OrderSummary| (1_030..=1_070).contains(&one.total.minor);
    let amounts = OrdersQuery {
        currency: Some(Currency::EUR),
        min: Some(TypedAmount("10.30".to_owned())),
        max: Some(TypedAmount("€10,70".to_owned())),
        ..Default::default()
    };
    assert_eq!(walk(&domain, amounts).await.len(), all.iter().filter(between).count());
    let (since, until) = (all[20].placed_at, all[5].placed_at);
    let days = OrdersQuery { since: Some(since), until: Some(until), ..Default::default() };
    let expected: Vec<_> = all[6..=20].iter().map(|one| one.id).collect();
    assert_eq!(walk(&domain, days).await.iter().map(|one| one.id).collect::<Vec<_>>(), expected);
    let (first, last) = (all[20].placed_at, all[5].placed_at);
    for (created, expected) in [
        (TimeRange { gte: Some(first), lt: Some(last), ..TimeRange::default() }, 6..=20),
        (TimeRange { gt: Some(first), lte: Some(last), ..TimeRange::default() }, 5..=19),
        (TimeRange { gte: Some(first), gt: Some(first), lte: Some(last), lt: Some(last) }, 6..=19),
    ] {
        let rows = walk(&domain, OrdersQuery { created, ..Default::default() }).await;
        assert_eq!(rows, all[expected], "{created:?}");
    }
    // Several states, with every other filter.
    let states = [OrderState::Paid, OrderState::Cancelled, OrderState::Placed];
    for states in [&states[..], &states[..2], &states[1..]] {
        let state: AnyOf<OrderState> = states.iter().copied().collect();
        let any = OrdersQuery { state, ..Default::default() };
        let expected: Vec<_> = all.iter().filter(|one| states.contains(&one.state)).cloned().collect();
        assert_eq!(walk(&domain, any.clone()).await, expected);
        let currency = Some(Currency::EUR);
        assert_eq!(walk(&domain, OrdersQuery { currency, ..any.clone() }).await.len(), expected.len());
        let customer = Some(customers[0]);
        let theirs: Vec<_> = expected.into_iter().filter(|one| one.customer.id == customers[0]).collect();
        assert_eq!(walk(&domain, OrdersQuery { customer, ..any }).await, theirs);
    }
    let yen = OrdersQuery { currency: Currency::parse("JPY"), ..Default::default() };
    assert!(walk(&domain, yen).await.is_empty());
}

async fn a_range_of_changes_has_orders_payments_and_refunds_by_their_last_change(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(place(&domain, ann.id, 1_000).await.summary.id);
        domain.clock.advance(60);
    }
    let synced = domain.clock.now();
    let updated = TimeRange { gte: Some(synced), ..TimeRange::default() };
    let changed = OrdersQuery { updated, ..Default::default() };
    assert_eq!(orders::list(&domain.system(), &changed).await.unwrap().items, []);
    let second = pay(&domain, ids[1], "pm_card_ok").await;
    domain.clock.advance(60);
    let first = pay(&domain, ids[0], "pm_card_ok").await;
    domain.clock.advance(60);
    refunds::request(&domain.system(), refund_form(second.summary.id, Some(100))).await.unwrap();
    later(&domain, 0).await;
    let met: Vec<_> = walk(&domain, changed).await.into_iter().map(|one| one.id).collect();
    assert_eq!(met, [ids[0], ids[1]]);
    let query = PaymentsQuery { updated, limit: Limit::new(1), ..PaymentsQuery::default() };
    let page = payments::list(&domain.system(), &query).await.unwrap();
    assert_eq!(page.items[0].id, first.summary.id);
    let query = PaymentsQuery { cursor: page.next, ..query };
    assert_eq!(payments::list(&domain.system(), &query).await.unwrap().items[0].id, second.summary.id);
    let query = RefundsQuery { updated, ..RefundsQuery::default() };
    assert_eq!(refunds::list(&domain.system(), &query).await.unwrap().items.len(), 1);
    let later = TimeRange { gt: Some(domain.clock.now()), ..TimeRange::default() };
    let query = RefundsQuery { updated: later, ..RefundsQuery::default() };
    assert_eq!(refunds::list(&domain.system(), &query).await.unwrap().items, []);
    let mixed = RefundsQuery { customer: Some(ann.id), updated, ..RefundsQuery::default() };
    let problem = Problem::from(refunds::list(&domain.system(), &mixed).await.unwrap_err());
    assert_eq!(problem.details[0].field, "updated");
}

async fn filters_that_do_not_go_together_are_refused(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let min = || Some(TypedAmount("1".to_owned()));
    let currency = Some(Currency::EUR);
    for (query, field) in [
        (OrdersQuery { min: min(), ..Default::default() }, "currency"),
        (OrdersQuery { sort: Some(OrderSort::Total), ..Default::default() }, "currency"),
        (OrdersQuery { currency, sort: Some(OrderSort::Placed), ..Default::default() }, "sort"),
        (OrdersQuery { currency, customer: Some(ann.id), ..Default::default() }, "customer"),
        (OrdersQuery { currency, since: Some(domain.clock.now()), ..Default::default() }, "since"),
        (OrdersQuery { reference: Search::parse(&"x".repeat(65)).ok(), ..Default::default() }, "reference"),
        (OrdersQuery { currency, max: Some(TypedAmount("x".to_owned())), ..Default::default() }, "max"),
        (OrdersQuery { currency, max: Some(TypedAmount("1,250".to_owned())), ..Default::default() }, "max"),
    ] {
        let problem = Problem::from(orders::list(&domain.system(), &query).await.unwrap_err());
        assert_eq!(problem.details[0].field, field);
    }
    let page = OrdersQuery { limit: Limit::new(1), ..Default::default() };
    for _ in 0..2 {
        place(&domain, ann.id, 100).await;
    }
    let next = orders::list(&domain.system(), &page).await.unwrap().next;
    let foreign = OrdersQuery { cursor: next, state: Some(OrderState::Paid).into(), ..Default::default() };
    assert!(matches!(orders::list(&domain.system(), &foreign).await, Err(orders::Error::ForeignCursor(_))));
}

async fn an_order_is_found_by_its_reference(domain: TestDomain) {
    let ann = person(&domain, "Ann", &[]).await;
    let order = place(&domain, ann.id, 100).await.summary;
    place(&domain, ann.id, 100).await;
    let query = |text: &str| OrdersQuery { reference: Search::parse(text).ok(), ..Default::default() };
    let found = orders::list(&domain.system(), &query(&order.reference)).await.unwrap();
    assert_eq!(found.items, [order]);
    assert!(orders::list(&domain.system(), &query("nothing")).await.unwrap().items.is_empty());
}

async fn the_five_newest_of_each_come_in_one_statement(domain: TestDomain) {
    let (customers, _) = shop(&domain).await;
    let nobody = person(&domain, "Dee", &[]).await;
    let support = person(&domain, "Sue", &[Role::Support]).await;
    let asked: Vec<UserId> = customers.iter().copied().chain([nobody.id]).collect();
    let before = domain.db.statements();
    let recent = orders::recent(&domain.by(&support.actor), &asked).await.unwrap();
    assert_eq!(domain.db.statements() - before, 1);
    for customer in &customers {
        let theirs = OrdersQuery { customer: Some(*customer), limit: Limit::new(5), ..Default::default() };
        let expected = orders::list(&domain.system(), &theirs).await.unwrap().items;
        let found: Vec<OrderId> =
            recent.iter().filter(|(of, _)| of == customer).map(|(_, order)| order.id).collect();
        assert_eq!(found, expected.iter().map(|one| one.id).collect::<Vec<_>>());
        assert_eq!(found.len(), 5);
    }
    assert_eq!(recent.len(), 15, "who has bought nothing is not there");
    let hundred: Vec<UserId> = std::iter::repeat_n(customers[0], 100).collect();
    assert_eq!(orders::recent(&domain.system(), &hundred).await.unwrap().len(), 5);
    assert!(orders::recent(&domain.by(&nobody.actor), &asked).await.is_err());
    assert!(orders::recent(&domain.system(), &[]).await.unwrap().is_empty());
}

async fn rows_that_this_version_cannot_read_do_not_take_down_a_list(domain: TestDomain) {
    let (customers, ids) = shop(&domain).await;
    // More than a page of them, at the beginning, in the middle and at the end.
    let unreadable = [0, 8, 9, 10, 11, 12, 13, 22].map(|at: usize| ids[at]);
    for id in unreadable {
        domain.meddle("UPDATE orders SET currency = 'XQZ' WHERE id = $1", params![id]).await.unwrap();
        domain.meddle("UPDATE payments SET currency = 'XQZ' WHERE order_id = $1", params![id]).await.unwrap();
    }
    let mut expected: Vec<_> = ids.into_iter().filter(|id| !unreadable.contains(id)).collect();
    let sort = Some(OrderSort::Placed);
    let met = walk(&domain, OrdersQuery { sort, ..Default::default() }).await;
    assert_eq!(met.iter().map(|order| order.id).collect::<Vec<_>>(), expected);
    expected.reverse();
    let met = walk(&domain, OrdersQuery::default()).await;
    assert_eq!(met.iter().map(|order| order.id).collect::<Vec<_>>(), expected);
    let recent = orders::recent(&domain.system(), &customers).await.unwrap();
    assert!(recent.iter().all(|(_, order)| !unreadable.contains(&order.id)));
    let payments = payments::list(&domain.system(), &Default::default()).await.unwrap().items;
    // Of the orders 0, 4, 8, 12, 16 and 20.
    assert_eq!(payments.len(), 3, "{payments:#?}");
}

async fn nothing_is_done_with_a_row_that_cannot_be_read(domain: TestDomain) {
    let customer = person(&domain, "Ann", &[]).await.id;
    let (paid, placed) = (place(&domain, customer, 1_000).await, place(&domain, customer, 2_000).await);
    let payment = pay(&domain, paid.summary.id, "pm_card_ok").await.summary.id;
    domain.meddle("UPDATE orders SET currency = 'XQZ'", params![]).await.unwrap();
    domain.meddle("UPDATE payments SET currency = 'XQZ'", params![]).await.unwrap();
    let events = domain.events().await;
    let system = domain.system();
    for order in [paid.summary.id, placed.summary.id] {
        assert!(payments::start(&system, pay_form(order, "pm_card_ok")).await.is_err());
        let form = frontdesk_model::orders::CancelOrder { id: order, reason: "Ordered twice".to_owned() };
        assert!(orders::cancel(&system, form).await.is_err());
        assert!(orders::get(&system, order).await.is_err());
    }
    let refused = refunds::request(&system, refund_form(payment, Some(100))).await;
    assert!(matches!(refused, Err(payments::Error::Database(_) | payments::Error::Orders(_))), "{refused:?}");
    assert_eq!(domain.events().await, events);
    assert_eq!(domain.count("SELECT count(*) FROM refunds").await, 0);
    assert_eq!(domain.count("SELECT count(*) FROM payments").await, 1);
}
