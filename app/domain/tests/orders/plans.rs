//! The newest orders of each user, and what is looked for of payments and refunds: each walks an index.

use frontdesk_domain::{
    db::{Dialect, Sql, Value},
    orders, params, payments,
};
use uuid::Uuid;

use crate::support::{TestDomain, crowd};

both! { no_statement_reads_more_than_it_shows }

/// An index with very few rows, which may be read whole.
const SMALL: &str = "USING INDEX payments_surplus";

/// As many orders as there are users, most of them paid, some refunded.
async fn populate(domain: &TestDomain) {
    let faces = crowd::mixed(domain, 5_000);
    crowd::insert(domain, &faces).await;
    for text in [
        "INSERT INTO orders (id, reference, customer_id, state, currency, total_minor, captured_minor, refunded_minor, \
         note, placed_at, updated_at) SELECT id, email_key, id, CASE WHEN joined_at % 50 = 0 THEN 'placed' ELSE 'paid' END, \
         CASE WHEN joined_at % 3 = 0 THEN 'USD' ELSE 'EUR' END, 1000 + joined_at % 9000, \
         CASE WHEN joined_at % 50 = 0 THEN 0 ELSE 1000 + joined_at % 9000 END, 0, '', joined_at, joined_at FROM users",
        "INSERT INTO payments (id, order_id, state, currency, amount_minor, method, gateway, settle_at, created_at, \
         updated_at) SELECT id, id, CASE state WHEN 'paid' THEN 'succeeded' ELSE 'unknown' END, currency, total_minor, \
         'pm', 'sandbox', CASE state WHEN 'paid' THEN NULL ELSE placed_at END, placed_at, placed_at FROM orders",
        "INSERT INTO refunds (id, payment_id, order_id, state, currency, amount_minor, reason, requested_label, settle_at, \
         created_at, updated_at) SELECT id, id, order_id, CASE state WHEN 'succeeded' THEN 'rejected' ELSE 'pending' END, \
         currency, 1, '', 'x', CASE state WHEN 'succeeded' THEN NULL ELSE 1 END, created_at, created_at FROM payments",
    ] {
        domain.meddle(text, params![]).await.unwrap();
    }
    // Enough rows that reading all of them is slower, also for a hundred customers at once.
    let id = match domain.db.dialect() {
        Dialect::Sqlite => "randomblob(16)",
        Dialect::Postgres => "gen_random_uuid()",
    };
    let more = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) INSERT INTO orders \
         SELECT {id}, reference || '-' || n.i, customer_id, state, currency, total_minor, captured_minor, refunded_minor, \
         note, placed_at, updated_at, version FROM orders CROSS JOIN n"
    );
    domain.meddle(more.leak(), params![]).await.unwrap();
    domain.meddle("ANALYZE", params![]).await.unwrap();
}

async fn no_statement_reads_more_than_it_shows(domain: TestDomain) {
    populate(&domain).await;
    let middle = Sql::new("test.middle", "SELECT id FROM orders ORDER BY id LIMIT 1 OFFSET 2500");
    let (middle,): (Uuid,) = domain.db.one(middle, params![]).await.unwrap();
    let mut faults = Vec::new();
    let recent =
        (orders::FEATURE.statements)().into_iter().filter(|sql| sql.name.starts_with("db.orders.RECENT"));
    let recent: Vec<_> = recent.map(|sql| (sql, vec![Value::from(middle); sql.params])).collect();
    assert_eq!(recent.len(), 3);
    let looked_for = |name: &str| {
        [
            "LEFT_PAYMENTS",
            "LEFT_REFUNDS",
            "COUNT_UNKNOWN",
            "COUNT_AWAITING",
            "COUNT_FAILED",
            "COUNT_LEFT",
            "COUNT_SURPLUS",
        ]
        .iter()
        .any(|part| name.ends_with(part))
    };
    let others = (payments::FEATURE.statements)().into_iter().filter(|sql| looked_for(sql.name)).map(|sql| {
        let values = match sql.name.rsplit('.').next() {
            Some("COUNT_FAILED") => params![100, middle],
            Some("LEFT_PAYMENTS" | "LEFT_REFUNDS") => params![1_000, "sandbox"],
            Some("COUNT_LEFT") => params![100, 1_000],
            _ => params![100],
        };
        (sql, values)
    });
    for (sql, values) in recent.into_iter().chain(others) {
        let plan = domain.db.explain(sql, values).await.unwrap();
        let lines: Vec<&str> = plan.lines().map(str::trim_start).collect();
        let reads_all = match domain.db.dialect() {
            // One scan is of the index scan's result; two are of a recursion's.
            Dialect::Sqlite => {
                lines.iter().filter(|line| line.starts_with("SCAN") && !line.ends_with(SMALL)).count()
                    > if sql.name.contains("RECENT") { 2 } else { 1 }
                    || lines.iter().any(|line| line.contains("TEMP B-TREE") && !line.contains("LAST TERM"))
            }
            Dialect::Postgres => ["orders", "payments", "refunds"]
                .iter()
                .any(|table| plan.contains(&format!("Seq Scan on {table}"))),
        };
        if reads_all {
            faults.push(format!("{}:\n{plan}", sql.name));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
