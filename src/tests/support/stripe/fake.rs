//! A fake Stripe with PaymentIntents, on a socket. It accepts only documented requests, stores the answer
//! to every idempotency key as Stripe does, and simulates failures.

mod words;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use bytes::Bytes;
use frontdesk_domain::{clock::Clock, gateway::PaymentGateway};
use frontdesk_model::PaymentId;
use hmac::{Hmac, Mac as _};
use http::{Method, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::{net::TcpListener, time::sleep};
use words::{answer, become_now, missing, refusal, wrong_parameters};

use super::{KEY, WEBHOOK_SECRET, gateway, hasty};

type Form = BTreeMap<String, String>;
type Answer = (u16, Value);

/// Failure of one request that changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trick {
    /// It is carried out, and the connection is closed without an answer.
    HangUp,
    /// It is carried out, and the answer is a failure.
    Fail,
    /// It is carried out, and the answer is late.
    Slow(Duration),
    /// It is carried out, and the answer is unreadable.
    Nonsense,
    /// Nothing is done: too many requests, with this delay in seconds.
    Busy(u32),
    /// Nothing is done: another request with this key is reported to be in progress.
    InUse,
    /// Nothing is done, and the answer says that it may be repeated at once.
    TryAgain,
}

/// State of the simulator.
#[derive(Default)]
struct State {
    intents: Vec<Value>,
    refunds: Vec<Value>,
    /// Requests and answers by path and key.
    keys: BTreeMap<(String, String), (Form, Answer)>,
    tricks: VecDeque<Trick>,
    /// Requests, such as `POST /v1/refunds`.
    heard: Vec<String>,
    /// Rows of a list on one page, if fewer than requested.
    page: Option<usize>,
}

/// A test's own Stripe. Cheap to clone.
#[derive(Clone)]
pub struct Fake {
    url: Arc<str>,
    clock: Clock,
    state: Arc<Mutex<State>>,
}

/// Closes the connection.
#[derive(Debug)]
struct HungUp;

impl std::fmt::Display for HungUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("hung up")
    }
}

impl std::error::Error for HungUp {}

