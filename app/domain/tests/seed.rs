//! scratch
use frontdesk_domain::accounts::{self, Seeding};
use crate::support::TestDomain;
both! { bench }
async fn bench(domain: TestDomain) {
    let n: u64 = std::env::var("N").ok().and_then(|n| n.parse().ok()).unwrap_or(20_000);
    let t = std::time::Instant::now();
    let s = accounts::seed(&domain, &Seeding { users: n, seed: 1, password_hash: None }, |_| ()).await.unwrap();
    let d = t.elapsed();
    println!("{:?} {s:?} {:?} {:.0}/s", domain.db.dialect(), d, n as f64 / d.as_secs_f64());
    let rows: Vec<(String,String,String,i64,i64)> = domain.db.all(frontdesk_domain::db::Sql::new("x","SELECT name, email, status, joined_at, last_seen_at FROM users ORDER BY id LIMIT 40"), vec![]).await.unwrap();
    for r in rows { println!("{:?}", r); }
}
