//! The server under test, with a clock that stands still and passwords that cost next to nothing.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use axum::Router;
use frontdesk::{AppState, adapters::webhook_sender::HttpWebhookSender, shutdown::Shutdown};
use frontdesk_domain::{
    Domain, Options,
    actor::{Actor, Origin},
    authentication,
    clock::Clock,
    db, invitations,
    jobs::{self, Handler, Job, SweepJobs},
    orders, params, passwords, payments, refunds, roles,
    sessions::Lifetime,
    tokens, users, webhooks,
};
use frontdesk_http::Settings;
use frontdesk_model::{
    Amount, DeliveryId, JobId, OrderId, PaymentId, RefundId, Role, Secret, Timestamp, UserId, WebhookId,
    authentication::SignUp,
    payments::PayOrder,
    refunds::RequestRefund,
    roles::ChangeRole,
    tokens::CreateToken,
    users::{OneUser, SuspendUser},
    webhooks::{CreateWebhook, EventTypes, OneWebhook, WebhooksQuery},
};
use frontdesk_testing::{Subject, eventually, in_time};
use sqlx::ConnectOptions as _;

use super::{Client, NOW, log};

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery staple";

/// The e-mail address of whoever has this name.
pub fn address(name: &str) -> String {
    format!("{}@example.com", name.to_lowercase().replace(' ', "."))
}

/// A Frontdesk that browsers find at `https://desk.example`.
#[derive(Clone)]
pub struct Desk {
    pub domain: Domain,
    pub state: AppState,
    options: Options,
    router: Router,
}

/// How many rows there are, and how often users were changed: what a refused request leaves as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    pub users: i64,
    pub changes: i64,
    pub roles: i64,
    pub sessions: i64,
    pub links: i64,
    pub tokens: i64,
    pub events: i64,
}

impl Subject for Desk {
    async fn open(url: db::DatabaseUrl) -> Self {
        Self::on(url).await
    }

    fn db(&self) -> db::Db {
        self.domain.db.clone()
    }
}

impl Desk {
    async fn on(url: db::DatabaseUrl) -> Self {
        log::prepare();
        let options = Options {
            url,
            database: db::Options { connections: 4, ..db::Options::default() },
            passwords: passwords::Options {
                memory_kib: 64,
                passes: 1,
                threads: 2,
                queue: 1_000,
                ..passwords::Options::default()
            },
            breached_passwords: None,
            lifetime: Lifetime::default(),
            clock: Clock::set_to(Timestamp::parse(NOW).unwrap()),
            webhook_sender: Arc::new(HttpWebhookSender::new(true)),
            gateway: Default::default(),
            approval_above: Default::default(),
            events_kept: Default::default(),
            site: "https://desk.example".into(),
        };
        Self::assemble(options, Self::settings()).await
    }

    fn settings() -> Settings {
        Settings { base_url: "https://desk.example".parse().unwrap(), ..Settings::default() }
    }

    async fn assemble(options: Options, settings: Settings) -> Self {
        let domain = Domain::open(&options).await.unwrap();
        let state = AppState::new(domain.clone(), settings, Shutdown::default());
        let router = frontdesk::router(&state);
        Self { domain, state, options, router }
    }

    /// The same Frontdesk, with other settings of its door.
    pub fn with(&self, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Self::settings();
        change(&mut settings);
        let state = AppState::new(self.domain.clone(), settings, Shutdown::default());
        Self { router: frontdesk::router(&state), state, ..self.clone() }
    }

    /// The same Frontdesk behind another router, for routes that only a test has.
    pub fn behind(&self, router: Router) -> Self {
        Self { router, ..self.clone() }
    }

    /// Another instance on the same database.
    pub async fn beside(&self, change: impl FnOnce(&mut Options)) -> Self {
        let mut options = self.options.clone();
        change(&mut options);
        Self::assemble(options, Self::settings()).await
    }