impl Fake {
    pub async fn start(clock: Clock) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap()).into();
        let fake = Self { url, clock, state: Arc::default() };
        let serving = fake.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let fake = serving.clone();
                tokio::spawn(async move {
                    let service = service_fn(move |request| {
                        let fake = fake.clone();
                        async move { fake.serve(request).await }
                    });
                    // Ends when the client disconnects, or with a simulated failure.
                    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        fake
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn gateway(&self) -> Arc<dyn PaymentGateway> {
        gateway(&self.url)
    }

    /// With a short time limit.
    pub fn hasty(&self) -> Arc<dyn PaymentGateway> {
        hasty(&self.url, Duration::from_millis(400))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Fails the next requests that change something.
    pub fn play(&self, tricks: impl IntoIterator<Item = Trick>) {
        self.state().tricks.extend(tricks);
    }

    /// Number of requests such as `POST /v1/refunds`.
    pub fn heard(&self, what: &str) -> usize {
        self.state().heard.iter().filter(|heard| *heard == what).count()
    }

    /// Sets the number of rows on a page of lists.
    pub fn set_page(&self, page: usize) {
        self.state().page = Some(page);
    }

    /// As after a day: the same key is a new request.
    pub fn forget_keys(&self) {
        self.state().keys.clear();
    }

    /// The intents of a payment.
    pub fn intents(&self, payment: PaymentId) -> Vec<Value> {
        let is_its = |it: &&Value| it["metadata"]["frontdesk_payment"] == payment.to_string();
        self.state().intents.iter().filter(is_its).cloned().collect()
    }

    /// Captures less refunds, in cents.
    pub fn balance(&self) -> i64 {
        let state = self.state();
        let sum = |all: &[Value], status: &[&str], amount: &str| -> i64 {
            let counts = |it: &&Value| status.contains(&it["status"].as_str().unwrap());
            all.iter().filter(counts).map(|it| it[amount].as_i64().unwrap()).sum()
        };
        sum(&state.intents, &["succeeded"], "amount_received") - sum(&state.refunds, &["succeeded"], "amount")
    }

    /// Decides a payment: its customer confirms it, or the bank decides.
    pub fn decide(&self, payment: PaymentId, status: &str) {
        let mut state = self.state();
        let is_its = |it: &&mut Value| it["metadata"]["frontdesk_payment"] == payment.to_string();
        let intent = state.intents.iter_mut().find(is_its).unwrap();
        become_now(intent, status);
    }

    /// Decides pending refunds.
    pub fn decide_refunds(&self, status: &str) {
        for refund in self.state().refunds.iter_mut().filter(|refund| refund["status"] == "pending") {
            refund["status"] = json!(status);
            refund["failure_reason"] = json!((status == "failed").then_some("lost_or_stolen_card"));
        }
    }

    /// The event of a payment in its current state.
    pub fn event(&self, kind: &str, payment: PaymentId) -> String {
        let object = self.intents(payment).remove(0);
        json!({"id": "evt_1", "object": "event", "type": kind, "data": {"object": object}}).to_string()
    }

    /// The signature header of this body, with this secret.
    pub fn signature_of(&self, body: &str, secret: &str, seconds_ago: i64) -> String {
        let at = self.clock.now().seconds() - seconds_ago;
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(format!("{at}.{body}").as_bytes());
        let v1: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("t={at},v1={v1}")
    }

    pub fn signature(&self, body: &str) -> String {
        self.signature_of(body, WEBHOOK_SECRET, 0)
    }

    async fn serve(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, HungUp> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.map_err(|_| HungUp)?.to_bytes();
        let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let (method, path) = (parts.method.clone(), parts.uri.path().to_owned());
        self.state().heard.push(format!("{method} {path}"));
        let text = if method == Method::POST {
            body
        } else {
            parts.uri.query().unwrap_or_default().to_owned().into()
        };
        let form: Form = form_urlencoded::parse(&text).into_owned().collect();
        let is_form = header("content-type") == Some("application/x-www-form-urlencoded");
        if header("authorization") != Some(&format!("Bearer {KEY}")) {
            let sent = header("authorization").unwrap_or_default();
            let message = format!("Invalid API Key provided: {sent}");
            return Ok(answer(401, &refusal("invalid_request_error", "", &message), false, None));
        }
        if header("stripe-version") != Some("2024-06-20") || (method == Method::POST && !is_form) {
            let message = "This is not how it is asked for.";
            return Ok(answer(400, &refusal("invalid_request_error", "", message), false, None));
        }
        if method != Method::POST {
            let (status, body) = self.read(&path, &form);
            return Ok(answer(status, &body, false, None));
        }
        let trick = self.state().tricks.pop_front();
        match trick {
            Some(Trick::Busy(seconds)) => {
                let body = refusal("rate_limit_error", "rate_limit", "Too many requests.");
                return Ok(answer(429, &body, false, Some(("retry-after", &seconds.to_string()))));
            }
            Some(Trick::InUse) => {
                let message = "There is currently another in-progress request using this Idempotent Key.";
                let body = refusal("idempotency_error", "idempotency_key_in_use", message);
                return Ok(answer(409, &body, false, None));
            }
            Some(Trick::TryAgain) => {
                let body = refusal("api_error", "", "Try again.");
                return Ok(answer(503, &body, false, Some(("stripe-should-retry", "true"))));
            }
            _ => {}
        }
        let ((status, body), is_replay) = self.change(&path, &form, header("idempotency-key"));
        match trick {
            Some(Trick::HangUp) => return Err(HungUp),
            Some(Trick::Fail) => {
                let failed = (500, refusal("api_error", "", "Sorry."));
                // The stored answer is replayed, whatever was done.
                for (_, said) in self
                    .state()
                    .keys
                    .iter_mut()
                    .filter(|((at, by), _)| *at == path && Some(&**by) == header("idempotency-key"))
                    .map(|(_, kept)| kept)
                {
                    said.clone_from(&failed);
                }
                return Ok(answer(failed.0, &failed.1, false, None));
            }
            Some(Trick::Slow(time)) => sleep(time).await,
            Some(Trick::Nonsense) => {
                return Ok(Response::new(Full::from("<html>A proxy of somebody's</html>")));
            }
            _ => {}
        }
        Ok(answer(status, &body, is_replay, None))
    }

    /// Carried out once per key.
    fn change(&self, path: &str, form: &Form, key: Option<&str>) -> (Answer, bool) {
        let Some(key) = key else {
            let is_cancel = path.ends_with("/cancel");
            let body = || refusal("invalid_request_error", "", "A key is missing.");
            return (if is_cancel { self.cancel(path) } else { (400, body()) }, false);
        };
        let place = (path.to_owned(), key.to_owned());
        if let Some((asked, said)) = self.state().keys.get(&place) {
            let message = "Keys for idempotent requests can only be used with the same parameters.";
            let other = (400, refusal("idempotency_error", "", message));
            return if asked == form { (said.clone(), true) } else { (other, false) };
        }
        let said = match path {
            "/v1/payment_intents" => self.charge(form),
            "/v1/refunds" => self.refund(form),
            _ => missing("path"),
        };
        self.state().keys.insert(place, (form.clone(), said.clone()));
        (said, false)
    }

    fn charge(&self, form: &Form) -> Answer {
        let known = [
            "amount",
            "currency",
            "description",
            "payment_method",
            "confirm",
            "return_url",
            "metadata[frontdesk_payment]",
        ];
        if let Some(wrong) = wrong_parameters(form, &known) {
            return wrong;
        }
        let method = &*form["payment_method"];
        let is_url = form["return_url"].starts_with("https://desk.example/account/orders/");
        let amount: i64 = form["amount"].parse().unwrap_or_default();
        if form["confirm"] != "true" || !is_url || form["currency"] != form["currency"].to_lowercase() {
            return (400, refusal("invalid_request_error", "", "This is not how it is asked for."));
        }
        if amount < 50 {
            let message = "Amount must be at least €0.50 eur";
            return (400, refusal("invalid_request_error", "amount_too_small", message));
        }
        let mut state = self.state();
        let id = format!("pi_{}", state.intents.len() + 1);
        let mut intent = json!({
            "id": id, "object": "payment_intent", "amount": amount, "amount_received": 0,
            "currency": form["currency"], "created": self.clock.now().seconds(), "status": "", "next_action": null,
            "last_payment_error": null, "description": form["description"], "payment_method": method,
            "metadata": {"frontdesk_payment": form["metadata[frontdesk_payment]"]},
        });
        let status = match method {
            "pm_card_visa" => "succeeded",
            "pm_card_authenticationRequired" => "requires_action",
            "pm_sepa" => "processing",
            "pm_card_chargeDeclined" => "requires_payment_method",
            _ => {
                let mut body = refusal(
                    "invalid_request_error",
                    "resource_missing",
                    &format!("No such PaymentMethod: '{method}'"),
                );
                body["error"]["param"] = json!("payment_method");
                return (400, body);
            }
        };
        become_now(&mut intent, status);
        state.intents.push(intent.clone());
        if status == "requires_payment_method" {
            let mut error = intent["last_payment_error"].clone();
            error["payment_intent"] = intent;
            return (402, json!({"error": error}));
        }
        (200, intent)
    }

    fn refund(&self, form: &Form) -> Answer {
        let known = ["payment_intent", "amount", "metadata[frontdesk_refund]", "metadata[frontdesk_payment]"];
        if let Some(wrong) = wrong_parameters(form, &known) {
            return wrong;
        }
        let mut state = self.state();
        let Some(intent) = state.intents.iter().find(|it| it["id"] == form["payment_intent"]) else {
            return missing("payment_intent");
        };
        let is_slow = intent["payment_method"] == "pm_sepa";
        let paid_back: i64 = state
            .refunds
            .iter()
            .filter(|it| it["payment_intent"] == form["payment_intent"] && it["status"] != "failed")
            .map(|it| it["amount"].as_i64().unwrap())
            .sum();
        let amount: i64 = form["amount"].parse().unwrap();
        if amount + paid_back > intent["amount_received"].as_i64().unwrap() {
            let message = "Refund amount is greater than unrefunded amount on charge";
            return (400, refusal("invalid_request_error", "", message));
        }
        let refund = json!({
            "id": format!("re_{}", state.refunds.len() + 1), "object": "refund", "amount": amount,
            "currency": intent["currency"], "created": self.clock.now().seconds(),
            "payment_intent": form["payment_intent"], "failure_reason": null,
            "status": if is_slow { "pending" } else { "succeeded" },
            "metadata": {
                "frontdesk_refund": form["metadata[frontdesk_refund]"],
                "frontdesk_payment": form["metadata[frontdesk_payment]"],
            },
        });
        state.refunds.push(refund.clone());
        (200, refund)
    }

    fn cancel(&self, path: &str) -> Answer {
        let id = path.trim_start_matches("/v1/payment_intents/").trim_end_matches("/cancel");
        let mut state = self.state();
        let Some(intent) = state.intents.iter_mut().find(|it| it["id"] == id) else {
            return missing("intent");
        };
        if !intent["status"].as_str().unwrap().starts_with("requires_") {
            let message = "You cannot cancel this PaymentIntent.";
            return (400, refusal("invalid_request_error", "payment_intent_unexpected_state", message));
        }
        become_now(intent, "canceled");
        (200, intent.clone())
    }

    fn read(&self, path: &str, query: &Form) -> Answer {
        let state = self.state();
        let (of, id) = path.trim_start_matches("/v1/").split_once('/').unwrap_or((&path[4..], ""));
        let (all, known) = match of {
            "payment_intents" => (&state.intents, "created[gte]"),
            "refunds" => (&state.refunds, "payment_intent"),
            _ => return missing("path"),
        };
        if !id.is_empty() {
            return all
                .iter()
                .find(|it| it["id"] == id)
                .map_or_else(|| missing("id"), |it| (200, it.clone()));
        }
        if let Some(wrong) = query.keys().find(|name| ![known, "limit", "starting_after"].contains(&&***name))
        {
            return (400, refusal("invalid_request_error", "parameter_unknown", wrong));
        }
        let since = query.get("created[gte]").map_or(0, |since| since.parse().unwrap());
        let is_its = |it: &&Value| {
            let payment = query.get("payment_intent");
            it["created"].as_i64().unwrap() >= since && payment.is_none_or(|id| it["payment_intent"] == **id)
        };
        let limit: usize = query["limit"].parse().unwrap();
        let limit = limit.min(state.page.unwrap_or(100));
        // Newest first.
        let mut left: Vec<&Value> = all.iter().rev().filter(is_its).collect();
        if let Some(after) = query.get("starting_after") {
            let at = left.iter().position(|it| it["id"] == **after).unwrap();
            left.drain(..=at);
        }
        let has_more = left.len() > limit;
        left.truncate(limit);
        (200, json!({"object": "list", "data": left, "has_more": has_more, "url": path}))
    }
}
