//! Every statement that reads events uses an index.

use frontdesk_domain::{
    db::{Dialect, Sql, Value},
    events, params,
};
use uuid::Uuid;

use crate::support::{TestDomain, crowd};

both! { no_statement_reads_all_events }

async fn populate(domain: &TestDomain) {
    let faces = crowd::mixed(domain, 5_000);
    crowd::insert(domain, &faces).await;
    for text in [
        "INSERT INTO events (id, event_type, body, number) \
         SELECT id, CASE WHEN joined_at % 50 = 0 THEN 'order.placed' ELSE 'user.created' END, '{}', \
         row_number() OVER (ORDER BY id) FROM users",
        "UPDATE events SET number = NULL WHERE number > 4990",
        "ANALYZE",
    ] {
        domain.meddle(text, params![]).await.unwrap();
    }
}

fn values(sql: Sql, middle: Uuid) -> Option<Vec<Value>> {
    Some(match sql.name {
        "db.events.BETWEEN" => params![2_000, 3_000, 21],
        "db.events.BETWEEN_OF_TYPES" => params![2_000, 3_000, 21, " order.placed "],
        "db.events.BY_ID" => params![middle],
        "db.events.NUMBER" => params![4_990],
        "db.events.COUNT_WAITING" | "db.events.OLDEST_NUMBER" => params![],
        _ => return None,
    })
}

async fn no_statement_reads_all_events(domain: TestDomain) {
    populate(&domain).await;
    let middle = Sql::new("test.middle", "SELECT id FROM events ORDER BY id LIMIT 1 OFFSET 500");
    let (middle,): (Uuid,) = domain.db.one(middle, params![]).await.unwrap();
    let (mut looked_at, mut faults) = (0, Vec::new());
    for sql in (events::FEATURE.statements)() {
        let Some(values) = values(sql, middle) else { continue };
        looked_at += 1;
        let plan = domain.db.explain(sql, values).await.unwrap();
        let reads_all = |line: &str| match domain.db.dialect() {
            Dialect::Sqlite => line.starts_with("SCAN events") && !line.contains("INDEX"),
            Dialect::Postgres => line.contains("Seq Scan on events"),
        };
        if plan.lines().any(reads_all) {
            faults.push(format!("{}\n{plan}", sql.name));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    assert_eq!(looked_at, 6);
}
