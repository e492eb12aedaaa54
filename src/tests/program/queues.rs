//! Payments beside webhook receivers that never answer, with real connections.

use std::time::{Duration, Instant};

use axum::{Router, routing::post};
use frontdesk_domain::{
    Domain,
    clock::Clock,
    jobs::{Settings, Worker},
    params, payments, webhooks,
};
use frontdesk_model::{
    WebhookId,
    payments::PayOrder,
    webhooks::{CreateWebhook, EventTypes},
};
use frontdesk_testing::eventually;
use tokio::{net::TcpListener, sync::mpsc};

use crate::support::Desk;

both! { payments_are_in_time_beside_forty_receivers_that_hang }

const HANGING: usize = 40;
const PAYMENTS: usize = 12;
/// Far below the timeout of a delivery, for a machine that runs other tests.
const IN_TIME: Duration = Duration::from_secs(10);

/// Accepts connections and never answers.
async fn hang() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            open.push(stream);
        }
    });
    url
}

/// Answers at once, and counts.
async fn answer() -> (String, mpsc::UnboundedReceiver<()>) {
    let (tell, heard) = mpsc::unbounded_channel();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hooks", listener.local_addr().unwrap());
    let router = Router::new().route("/hooks", post(async move || tell.send(()).unwrap()));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, heard)
}

async fn subscribe(domain: &Domain, url: String) -> WebhookId {
    let form = CreateWebhook {
        url,
        description: String::new(),
        events: EventTypes::parse("payment.started payment.succeeded order.placed"),
        payload_version: None,
    };
    webhooks::create(&domain.system(), form).await.unwrap().webhook.id
}

async fn payments_are_in_time_beside_forty_receivers_that_hang(desk: Desk) {
    let desk = desk.beside(|options| options.clock = Clock::system()).await;
    let hanging = hang().await;
    for number in 0..HANGING {
        subscribe(&desk.domain, format!("{hanging}/{number}")).await;
    }
    let (healthy, mut heard) = answer().await;
    subscribe(&desk.domain, healthy).await;
    let worker = Worker::new(desk.domain.clone(), &frontdesk_domain::background_jobs(), Settings::default());
    let worker = tokio::spawn(async move { worker.run(std::future::pending()).await });
    let (_, customer) = desk.somebody(&[]).await;
    desk.order(customer, 100).await;
    const RUNNING: &str = "SELECT count(*) FROM jobs WHERE state = 'running' AND kind = 'webhooks.deliver'";
    eventually(async || match desk.find::<(i64,)>(RUNNING, params![]).await.0 {
        running if running >= HANGING as i64 => Ok(()),
        running => Err(format!("{running} deliveries hang")),
    })
    .await;

    for _ in 0..PAYMENTS {
        let order_id = desk.order(customer, 1_250).await;
        let began = Instant::now();
        let form = PayOrder { order_id, method: "pm_card_ok".to_owned() };
        let payment = payments::start(&desk.domain.system(), form).await.unwrap().summary.id;
        const SUCCEEDED: &str = "SELECT count(*) FROM payments WHERE id = $1 AND state = 'succeeded'";
        eventually(async || match desk.find::<(i64,)>(SUCCEEDED, params![payment.0]).await.0 {
            1 => Ok(()),
            _ => Err("the payment is not processed"),
        })
        .await;
        assert!(began.elapsed() < IN_TIME, "a payment took {:?}", began.elapsed());
    }
    // The endpoint that answers gets all of its events: one for the first order, and at least two for each payment.
    let began = Instant::now();
    for number in 0..=2 * PAYMENTS {
        tokio::time::timeout(IN_TIME, heard.recv()).await.unwrap_or_else(|_| panic!("{number} arrived"));
    }
    assert!(began.elapsed() < IN_TIME, "{:?}", began.elapsed());
    worker.abort();
    desk.domain.db.close().await;
}
