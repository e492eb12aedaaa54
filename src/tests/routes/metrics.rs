//! `/metrics`, as Prometheus gets it from the real program.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
};

use frontdesk_domain::{clock::Clock, payments};
use frontdesk_model::payments::PayOrder;
use frontdesk_testing::eventually;

use crate::support::Desk;

both! { what_payments_come_to_is_counted }

struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // It may have ended by itself, which the test has noticed by now.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn fetch(address: &str, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    Some(text)
}

async fn what_payments_come_to_is_counted(desk: Desk) {
    let desk = desk.beside(|options| options.clock = Clock::system()).await;
    let (_, customer) = desk.somebody(&[]).await;
    for method in ["pm_card_ok", "pm_card_expired"] {
        let form = PayOrder { order_id: desk.order(customer, 1_250).await, method: method.to_owned() };
        payments::start(&desk.domain.system(), form).await.unwrap();
    }
    let data = tempfile::tempdir().unwrap();
    let address = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let (pages, metrics) = (address(), address());
    let server = Command::new(env!("CARGO_BIN_EXE_frontdesk"))
        .args(["serve", "--listen", &pages, "--metrics-listen", &metrics, "--log", "warn"])
        .env("FRONTDESK_DATABASE_URL", desk.database_url())
        .env("FRONTDESK_DATA_DIR", data.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _server = Killed(server);
    let wanted = [
        "frontdesk_payments_total{outcome=\"succeeded\"} 1",
        "frontdesk_payments_total{outcome=\"card_declined\"} 1",
        "frontdesk_gateway_seconds_count{asked=\"charge\",answered=\"yes\"} 2",
        "frontdesk_http_request_seconds_bucket{status=\"2xx\",le=\"0.001\"}",
    ];
    eventually(async || {
        fetch(&pages, "/login");
        let told = fetch(&metrics, "/metrics").unwrap_or_default();
        if wanted.iter().all(|line| told.contains(line)) { Ok(()) } else { Err(told) }
    })
    .await;
    assert!(
        fetch(&pages, "/metrics").unwrap().starts_with("HTTP/1.1 404"),
        "not where everybody can read it"
    );
    desk.domain.db.close().await;
}
