//! The real program, killed while it takes orders and payments: nothing that was acknowledged is
//! lost, and whatever was charged is in the book, once.

use std::{
    collections::HashMap,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use frontdesk_domain::{clock::Clock, ledger, orders};
use frontdesk_model::{OrderId, Permission as P, UserId, orders::OrderState};
use frontdesk_testing::eventually;
use http_body_util::{BodyExt as _, Full};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::sleep};

use crate::support::Desk;

both! { money_moves_once_however_often_the_program_is_killed }

/// How often it is killed; `MONEY_KILLS` in the environment for more.
fn kills() -> u32 {
    std::env::var("MONEY_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(6)
}

async fn money_moves_once_however_often_the_program_is_killed(desk: Desk) {
    let desk = desk.beside(|options| options.clock = Clock::system()).await;
    let data = tempfile::tempdir().unwrap();
    let token = desk.program(P::ALL).await.token;
    let (_, customer) = desk.somebody(&[]).await;
    let port = free_port();
    let (mut asked, mut placed): (u32, HashMap<String, OrderId>) = (0, HashMap::new());

    for kill in 0..kills() {
        let mut servers = [serve(&desk, data.path(), port), worker(&desk, data.path())];
        wait_for(port).await;
        let shop = Shop { port, token: &token, customer };
        // So long that it dies somewhere else each time.
        let dies = sleep(Duration::from_millis(150 + 83 * u64::from(kill % 12)));
        tokio::pin!(dies);
        // It has to get something done first, however busy the machine is.
        placed.extend(shop.buy(asked).await);
        asked += 1;
        loop {
            tokio::select! {
                () = &mut dies => break,
                bought = shop.buy(asked) => {
                    asked += 1;
                    placed.extend(bought);
                }
            }
        }
        // The request that was under way may have been carried out or not.
        asked += 1;
        for server in &mut servers {
            server.kill().unwrap();
            server.wait().unwrap();
        }
    }
    assert!(placed.len() >= kills() as usize, "only {} orders were acknowledged", placed.len());

    let mut servers = [serve(&desk, data.path(), port), worker(&desk, data.path())];
    wait_for(port).await;
    // Whoever was left without an answer asks again, with the same keys.
    let shop = Shop { port, token: &token, customer };
    for number in 0..asked {
        placed.extend(shop.buy(number).await);
    }
    assert_eq!(placed.len(), asked as usize, "every order is there, once");
    const UNDECIDED: &str = "SELECT count(*) FROM payments WHERE settle_at IS NOT NULL";
    eventually(async || match desk.find::<(i64,)>(UNDECIDED, Vec::new()).await.0 {
        0 => Ok(()),
        some => Err(format!("{some} payments are left undecided")),
    })
    .await;
    for server in &mut servers {
        server.kill().unwrap();
        server.wait().unwrap();
    }

    let mut captured = 0;
    for id in placed.values() {
        let order = orders::get(&desk.domain.system(), *id).await.unwrap();
        assert_eq!(order.summary.state, OrderState::Paid, "{}", order.summary.reference);
        captured += order.captured.minor;
    }
    let (all, charges, charged): (i64, i64, i64) = desk
        .find(
            "SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM sandbox_charges), \
             (SELECT CAST(sum(amount_minor) AS BIGINT) FROM sandbox_charges WHERE state = 'charged')",
            Vec::new(),
        )
        .await;
    assert_eq!((all, charges, charged), (i64::from(asked), i64::from(asked), captured));
    let report = ledger::verify(&desk.domain).await.unwrap();
    assert_eq!(report.faults, [""; 0]);
    assert_eq!(report.balances[0].amount.minor, captured, "the book has what was charged");
    desk.domain.db.close().await;
}

/// A program that buys.
struct Shop<'a> {
    port: u16,
    token: &'a str,
    customer: UserId,
}

impl Shop<'_> {
    /// Places and pays an order, each under a key of its own. What was acknowledged.
    async fn buy(&self, number: u32) -> Option<(String, OrderId)> {
        let reference = format!("SHOP-{number}");
        let order = json!({
            "customer_id": self.customer, "currency": "EUR", "reference": reference,
            "lines": [{"description": "Coffee", "unit_price": 1_000 + number}],
        });
        let id =
            self.post("/orders", &format!("order {number}"), &order).await?["id"].as_str()?.parse().ok()?;
        // Some get lost on their way, some on their way back.
        let method = ["pm_card_ok", "pm_network_error_after", "pm_network_error_before"][number as usize % 3];
        let payment = json!({"order_id": id, "method": method});
        self.post("/payments", &format!("payment {number}"), &payment).await?;
        Some((reference, id))
    }

    /// What was made; nothing if there was no answer. An answer that is lost is told so, and then
    /// read.
    async fn post(&self, path: &str, key: &str, body: &Value) -> Option<Value> {
        loop {
            let (status, answer) = self.send(path, key, body).await?;
            match (status, answer["error"].as_str()) {
                (201, _) => return Some(answer),
                // Done, and whoever was to answer was killed: it is found by what it is.
                (409, Some("IDEMPOTENCY_IN_PROGRESS" | "IDEMPOTENCY_ANSWER_LOST")) => {
                    if let Some(found) = self.found(path, body).await {
                        return Some(found);
                    }
                    sleep(Duration::from_millis(100)).await;
                }
                (429 | 503, _) => sleep(Duration::from_millis(500)).await,
                other => panic!("{path} under {key} was answered {other:?}: {answer}"),
            }
        }
    }

    async fn found(&self, path: &str, body: &Value) -> Option<Value> {
        let query = match body["reference"].as_str() {
            Some(reference) => format!("reference={reference}"),
            None => format!("order={}", body["order_id"].as_str()?),
        };
        let (_, list) = self.exchange("GET", &format!("{path}?{query}"), "", "").await?;
        Some(list["items"][0].clone()).filter(|it| !it.is_null())
    }

    async fn send(&self, path: &str, key: &str, body: &Value) -> Option<(u16, Value)> {
        self.exchange("POST", path, key, &body.to_string()).await
    }

    async fn exchange(&self, method: &str, path: &str, key: &str, body: &str) -> Option<(u16, Value)> {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await.ok()?;
        let io = hyper_util::rt::TokioIo::new(stream);
        let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.ok()?;
        tokio::spawn(connection);
        let mut request = http::Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("host", "localhost")
            .header("authorization", format!("Bearer {}", self.token));
        if method == "POST" {
            request = request.header("idempotency-key", key).header("content-type", "application/json");
        }
        let response = sender
            .send_request(request.body(Full::<bytes::Bytes>::from(body.to_owned())).unwrap())
            .await
            .ok()?;
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.ok()?.to_bytes();
        Some((status, serde_json::from_slice(&bytes).ok()?))
    }
}

fn program(desk: &Desk, data: &Path, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_frontdesk"))
        .args(arguments)
        .args(["--job-lease", "500ms", "--log", "warn"])
        .env("FRONTDESK_DATABASE_URL", desk.database_url())
        .env("FRONTDESK_DATA_DIR", data)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn serve(desk: &Desk, data: &Path, port: u16) -> Child {
    let listen = format!("127.0.0.1:{port}");
    program(desk, data, &["serve", "--listen", &listen, "--limit-api-read", "0", "--limit-api-write", "0"])
}

/// Beside the server's own.
fn worker(desk: &Desk, data: &Path) -> Child {
    program(desk, data, &["worker"])
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

async fn wait_for(port: u16) {
    eventually(async || TcpStream::connect(("127.0.0.1", port)).await).await;
}
