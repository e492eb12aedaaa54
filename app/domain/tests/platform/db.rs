//! Units of work: all or nothing, for each of many at once.

use std::{
    pin::Pin,
    sync::atomic::{AtomicBool, Ordering},
    task::{Context, Poll},
    time::Duration,
};

use frontdesk_domain::{
    db::{Db, Error, Sql},
    params,
};
use futures::future::join_all;

use crate::support::{Engine, TestDomain, eventually, run};

both! {
    a_unit_of_work_without_a_statement_keeps_no_one_waiting,
    a_unit_of_work_that_is_dropped_leaves_nothing,
    nobody_reads_what_is_not_committed,
    of_many_writers_at_once_each_finds_its_write_when_it_is_told_so,
    a_writer_that_fails_does_not_take_the_others_with_it,
    a_writer_may_be_dropped_anywhere_and_harms_nobody,
    a_writer_that_waits_in_vain_is_told_that_the_database_is_busy,
    a_reader_may_be_dropped_anywhere_and_harms_nobody,
    a_reader_whose_answer_cannot_be_read_harms_nobody,
    who_reads_while_the_database_is_closed_is_answered,
    a_role_without_a_person_is_refused,
}

const INSERT: Sql = Sql::new("test.INSERT", "INSERT INTO turns (name) VALUES ($1)");
const FAIL: Sql = Sql::new("test.FAIL", "INSERT INTO turns (name) VALUES (NULL)");
const FIND: Sql = Sql::new("test.FIND", "SELECT name FROM turns WHERE name = $1");

async fn write(db: &Db, names: &[String]) -> Result<(), Error> {
    let mut tx = db.write();
    for name in names {
        tx.execute(INSERT, params![name]).await?;
    }
    tx.commit().await
}

async fn is_there(db: &Db, name: &str) -> bool {
    db.optional::<(String,)>(FIND, params![name]).await.unwrap().is_some()
}

async fn a_unit_of_work_that_is_dropped_leaves_nothing(domain: TestDomain) {
    let mut tx = domain.db.write();
    tx.execute(INSERT, params!["dropped"]).await.unwrap();
    drop(tx);
    write(&domain.db, &["kept".to_owned()]).await.unwrap();
    assert!(is_there(&domain.db, "kept").await);
    assert!(!is_there(&domain.db, "dropped").await);
}

async fn a_unit_of_work_without_a_statement_keeps_no_one_waiting(domain: TestDomain) {
    let one = domain.beside(|options| options.database.connections = 1).await;
    let (idle, unused) = (one.db.write(), one.db.write());
    let before = one.db.statements();
    write(&one.db, &["meanwhile".to_owned()]).await.unwrap();
    unused.commit().await.unwrap();
    assert_eq!(one.db.statements(), before + 1);
    drop(idle);
    assert!(is_there(&domain.db, "meanwhile").await);
}

async fn nobody_reads_what_is_not_committed(domain: TestDomain) {
    let mut tx = domain.db.write();
    tx.execute(INSERT, params!["new"]).await.unwrap();
    assert!(tx.optional::<(String,)>(FIND, params!["new"]).await.unwrap().is_some());
    assert!(!is_there(&domain.db, "new").await);
    tx.commit().await.unwrap();
    assert!(is_there(&domain.db, "new").await);
}

async fn of_many_writers_at_once_each_finds_its_write_when_it_is_told_so(domain: TestDomain) {
    // Another instance shares nothing with the writers but the database itself.
    let other = domain.beside(|_| ()).await;
    let writers = (0..64).map(|n| {
        let (domain, other) = (domain.clone(), other.clone());
        tokio::spawn(async move {
            let names = [format!("{n} a"), format!("{n} b")];
            write(&domain.db, &names).await.unwrap();
            for name in &names {
                assert!(is_there(&other.db, name).await, "{name} was acknowledged and is not there");
            }
        })
    });
    for writer in join_all(writers).await {
        writer.unwrap();
    }
    assert_eq!(domain.count("SELECT count(*) FROM turns WHERE name LIKE '% %'").await, 128);
}

