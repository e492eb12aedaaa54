//! The CSV export of orders.

use axum::body::Body;
use frontdesk_model::{Role, UserId, users::UpdateUser};
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
    let header = "reference,state,customer,customer_id,total,refunded,currency,placed_at,id\r\n";
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
    for reference in ["@SUM(A1)", "+1", "-1", "=1+1", "A, \"B\""] {
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
    assert_eq!(references, ["'+1", "'-1", "'=1+1", "'@SUM(A1)", "A, \"B\""]);
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
    let cookies: Vec<_> = person.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect();
    let request = Request::get(FILE)
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
    // The session, and the first rows. Nothing more is read before the client reads.
    assert_eq!(desk.domain.db.statements() - before, 2);
    body.frame().await.unwrap().unwrap();
    body.frame().await.unwrap().unwrap();
    let so_far = desk.domain.db.statements() - before;
    assert!(so_far < 5, "{so_far}");
    drop(body);
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    assert_eq!(desk.domain.db.statements() - before, so_far);
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