    /// Where the database is, for another process.
    pub fn database_url(&self) -> String {
        match &self.options.url {
            db::DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
            db::DatabaseUrl::Postgres(to) => {
                let mut url = to.options.to_url_lossy();
                // What sqlx writes there by itself is not all taken from operators.
                url.set_query(None);
                url.to_string()
            }
        }
    }

    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Somebody whom the desk does not know.
    pub fn visitor(&self) -> Client {
        Client::new(self.router.clone(), self.state.config.base_url.clone())
    }

    /// Makes an account as people do: they sign up, and the command line gives them roles. The
    /// e-mail address is made from the name.
    pub async fn register(&self, name: &str, roles: &[Role]) -> UserId {
        let form = SignUp { name: name.to_owned(), email: address(name), password: Secret::new(PASSWORD) };
        let visitor = Actor::anonymous(Origin::default());
        let id = authentication::sign_up(&self.domain.context(visitor), form).await.unwrap().user;
        for role in roles.iter().copied().filter(|role| Role::ASSIGNABLE.contains(role)) {
            roles::grant(&self.domain.system(), ChangeRole { id, role }).await.unwrap();
        }
        id
    }

    /// Somebody who has an account and may be signed in somewhere, on a device where they are not.
    pub async fn sign_in(&self, name: &str) -> Client {
        let person = self.visitor();
        person.sign_in(name).await.is(303);
        person
    }

    /// Somebody with this role, signed in, by a name that nobody else has.
    pub async fn arrive(&self, role: Role) -> Client {
        let (name, _) = self.somebody(&[role]).await;
        self.sign_in(&name).await
    }