async fn a_writer_that_fails_does_not_take_the_others_with_it(domain: TestDomain) {
    let writers = (0..64).map(|n| {
        let db = domain.db.clone();
        tokio::spawn(async move {
            let mut tx = db.write();
            tx.execute(INSERT, params![n.to_string()]).await?;
            if n % 8 == 0 {
                tx.execute(FAIL, params![]).await?;
            }
            tx.commit().await
        })
    });
    for (n, ended) in join_all(writers).await.into_iter().enumerate() {
        let fails = n % 8 == 0;
        assert_eq!(ended.unwrap().is_err(), fails, "writer {n}");
        assert_eq!(is_there(&domain.db, &n.to_string()).await, !fails, "what writer {n} wrote");
    }
}

async fn a_writer_may_be_dropped_anywhere_and_harms_nobody(domain: TestDomain) {
    // How far it comes with so many polls depends on the machine's mood, hence again and again.
    for round in 0..10 {
        let mut polls = 1;
        while !gets_through(&domain, round, polls).await {
            polls += 1;
        }
    }
}

/// Whether a writer is done after so many polls. It is dropped then, between two others.
async fn gets_through(domain: &TestDomain, round: u32, polls: u32) -> bool {
    let case = format!("{polls} polls, round {round}");
    let names = ["before", "victim a", "victim b", "after"].map(|name| format!("{name}, {case}"));
    let committing = AtomicBool::new(false);
    let victim = async {
        let mut tx = domain.db.write();
        tx.execute(INSERT, params![&names[1]]).await?;
        tx.execute(INSERT, params![&names[2]]).await?;
        committing.store(true, Ordering::Relaxed);
        tx.commit().await
    };
    // While this one has the turn, the others queue in this order, so that they share a commit.
    let mut first = domain.db.write();
    first.execute(INSERT, params![format!("first, {case}")]).await.unwrap();
    let (before, victim, after, first) = futures::join!(
        write(&domain.db, &names[..1]),
        DropAfter { future: Some(Box::pin(victim)), polls },
        write(&domain.db, &names[3..]),
        first.commit(),
    );
    for (who, ended) in [("before", before), ("after", after), ("first", first)] {
        assert!(ended.is_ok(), "{case}: the writer {who} the victim: {ended:?}");
    }
    assert!(is_there(&domain.db, &names[0]).await && is_there(&domain.db, &names[3]).await, "{case}");
    let written = [is_there(&domain.db, &names[1]).await, is_there(&domain.db, &names[2]).await];
    assert_eq!(written[0], written[1], "{case}: half of the victim's writes are there");
    assert!(!written[0] || committing.load(Ordering::Relaxed), "{case}: written without a commit");
    victim.is_some_and(|ended| {
        assert!(ended.is_ok() && written[0], "{case}: {ended:?}");
        true
    })
}

/// Polls a future so many times, and drops it if it has not ended by then.
struct DropAfter<F> {
    future: Option<Pin<Box<F>>>,
    polls: u32,
}

impl<F: Future> Future for DropAfter<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.polls == 0 {
            self.future = None;
        }
        let Some(future) = &mut self.future else { return Poll::Ready(None) };
        let answer = future.as_mut().poll(context).map(Some);
        self.polls -= 1;
        answer
    }
}

