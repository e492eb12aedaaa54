//! The door for what the payment gateway sends by itself. Whoever knocks has no session and no token:
//! that it is the gateway is told by its signature, which the gateway's own code reads.

use axum::{
    Router,
    body::to_bytes,
    extract::{Request, State},
    response::{IntoResponse, Response},
    routing::post,
};
use frontdesk_domain::{actor::Actor, payments};
use frontdesk_model::{Code, Problem};
use http::{HeaderName, StatusCode};

use super::{AppState, actor::origin, problem::Refusal};

/// Where Stripe is told to send its events to.
pub const PATH: &str = "/hooks/stripe";
/// How large a notice may be, in bytes: what has happened stands in it whole, with all its metadata.
pub const BODY: usize = 256 * 1024;

const STRIPE_SIGNATURE: HeaderName = HeaderName::from_static("stripe-signature");

pub fn routes() -> Router<AppState> {
    Router::new().route(PATH, post(take))
}

/// Answers before anything is done about it: the gateway waits for no more than a few seconds.
async fn take(State(state): State<AppState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY).await else {
        return Refusal(Problem::new(Code::TooLarge)).into_response();
    };
    let actor = Actor::anonymous(origin(&parts.extensions, &parts.headers));
    let signature = parts.headers.get(STRIPE_SIGNATURE).and_then(|value| value.to_str().ok());
    match payments::notice(&state.domain, &actor, signature, &body).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => Refusal(error.into()).into_response(),
    }
}
