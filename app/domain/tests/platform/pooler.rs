//! PostgreSQL behind a pooler in transaction mode, and commits of which the answer is lost.

use frontdesk_domain::{
    Context,
    db::{self, Db, Options},
    idempotency::{self, Claim},
    users,
};
use frontdesk_model::{Code, Problem};
use futures::future::join_all;

use crate::support::{
    By, Engine, TestDomain, create_form, person,
    pooler::{Cut, Pooler},
    run,
};

/// Runs a test on PostgreSQL, with an instance behind a pooler.
async fn behind_pooler(cut: Cut, test: impl AsyncFnOnce(TestDomain, TestDomain, Pooler)) {
    run(Engine::Postgres, async |direct: TestDomain| {
        let pooler = Pooler::start(direct.url(), cut).await;
        let pooled = direct.beside(|options| options.url = pooler.url(true)).await;
        let db = pooled.db.clone();
        test(direct, pooled, pooler).await;
        db.close().await;
    })
    .await;
}

/// A request of the command line with this key.
fn keyed(domain: &TestDomain, key: &str) -> Context {
    let request = idempotency::Request { caller: "test", secret: "s", key, asks: [b"", b"", b""], id: "r" };
    domain.system().claiming(Some(Claim::new(&domain.clock, &request)))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_connection_of_a_pooler_serves_every_statement() {
    behind_pooler(Cut::Never, async |direct, pooled, _| {
        let admin = person(&pooled, "Ada", &[frontdesk_model::Role::Admin]).await;
        let create = |number: usize| {
            let (pooled, actor) = (pooled.clone(), admin.actor.clone());
            async move {
                let form = create_form("Ann", &format!("ann{number}@example.com"));
                users::create(&pooled.by(&actor), form).await.unwrap();
                users::list(&pooled.by(&actor), &Default::default()).await.unwrap();
            }
        };
        join_all((0..12).map(create)).await;
        assert_eq!((pooled.users().await, direct.users().await), (13, 13));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_behind_a_pooler_migrate_an_empty_database_once() {
    run(Engine::Postgres, async |direct: TestDomain| {
        direct.meddle("DROP SCHEMA public CASCADE", Vec::new()).await.unwrap();
        direct.meddle("CREATE SCHEMA public", Vec::new()).await.unwrap();
        let pooler = Pooler::start(direct.url(), Cut::Never).await;
        let (url, options) = (pooler.url(true), Options::default());
        for opened in join_all((0..4).map(|_| Db::open(&url, &options))).await {
            opened.unwrap().close().await;
        }
        assert_eq!(direct.users().await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_url_that_does_not_name_the_pooler_is_explained() {
    run(Engine::Postgres, async |direct: TestDomain| {
        let pooler = Pooler::start(direct.url(), Cut::Never).await;
        let Err(error) = Db::open(&pooler.url(false), &Options::default()).await else {
            panic!("it was opened")
        };
        assert!(error.to_string().contains("add pgbouncer=true to the database URL"), "{error}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_reached_the_database_is_a_success_although_its_answer_is_lost() {
    behind_pooler(Cut::AfterCommit, async |direct, pooled, pooler| {
        pooler.cut_next();
        users::create(&keyed(&pooled, "key"), create_form("Ann", "ann@example.com")).await.unwrap();
        assert_eq!(direct.users().await, 1);
        let again = users::create(&keyed(&pooled, "key"), create_form("Ann", "ann@example.com")).await;
        assert!(matches!(again, Err(users::Error::Database(db::Error::Repeated))), "{again:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_never_reached_the_database_changes_nothing_and_can_be_repeated() {
    behind_pooler(Cut::BeforeCommit, async |direct, pooled, pooler| {
        pooler.cut_next();
        let lost = users::create(&keyed(&pooled, "key"), create_form("Ann", "ann@example.com")).await;
        assert_eq!(Problem::from(lost.unwrap_err()).error, Code::Busy);
        assert_eq!(direct.users().await, 0);
        users::create(&keyed(&pooled, "key"), create_form("Ann", "ann@example.com")).await.unwrap();
        assert_eq!(direct.users().await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_a_lost_commit_is_not_called_a_failure() {
    behind_pooler(Cut::AfterCommit, async |direct, pooled, pooler| {
        pooler.cut_next();
        let lost = users::create(&pooled.system(), create_form("Ann", "ann@example.com")).await;
        assert_eq!(Problem::from(lost.unwrap_err()).error, Code::OutcomeUnknown);
        assert_eq!(direct.users().await, 1);
    })
    .await;
}
