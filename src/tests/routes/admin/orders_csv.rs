//! The CSV export of orders.

use axum::body::Body;
use frontdesk_domain::{audit, roles};
use frontdesk_model::{
    Role, UserId,
    audit::{Action, AuditQuery, Change},
    roles::ChangeRole,
    users::UpdateUser,
};
use frontdesk_testing::eventually;
use futures::future::join_all;
use http::{Request, header::ACCEPT};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use crate::support::{Answer, Client, Desk, address};

both! {
    the_file_has_what_the_list_shows,
    what_people_wrote_is_no_formula,
    more_orders_than_a_page_has_are_all_in_it,
    who_stops_reading_stops_the_export,
    a_file_that_breaks_off_does_not_end_as_a_whole_one,
    who_may_not_see_orders_gets_no_file,
    an_export_ends_with_the_right_to_it,
    an_export_has_a_time_limit,
    orders_placed_later_are_not_in_it,
    the_trail_has_the_beginning_and_the_end_of_every_export,
}

const FILE: &str = "/admin/orders.csv";

/// Rows of the file, without its header.
fn rows(answer: &Answer) -> Vec<Vec<String>> {
    let mut file = csv::Reader::from_reader(&*answer.body);
    file.records().map(|row| row.unwrap().iter().map(ToOwned::to_owned).collect()).collect()
}

async fn orders(desk: &Desk, customer: UserId, count: usize) {
    for batch in (0..count).collect::<Vec<_>>().chunks(50) {
        join_all(batch.iter().map(|_| desk.order(customer, 1_250))).await;
    }
}

async fn the_file_has_what_the_list_shows(desk: Desk) {
    let auditor = desk.arrive(Role::Auditor).await;
    let (name, id) = desk.somebody(&[]).await;
    let (order, _) = desk.paid_order(id).await;
    desk.domain.clock.advance(1);
    desk.order(id, 1_000).await;
    let paid = desk.order_now(order).await.summary;
    let list = auditor.get("/admin/orders?state=paid&limit=1").await.is(200).page();
    let link = list.links().find(|link| link.starts_with(FILE)).unwrap().to_owned();
    assert_eq!(link, format!("{FILE}?state=paid"));
    let answer = auditor.get(&link).await.is(200);
    assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
    assert_eq!(answer.header("content-disposition"), Some("attachment; filename=\"orders-2026-03-14.csv\""));
    let header = "\u{feff}reference,state,customer,customer_id,total,refunded,currency,placed_at,id\r\n";
    assert!(answer.text().starts_with(header), "{}", answer.text());
    let id = id.to_string();
    let expected = [
        &*paid.reference,
        "paid",
        &*name,
        &*id,
        "25.00",
        "0.00",
        "EUR",
        "2026-03-14T09:26:53Z",
        &*order.to_string(),
    ];
    assert_eq!(rows(&answer), [expected]);
    // A customer by their address, and any page of the list.
    let asked = format!("{FILE}?customer={}&cursor=x&limit=1", address(&name).replace('@', "%40"));
    assert_eq!(rows(&auditor.get(&asked).await.is(200)).len(), 2);
    assert_eq!(auditor.get(&format!("{FILE}?currency=JPY")).await.is(200).text(), header);
    // An invalid filter is reported before anything is sent.
    auditor.get(&format!("{FILE}?state=lost")).await.is(400);
    auditor.get(&format!("{FILE}?min=5")).await.is(422);
    assert_eq!(auditor.head(FILE).await.is(200).body.len(), 0);
    // Text is in quotes, and numbers are not.
    let line = answer.text().lines().nth(1).unwrap();
    assert!(line.starts_with(&format!("\"{}\",\"paid\",", paid.reference)), "{line}");
    assert!(line.contains(",25.00,0.00,\"EUR\","), "{line}");
}

