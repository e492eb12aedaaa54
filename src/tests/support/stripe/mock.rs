//! The npm package `stripe-stateful-mock`, which implements the Charges API: a process beside the tests.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, OnceLock},
};

use frontdesk::tls;
use frontdesk_domain::gateway::PaymentGateway;
use frontdesk_model::PaymentId;
use serde_json::Value;

use super::{KEY, gateway};

/// Folder of the npm packages of the end-to-end tests, which include this one.
const PACKAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/end2end");

/// Listens on a free port, prints it, and ends when its standard input is closed.
const SCRIPT: &str = "
    require('loglevel').setLevel('silent');
    const { createExpressApp } = require('stripe-stateful-mock');
    const server = createExpressApp().listen(0, '127.0.0.1', () => console.log(server.address().port));
    process.stdin.resume().on('end', () => process.exit());
";

/// One for all tests: their payments distinguish them.
pub struct Mock {
    url: String,
    /// Its input ends with this process, and it with that.
    _process: Child,
}

impl Mock {
    pub fn running() -> &'static Self {
        static MOCK: OnceLock<Mock> = OnceLock::new();
        MOCK.get_or_init(Self::start)
    }

    fn start() -> Self {
        let package = Path::new(PACKAGES).join("node_modules/stripe-stateful-mock");
        assert!(
            package.is_dir(),
            "the npm package stripe-stateful-mock is not installed. `cargo xtask test` does it; by hand it is \
             `npm ci` in end2end"
        );
        let spawned = Command::new("node")
            .args(["-e", SCRIPT])
            .current_dir(PACKAGES)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut process = spawned.unwrap_or_else(|error| {
            panic!("node cannot be run ({error}): install Node.js 18.19 or newer, with npm")
        });
        let mut port = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut port).unwrap();
        let port = port.trim();
        assert!(!port.is_empty(), "stripe-stateful-mock does not start; see what node has printed above");
        Self { url: format!("http://127.0.0.1:{port}"), _process: process }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn gateway(&self) -> Arc<dyn PaymentGateway> {
        gateway(&self.url)
    }

    /// Charges of a payment, successful or not.
    pub async fn charges(&self, payment: PaymentId) -> Vec<Value> {
        let answer = reqwest::Client::builder()
            .no_proxy()
            .tls_backend_preconfigured(tls::client(tls::system_roots()).unwrap())
            .build()
            .unwrap()
            .get(format!("{}/v1/charges", self.url))
            .header("authorization", format!("Bearer {KEY}"))
            .send()
            .await
            .unwrap();
        let list: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        let is_its = |charge: &&Value| charge["metadata"]["frontdesk_payment"] == payment.to_string();
        list["data"].as_array().unwrap().iter().filter(is_its).cloned().collect()
    }

    /// Captures less refunds of these payments, in cents.
    pub async fn balance(&self, payments: &[PaymentId]) -> i64 {
        let mut balance = 0;
        for payment in payments {
            for charge in self.charges(*payment).await.iter().filter(|charge| charge["status"] == "succeeded")
            {
                balance += charge["amount"].as_i64().unwrap() - charge["amount_refunded"].as_i64().unwrap();
            }
        }
        balance
    }
}
