//! A domain on a database of its own, and the people in it.

pub mod crowd;
mod jobs;
mod people;
pub mod pooler;
mod random;
mod shop;
mod webhook_sender;

use std::{ops::Deref, sync::Arc};

use frontdesk_domain::{Domain, Options, clock::Clock, db, passwords, sessions::Lifetime};
use frontdesk_model::Timestamp;
use frontdesk_testing::Subject;

pub use frontdesk_testing::{Engine, eventually, in_time, run};
pub use jobs::{enqueue, job, nothing_is_due, work};
pub use people::{
    By, PASSWORD, Someone, anybody, bearer, create, create_form, edit, grant, make_token, one, origin,
    person, prove, register, service_form, service_token, sign_in, sign_in_with, sign_up_form, suspension,
    system, token, token_form, user,
};
pub use random::Random;
pub use shop::{
    KINDS, Trick, Tricky, at_sandbox, book_is_sound, later, order_form, order_now, pay, pay_form,
    payment_now, place, refund_form, refund_now, this_refund,
};
pub use webhook_sender::{FakeWebhookSender, answer, come_back};

/// When all tests begin. Their clock stands still until they move it.
pub const NOW: &str = "2026-03-14T09:26:53Z";

/// A [`Domain`] with a clock that stands at [`NOW`] and passwords that cost next to nothing.
#[derive(Clone)]
pub struct TestDomain {
    domain: Domain,
    options: Options,
    /// Who takes its events to webhooks, or pretends to.
    pub webhook_sender: FakeWebhookSender,
}

impl Subject for TestDomain {
    async fn open(url: db::DatabaseUrl) -> Self {
        let webhook_sender = FakeWebhookSender::default();
        let options = Options {
            url,
            database: db::Options::default(),
            passwords: passwords::Options {
                memory_kib: 64,
                passes: 1,
                threads: 2,
                queue: 1_000,
                ..Default::default()
            },
            breached_passwords: None,
            lifetime: Lifetime::default(),
            clock: Clock::set_to(Timestamp::parse(NOW).unwrap()),
            webhook_sender: Arc::new(webhook_sender.clone()),
            gateway: Default::default(),
            approval_above: Default::default(),
            events_kept: Default::default(),
            site: "https://desk.example".into(),
        };
        Self::with(options, webhook_sender).await
    }

    fn db(&self) -> db::Db {
        self.domain.db.clone()
    }
}

impl TestDomain {
    async fn with(options: Options, webhook_sender: FakeWebhookSender) -> Self {
        Self { domain: Domain::open(&options).await.unwrap(), options, webhook_sender }
    }

    /// Another instance of Frontdesk on the same database and with the same clock.
    pub async fn beside(&self, change: impl FnOnce(&mut Options)) -> Self {
        let mut options = self.options.clone();
        change(&mut options);
        Self::with(options, self.webhook_sender.clone()).await
    }

    /// The domain, to give it another gateway or another rule.
    pub fn inner(&mut self) -> &mut Domain {
        &mut self.domain
    }

    /// Where its database is.
    pub fn url(&self) -> &db::DatabaseUrl {
        &self.options.url
    }

    /// What a statement counts, asked in a transaction of its own.
    pub async fn count(&self, text: &'static str) -> i64 {
        let (count,): (i64,) = self.db.one(db::Sql::new("test.count", text), Vec::new()).await.unwrap();
        count
    }

    pub async fn events(&self) -> i64 {
        self.count("SELECT count(*) FROM audit_events").await
    }

    pub async fn owners(&self) -> i64 {
        self.count("SELECT count(*) FROM user_roles WHERE role = 'owner'").await
    }

    pub async fn users(&self) -> i64 {
        self.count("SELECT count(*) FROM users").await
    }

    /// Does what no use case would.
    pub async fn meddle(&self, text: &'static str, params: Vec<db::Value>) -> Result<u64, db::Error> {
        let mut tx = self.db.write();
        let changed = tx.execute(db::Sql::new("test.meddle", text), params).await?;
        tx.commit().await?;
        Ok(changed)
    }
}

impl Deref for TestDomain {
    type Target = Domain;
    fn deref(&self) -> &Domain {
        &self.domain
    }
}