async fn what_people_wrote_is_no_formula(desk: Desk) {
    let auditor = desk.arrive(Role::Auditor).await;
    let (_, id) = desk.somebody(&[]).await;
    let form = UpdateUser {
        id,
        version: 1.into(),
        name: Some("=HYPERLINK(\"http://evil.example\",\"Click\")".to_owned()),
        email: None,
    };
    let system = desk.domain.system();
    frontdesk_domain::users::update(&system, form).await.unwrap();
    for reference in ["@SUM(A1)", "+1", "-1", "=1+1", "A, \"B\"", "x;=1"] {
        let form = serde_json::json!({
            "customer_id": id, "currency": "EUR", "reference": reference,
            "lines": [{"description": "Coffee", "unit_price": 100}],
        });
        let form = serde_json::from_value(form).unwrap();
        frontdesk_domain::orders::place(&system, form).await.unwrap();
    }
    let rows = rows(&auditor.get(&format!("{FILE}?sort=placed")).await.is(200));
    let mut references: Vec<&str> = rows.iter().map(|row| row[0].as_str()).collect();
    references.sort_unstable();
    let expected = ["'+1", "'-1", "'=1+1", "'@SUM(A1)", "A, \"B\"", "x;'=1"];
    assert_eq!(references, expected);
    assert!(rows.iter().all(|row| row[2].starts_with("'=HYPERLINK(")));
}

async fn more_orders_than_a_page_has_are_all_in_it(desk: Desk) {
    let auditor = desk.arrive(Role::Auditor).await;
    let (_, id) = desk.somebody(&[]).await;
    orders(&desk, id, 1_050).await;
    let rows = rows(&auditor.get(FILE).await.is(200));
    let ids: std::collections::HashSet<&str> = rows.iter().map(|row| row[8].as_str()).collect();
    assert_eq!((rows.len(), ids.len()), (1_050, 1_050), "each is there once");
    assert!(rows.is_sorted_by(|one, other| one[8] > other[8]), "the newest first");
}

/// Requests the file without reading it.
async fn begin(desk: &Desk, person: &Client) -> Body {
    begin_with(desk, person, "").await
}

async fn begin_with(desk: &Desk, person: &Client, query: &str) -> Body {
    let cookies: Vec<_> = person.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect();
    let request = Request::get(format!("{FILE}{query}"))
        .header("host", "desk.example")
        .header("cookie", cookies.join("; "))
        .header(ACCEPT, "text/html")
        .body(Body::empty())
        .unwrap();
    let response = desk.router().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    response.into_body()
}

async fn who_stops_reading_stops_the_export(desk: Desk) {
    let auditor = desk.arrive(Role::Auditor).await;
    let (_, id) = desk.somebody(&[]).await;
    orders(&desk, id, 350).await;
    let before = desk.domain.db.statements();
    let mut body = begin(&desk, &auditor).await;
    // The session, the first rows, and the event. Nothing more is read before the client reads.
    assert_eq!(desk.domain.db.statements() - before, 3);
    body.frame().await.unwrap().unwrap();
    body.frame().await.unwrap().unwrap();
    let so_far = desk.domain.db.statements() - before;
    // The right to the export, and the next rows.
    assert_eq!(so_far, 5);
    drop(body);
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    assert_eq!(desk.domain.db.statements() - before, so_far + 1, "the event of its end");
}

async fn a_file_that_breaks_off_does_not_end_as_a_whole_one(desk: Desk) {
    let auditor = desk.arrive(Role::Auditor).await;
    let (_, id) = desk.somebody(&[]).await;
    orders(&desk, id, 250).await;
    let mut body = begin(&desk, &auditor).await;
    assert!(body.frame().await.unwrap().is_ok());
    desk.change("ALTER TABLE orders RENAME TO orders_are_gone").await;
    let rest = body.collect().await;
    assert!(rest.is_err(), "the connection is to break off");
}

async fn who_may_not_see_orders_gets_no_file(desk: Desk) {
    desk.arrive(Role::Member).await.get(FILE).await.is(404);
    desk.visitor()
        .get(&format!("{FILE}?state=paid"))
        .await
        .leads_to("/login?next=%2Fadmin%2Forders.csv%3Fstate%3Dpaid");
    desk.visitor().program().get(FILE).await.is(401);
    desk.visitor().program().get(&format!("{FILE}?state=lost")).await.is(401);
}

/// The exports of the trail, in the order in which they were recorded: the action, the reason, and the rows.
async fn exports(desk: &Desk) -> Vec<(String, String, String)> {
    let all = audit::list(&desk.domain.system(), &AuditQuery::default()).await.unwrap().items;
    let exports = all.into_iter().rev().filter(|event| event.action.as_str().starts_with("orders.export"));
    let rows = |changes: &[Change]| {
        let rows = changes.iter().find(|change| change.field == "rows");
        rows.and_then(|rows| rows.after.clone()).unwrap_or_default()
    };
    exports.map(|event| (event.action.to_string(), event.reason, rows(&event.changes))).collect()
}

