//! Every statement about deliveries uses an index. There are a few dozen webhooks at most, and reading
//! all of them is fastest.

use frontdesk_domain::{
    db::{Dialect, Sql, Value},
    params, webhooks,
};
use frontdesk_model::Timestamp;
use uuid::Uuid;

use crate::support::{TestDomain, crowd};

both! { no_statement_reads_all_deliveries }

/// As many deliveries as there are users, to one webhook; most have succeeded.
async fn populate(domain: &TestDomain) {
    let faces = crowd::mixed(domain, 5_000);
    crowd::insert(domain, &faces).await;
    for text in [
        "INSERT INTO webhook_deliveries (id, webhook_id, event_id, event_type, body, state, turn, attempts, failures, \
         next_at, created_at) \
         SELECT id, (SELECT min_id FROM (SELECT id AS min_id FROM users ORDER BY id LIMIT 1) AS first), id, \
         'user.created', '{}', CASE WHEN joined_at % 50 = 0 THEN 'pending' ELSE 'succeeded' END, 1, 1, 0, \
         CASE WHEN joined_at % 50 = 0 THEN joined_at END, joined_at FROM users",
        "INSERT INTO webhook_attempts SELECT id, 1, created_at, 204, 10, NULL, '' FROM webhook_deliveries",
        "ANALYZE",
    ] {
        domain.meddle(text, params![]).await.unwrap();
    }
}

fn values(sql: Sql, middle: Uuid, now: Timestamp) -> Option<Vec<Value>> {
    Some(match sql.name {
        "db.webhooks.WAITING"
        | "db.webhooks.COUNT_ATTEMPT"
        | "db.webhooks.DELIVERY"
        | "db.webhooks.REST"
        | "db.webhooks.TRIES" => params![middle],
        "db.webhooks.END_DELIVERY" => params![middle, "failed"],
        "db.webhooks.POSTPONE" => params![middle, 1, now],
        "db.webhooks.RESTART" => params![middle, 1, now],
        _ => return None,
    })
}

async fn no_statement_reads_all_deliveries(domain: TestDomain) {
    populate(&domain).await;
    let middle = Sql::new("test.middle", "SELECT id FROM webhook_deliveries ORDER BY id LIMIT 1 OFFSET 2500");
    let (middle,): (Uuid,) = domain.db.one(middle, params![]).await.unwrap();
    let (mut looked_at, mut faults) = (0, Vec::new());
    for sql in (webhooks::FEATURE.statements)() {
        let Some(values) = values(sql, middle, domain.clock.now()) else { continue };
        looked_at += 1;
        let plan = domain.db.explain(sql, values).await.unwrap();
        let reads_all = |line: &str| match domain.db.dialect() {
            Dialect::Sqlite => line.starts_with("SCAN") || line.contains("TEMP B-TREE"),
            Dialect::Postgres => {
                line.contains("Seq Scan on webhook_")
                    || line.trim_start_matches([' ', '-', '>']).starts_with("Sort ")
            }
        };
        if plan.lines().any(reads_all) {
            faults.push(format!("{}\n{plan}", sql.name));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    assert_eq!(looked_at, 8);
}
