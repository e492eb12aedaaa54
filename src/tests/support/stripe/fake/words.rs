//! Stripe's formats.

use bytes::Bytes;
use http::Response;
use http_body_util::Full;
use serde_json::{Value, json};

use super::{Answer, Form};

pub(super) fn become_now(intent: &mut Value, status: &str) {
    intent["status"] = json!(status);
    intent["next_action"] = Value::Null;
    match status {
        "succeeded" => intent["amount_received"] = intent["amount"].clone(),
        "requires_action" => {
            let url = format!("https://hooks.stripe.com/redirect/{}", intent["id"].as_str().unwrap());
            intent["next_action"] = json!({"type": "redirect_to_url", "redirect_to_url": {"url": url}});
        }
        "requires_payment_method" => {
            intent["last_payment_error"] = json!({
                "type": "card_error", "code": "card_declined", "decline_code": "stolen_card",
                "message": "Your card was declined.",
            });
        }
        _ => {}
    }
}

/// All of them are required, and no others allowed.
pub(super) fn wrong_parameters(form: &Form, known: &[&str]) -> Option<Answer> {
    let missing =
        known.iter().find(|name| !form.contains_key(**name)).map(|name| ("parameter_missing", *name));
    let unknown =
        form.keys().find(|name| !known.contains(&&***name)).map(|name| ("parameter_unknown", &**name));
    let (code, name) = missing.or(unknown)?;
    Some((400, refusal("invalid_request_error", code, name)))
}

pub(super) fn missing(what: &str) -> Answer {
    (404, refusal("invalid_request_error", "resource_missing", &format!("No such {what}")))
}

pub(super) fn refusal(kind: &str, code: &str, message: &str) -> Value {
    let code = (!code.is_empty()).then_some(code);
    json!({"error": {"type": kind, "code": code, "message": message}})
}

pub(super) fn answer(
    status: u16,
    body: &Value,
    is_replay: bool,
    header: Option<(&str, &str)>,
) -> Response<Full<Bytes>> {
    let mut response = Response::builder().status(status).header("request-id", "req_1");
    if is_replay {
        response = response.header("idempotent-replayed", "true");
    }
    if let Some((name, value)) = header {
        response = response.header(name, value);
    }
    response.body(Full::from(body.to_string())).unwrap()
}