    /// Somebody with these roles, by a name that nobody else has.
    pub async fn somebody(&self, roles: &[Role]) -> (String, UserId) {
        const NAMES: [&str; 8] = ["Ada", "Béla", "Chiara", "Dmitri", "Eşe", "Farid", "Grete", "Hanako"];
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed) as usize;
        let name = format!("{} {number}", NAMES[number % NAMES.len()]);
        let id = self.register(&name, roles).await;
        (name, id)
    }

    pub async fn suspend(&self, id: UserId) {
        let form = SuspendUser { id, reason: "Sent spam".to_owned() };
        users::suspend(&self.domain.system(), form).await.unwrap();
    }

    pub async fn remove(&self, id: UserId) {
        users::remove(&self.domain.system(), OneUser { id }).await.unwrap();
    }

    /// A job that waits: there is no worker.
    pub async fn enqueue(&self) -> JobId {
        let mut tx = self.domain.db.write();
        let id = jobs::enqueue(&mut tx, &self.domain.clock, Job::new(&SweepJobs {})).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// An order of somebody's that costs so much, in cents.
    pub async fn order(&self, customer: UserId, cents: i64) -> OrderId {
        let form = serde_json::from_value(serde_json::json!({
            "customer_id": customer, "currency": "EUR", "lines": [{"description": "Coffee", "unit_price": cents}],
        }));
        orders::place(&self.domain.system(), form.unwrap()).await.unwrap().summary.id
    }

    /// A payment of an order with this method, as it ends.
    pub async fn pay(&self, order_id: OrderId, method: &str) -> PaymentId {
        let form = PayOrder { order_id, method: method.to_owned() };
        let payment = payments::start(&self.domain.system(), form).await.unwrap();
        self.work().await;
        payment.summary.id
    }

    /// An order that is paid, its payment, and a refund of some of it.
    pub async fn refund(&self) -> (OrderId, PaymentId, RefundId) {
        let (_, customer) = self.somebody(&[]).await;
        let order = self.order(customer, 1_250).await;
        let payment = self.pay(order, "pm_card_ok").await;
        let form = RequestRefund {
            payment_id: payment,
            amount: Some(Amount::Minor(250)),
            reason: "Arrived broken".to_owned(),
        };
        let refund = refunds::request(&self.domain.system(), form).await.unwrap();
        self.work().await;
        (order, payment, refund.id)
    }

    /// Has a worker do all that is due about payments and refunds.
    pub async fn work(&self) {
        const OPEN: &str = "SELECT count(*) FROM jobs WHERE (state = 'running' OR due_at <= $1) AND \
                            kind IN ('payments.settle', 'refunds.settle')";
        let kinds: Vec<Handler<Domain>> = frontdesk_domain::background_jobs()
            .into_iter()
            .filter(|kind| kind.name.ends_with(".settle"))
            .collect();
        let settings = jobs::Settings { poll: Duration::from_millis(10), ..jobs::Settings::default() };
        let worker = jobs::Worker::new(self.domain.clone(), &kinds, settings);
        let open = async || match self.find::<(i64,)>(OPEN, params![self.domain.clock.now()]).await.0 {
            0 => Ok(()),
            some => Err(format!("{some} jobs are open")),
        };
        in_time(worker.run(eventually(open))).await;
    }

    /// A webhook of its own. The one before goes: there are only so many.
    pub async fn webhook(&self) -> WebhookId {
        let ctx = self.domain.system();
        for old in webhooks::list(&ctx, &WebhooksQuery::default()).await.unwrap().items {
            webhooks::remove(&ctx, OneWebhook { id: old.id }).await.unwrap();
        }
        let form = CreateWebhook {
            url: "https://shop.example/hooks".to_owned(),
            description: "The shop".to_owned(),
            events: EventTypes::parse("user.created"),
            payload_version: None,
        };
        webhooks::create(&ctx, form).await.unwrap().webhook.id
    }

    /// A delivery that was given up.
    pub async fn delivery(&self) -> DeliveryId {
        let form = OneWebhook { id: self.webhook().await };
        let id = webhooks::send_test(&self.domain.system(), form).await.unwrap();
        self.change("UPDATE webhook_deliveries SET state = 'failed', next_at = NULL").await;
        id
    }

    /// The token of a new invitation.
    pub async fn invite(&self, id: UserId) -> String {
        let token = invitations::create(&self.domain.system(), OneUser { id }).await.unwrap();
        token.expose().to_owned()
    }

    /// The id of a new token of theirs.
    pub async fn token(&self, id: UserId) -> String {
        let form = CreateToken { name: "ci".to_owned(), ..CreateToken::default() };
        tokens::create_for(&self.domain.system(), id, form).await.unwrap().token.id.to_string()
    }

    /// The token of the first owner's link.
    pub async fn setup_link(&self) -> String {
        invitations::setup_link(&self.domain).await.unwrap().unwrap().expose().to_owned()
    }

    /// The one row that a statement finds.
    pub async fn find<T: db::Row>(&self, text: &'static str, params: Vec<db::Value>) -> T {
        self.domain.db.one(db::Sql::new("test.find", text), params).await.unwrap()
    }

    /// Does to the database what no use case does.
    pub async fn change(&self, text: &'static str) {
        let mut tx = self.domain.db.write();
        tx.execute(db::Sql::new("test.change", text), Vec::new()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// What happened last, by the audit trail.
    pub async fn last_event(&self) -> String {
        let text = "SELECT action FROM audit_events ORDER BY id DESC LIMIT 1";
        self.find::<(String,)>(text, Vec::new()).await.0
    }

    pub async fn written(&self) -> Written {
        let (users, changes, roles, sessions, links, tokens, events) = self
            .find(
                "SELECT (SELECT count(*) FROM users), \
                 (SELECT CAST(COALESCE(sum(version), 0) AS BIGINT) FROM users), \
                 (SELECT count(*) FROM user_roles), (SELECT count(*) FROM sessions), \
                 (SELECT count(*) FROM one_time_links), (SELECT count(*) FROM tokens), \
                 (SELECT count(*) FROM audit_events)",
                Vec::new(),
            )
            .await;
        Written { users, changes, roles, sessions, links, tokens, events }
    }
}
