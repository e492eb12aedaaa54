//! Every statement that finds jobs uses an index, among many that are over. The sweep takes a thousand at
//! a time, for which a table of a few thousand is read faster without.

use frontdesk_domain::{
    db::{Dialect, Sql, Value},
    jobs, params,
};
use frontdesk_model::Timestamp;
use uuid::Uuid;

use crate::support::{TestDomain, crowd};

both! { no_statement_reads_all_jobs }

/// As many jobs as there are users: most are over, some wait, a few run.
async fn populate(domain: &TestDomain) {
    let faces = crowd::mixed(domain, 5_000);
    crowd::insert(domain, &faces).await;
    domain
        .meddle(
            "INSERT INTO jobs (id, kind, payload, about, state, due_at, lane, attempts, max_attempts, last_attempt, \
             trace_id, created_at, finished_at) \
             SELECT id, CASE WHEN joined_at % 5 = 0 THEN 'mail.send' ELSE 'hook.send' END, '{}', '', \
             CASE WHEN joined_at % 50 = 0 THEN 'waiting' WHEN joined_at % 50 = 1 THEN 'dead' ELSE 'succeeded' END, \
             CASE WHEN joined_at % 50 = 0 THEN joined_at END, \
             CASE WHEN joined_at % 3 = 0 THEN email_key END, 1, 10, 10, '', joined_at, \
             CASE WHEN joined_at % 50 = 0 THEN NULL ELSE joined_at END FROM users",
            params![],
        )
        .await
        .unwrap();
    let failures = "INSERT INTO job_failures SELECT id, 1, created_at, created_at, 'Refused.' FROM jobs";
    domain.meddle(failures, params![]).await.unwrap();
    // SQLite plans without statistics, too; PostgreSQL gathers them by itself sooner or later.
    domain.meddle("ANALYZE", params![]).await.unwrap();
}

fn values(sql: Sql, middle: Uuid, now: Timestamp) -> Option<Vec<Value>> {
    Some(match sql.name {
        "db.jobs.IS_DUE" => params![now, "maintenance", ",mail.send,"],
        "db.jobs.IS_DUE_BY_LANE" => params![now, "webhooks", ",mail.send,"],
        "db.jobs.EXPIRED" => params![now],
        "db.jobs.CLAIM" => params![now, "maintenance", ",mail.send,hook.send,", now, 4],
        "db.jobs.CLAIM_BY_LANE" => params![now, "webhooks", ",mail.send,hook.send,", now, 4],
        "db.jobs.MISDATED" => params![now, now],
        "db.jobs.PULL_FORWARD" => params![middle, now, now],
        "db.jobs.HOLD" | "db.jobs.RELEASE" => params![middle, 1, now],
        "db.jobs.END" => params![middle, 1, "dead", None::<i64>, now, "no"],
        "db.jobs.RERUN" | "db.jobs.CANCEL" => params![middle, "dead", now],
        "db.jobs.ASK_TO_STOP" => params![middle, now],
        "db.jobs.COUNT_DEAD" => params![1_001],
        "db.jobs.BY_ID" | "db.jobs.FAILURES" => params![middle],
        _ => return None,
    })
}

async fn no_statement_reads_all_jobs(domain: TestDomain) {
    populate(&domain).await;
    let middle = Sql::new("test.middle", "SELECT id FROM jobs ORDER BY id LIMIT 1 OFFSET 2500");
    let (middle,): (Uuid,) = domain.db.one(middle, params![]).await.unwrap();
    let (mut looked_at, mut faults) = (0, Vec::new());
    for sql in jobs::statements() {
        let Some(values) = values(sql, middle, domain.clock.now()) else { continue };
        looked_at += 1;
        let plan = domain.db.explain(sql, values).await.unwrap();
        // A bare `SCAN jobs` or `Seq Scan on jobs` reads the table; `SCAN jobs USING` a whole index.
        // The index of what is due has only what is not over, and is made to be read from its start.
        let reads_all = |line: &&str| match domain.db.dialect() {
            Dialect::Sqlite => {
                line.starts_with("SCAN")
                    && !line.contains("jobs_due")
                    && !line.contains("SUBQUERY")
                    && !line.contains("counted")
                    // The lanes of a queue, each of which is found by one look into an index.
                    && *line != "SCAN lanes"
            }
            Dialect::Postgres => line.contains("Seq Scan on job"),
        };
        if plan.lines().find(reads_all).is_some() {
            faults.push(format!("{}\n{plan}", sql.name));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    assert_eq!(looked_at, 16);
}
