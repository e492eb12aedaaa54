//! Inbound webhooks: events that the payment gateway sends. There is no session and no token; the
//! gateway's adapter verifies the signature.

use axum::{
    Router,
    body::to_bytes,
    extract::{Request, State},
    response::{IntoResponse, Response},
    routing::post,
};
use frontdesk_domain::{actor::Actor, processing};
use frontdesk_http::{problem::Refusal, rate_limit::Limit, request::origin};
use frontdesk_model::{Code, Problem, urls};
use http::{HeaderName, Method, StatusCode};

use crate::AppState;

/// The path that Stripe sends its events to.
pub const PATH: &str = urls::STRIPE_EVENTS.path();
/// The largest event, in bytes: it holds the whole object, with all its metadata.
pub const BODY_BYTES: usize = 256 * 1024;

const STRIPE_SIGNATURE: HeaderName = HeaderName::from_static("stripe-signature");

pub fn routes() -> Router<AppState> {
    Router::new().route(PATH, post(receive))
}

/// Chooses the limit of a request: an event, or anything else that opens the path.
pub fn limit(method: &Method, _path: &str) -> Limit {
    match *method {
        Method::GET | Method::HEAD | Method::OPTIONS => Limit::Page,
        _ => Limit::GatewayEvent,
    }
}

/// Responds before the event is processed: the gateway waits for a few seconds only.
async fn receive(State(state): State<AppState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_BYTES).await else {
        return Refusal(Problem::new(Code::TooLarge)).into_response();
    };
    let actor = Actor::anonymous(origin::of(&parts.extensions, &parts.headers));
    let ctx = state.domain.context(actor);
    let signature = parts.headers.get(STRIPE_SIGNATURE).and_then(|value| value.to_str().ok());
    match processing::gateway_event(&ctx, signature, &body).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => Refusal(error.into()).into_response(),
    }
}