async fn a_writer_that_waits_in_vain_is_told_that_the_database_is_busy(domain: TestDomain) {
    let impatient = domain
        .beside(|options| {
            options.database.acquire = Duration::from_millis(100);
            options.database.connections = 1;
        })
        .await;
    let mut turn = impatient.db.write();
    turn.execute(INSERT, params!["first"]).await.unwrap();
    let refused = write(&impatient.db, &["in vain".to_owned()]).await;
    assert!(matches!(refused, Err(Error::Busy)), "{refused:?}");
    drop(turn);
    write(&impatient.db, &["in time".to_owned()]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn another_process_that_writes_to_the_sqlite_file_makes_it_busy() {
    run(Engine::Sqlite, async |domain: TestDomain| {
        let impatient = domain.beside(|options| options.database.acquire = Duration::from_millis(100)).await;
        let mut turn = domain.db.write();
        turn.execute(INSERT, params!["elsewhere"]).await.unwrap();
        let refused = write(&impatient.db, &["in vain".to_owned()]).await;
        assert!(matches!(refused, Err(Error::Busy)), "{refused:?}");
        turn.commit().await.unwrap();
        write(&impatient.db, &["here".to_owned()]).await.unwrap();
    })
    .await;
}

/// Far more rows than are on their way between the threads at once.
const COUNT_TO: Sql = Sql::new(
    "test.COUNT_TO",
    "WITH RECURSIVE n(i) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < $2) SELECT i FROM n",
);

async fn count(db: &Db, from: i64, to: i64) -> Result<Vec<(i64,)>, Error> {
    db.all(COUNT_TO, params![from, to]).await
}

async fn a_reader_may_be_dropped_anywhere_and_harms_nobody(domain: TestDomain) {
    const ROWS: i64 = 5_000;
    let one = domain.beside(|options| options.database.connections = 1).await;
    for round in 0..10 {
        let mut polls = 1;
        loop {
            let from = i64::from(round * 1_000 + polls) * 10 * ROWS;
            let victim = count(&one.db, -ROWS, 0);
            let victim = DropAfter { future: Some(Box::pin(victim)), polls }.await;
            // There is only the one connection, and this is its next query.
            let rows = count(&one.db, from + 1, from + ROWS).await.unwrap();
            assert!(
                rows.into_iter().map(|(i,)| i).eq(from + 1..=from + ROWS),
                "{polls} polls, round {round}"
            );
            if let Some(rows) = victim {
                assert_eq!(rows.unwrap().len(), 5_001);
                break;
            }
            polls += 1;
        }
    }
}

async fn a_reader_whose_answer_cannot_be_read_harms_nobody(domain: TestDomain) {
    let one = domain.beside(|options| options.database.connections = 1).await;
    for _ in 0..3 {
        // No number, after which many more rows would come.
        assert!(one.db.all::<(String,)>(COUNT_TO, params![1, 5_000]).await.is_err());
        assert!(one.db.one::<(i64,)>(FIND, params!["nobody"]).await.is_err());
        let no_such_table = Sql::new("test.NO_SUCH_TABLE", "SELECT * FROM nothing");
        assert!(one.db.all::<(i64,)>(no_such_table, params![]).await.is_err());
        assert_eq!(count(&one.db, 1, 3).await.unwrap(), [(1,), (2,), (3,)]);
    }
}

async fn who_reads_while_the_database_is_closed_is_answered(domain: TestDomain) {
    let other = domain.beside(|options| options.database.connections = 2).await;
    let opening = other.db.statements();
    let reader = tokio::spawn({
        let db = other.db.clone();
        async move {
            let mut answers = 0;
            while let Ok(rows) = count(&db, 1, 1_000).await {
                assert_eq!(rows.len(), 1_000);
                answers += 1;
            }
            answers
        }
    });
    let few = || other.db.statements() < opening + 5;
    eventually(async || if few() { Err("fewer than 5 statements") } else { Ok(()) }).await;
    other.db.close().await;
    assert!(reader.await.unwrap() >= 4);
    assert!(count(&other.db, 1, 1).await.is_err());
}

async fn a_role_without_a_person_is_refused(domain: TestDomain) {
    let id = domain.clock.id();
    let insert = "INSERT INTO user_roles (user_id, role, granted_at) VALUES ($1, 'owner', 0)";
    assert!(domain.meddle(insert, params![id]).await.is_err());
}