/// Reads the first rows, lets the right be lost, and returns the reason that the export then ends for.
async fn broken_off(desk: &Desk, person: &Client, lose: impl AsyncFnOnce()) -> String {
    let before = exports(desk).await.len();
    let mut body = begin(desk, person).await;
    assert!(body.frame().await.unwrap().is_ok());
    lose().await;
    assert!(body.collect().await.is_err(), "the connection is to break off: {:?}", exports(desk).await);
    let ended = eventually(async || match exports(desk).await.split_off(before).as_slice() {
        [(started, ..), ended] if started == "orders.export_started" => Ok(ended.clone()),
        other => Err(format!("{other:?}")),
    });
    let (action, why, rows) = ended.await;
    assert_eq!((&*action, &*rows), ("orders.export_aborted", "100"));
    why
}

async fn an_export_ends_with_the_right_to_it(desk: Desk) {
    const LOST: &str = "The session or token ended, or lost the permission";
    let (_, customer) = desk.somebody(&[]).await;
    orders(&desk, customer, 150).await;
    let system = desk.domain.system();
    let (name, id) = desk.somebody(&[Role::Auditor]).await;
    let auditor = desk.sign_in(&name).await;
    let no_role = async || {
        roles::revoke(&system, ChangeRole { id, role: Role::Auditor }).await.unwrap();
    };
    assert_eq!(broken_off(&desk, &auditor, no_role).await, LOST);

    roles::grant(&system, ChangeRole { id, role: Role::Auditor }).await.unwrap();
    let device = auditor.copy();
    let signs_out = async || {
        device.post("/logout", &[("page", "/")]).await.is(303);
    };
    assert_eq!(broken_off(&desk, &auditor, signs_out).await, LOST);

    let auditor = desk.sign_in(&name).await;
    assert_eq!(broken_off(&desk, &auditor, async || desk.suspend(id).await).await, LOST);
}

async fn an_export_has_a_time_limit(desk: Desk) {
    let (_, customer) = desk.somebody(&[]).await;
    orders(&desk, customer, 150).await;
    let auditor = desk.arrive(Role::Auditor).await;
    let waits = async || desk.domain.clock.advance(16 * 60);
    assert_eq!(broken_off(&desk, &auditor, waits).await, "The time limit was reached");
}

async fn orders_placed_later_are_not_in_it(desk: Desk) {
    let (_, customer) = desk.somebody(&[]).await;
    orders(&desk, customer, 150).await;
    let auditor = desk.arrive(Role::Auditor).await;
    for query in ["?sort=placed", "?currency=EUR&sort=total"] {
        let mut body = begin_with(&desk, &auditor, query).await;
        assert!(body.frame().await.unwrap().is_ok());
        desk.domain.clock.advance(1);
        let later = desk.order(customer, 99_999_999).await.to_string();
        let rest = body.collect().await.unwrap().to_bytes();
        let rest = std::str::from_utf8(&rest).unwrap();
        assert!(rest.lines().count() >= 50 && !rest.contains(&later), "{query}");
    }
}

async fn the_trail_has_the_beginning_and_the_end_of_every_export(desk: Desk) {
    let (_, customer) = desk.somebody(&[]).await;
    orders(&desk, customer, 150).await;
    let auditor = desk.arrive(Role::Auditor).await;
    auditor.head(FILE).await.is(200);
    auditor.get(&format!("{FILE}?min=5")).await.is(422);
    assert_eq!(exports(&desk).await, []);
    let text = |action: &str, why: &str, rows: &str| (action.to_owned(), why.to_owned(), rows.to_owned());
    let started = || text("orders.export_started", "", "");
    auditor.get(&format!("{FILE}?state=placed")).await.is(200);
    assert_eq!(exports(&desk).await, [started(), text("orders.exported", "", "150")]);
    let query = AuditQuery { action: Some(Action::ORDERS_EXPORTED).into(), ..AuditQuery::default() };
    let event = audit::list(&desk.domain.system(), &query).await.unwrap().items.remove(0);
    assert_eq!(event.changes[0].after.as_deref(), Some("{\"state\":\"placed\"}"));

    drop(begin(&desk, &auditor).await);
    let all = eventually(async || match exports(&desk).await {
        all if all.len() == 4 => Ok(all),
        few => Err(format!("{few:?}")),
    });
    assert_eq!(all.await[2..], [started(), text("orders.export_aborted", "The client disconnected", "100")]);
}
