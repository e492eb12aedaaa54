//! `/api/v1/webhooks` and `/api/v1/webhook-deliveries`: webhooks and their deliveries.

mod create;
mod list;
mod list_all_deliveries;
mod list_deliveries;
mod read;
mod read_delivery;
mod remove;
mod replay;
mod resend;
mod rotate_secret;
mod test;
mod update;

use frontdesk_domain::webhooks;
use frontdesk_model::Webhook;
use serde::Serialize;
use utoipa::ToSchema;

use crate::operation::Route;

pub(super) const TOLD_OF_USERS: &str =
    "Whoever is told of users has their names and e-mail addresses: personal data.";
pub(super) const SECRET_KEPT: &str = "With an idempotency key the answer can be had again for 24 hours, by the same token only; it \
                           is kept encrypted with the text of that token.";

/// A webhook, and its secret. They are one object, so that its `ETag` is good for the first change.
#[derive(Serialize, ToSchema)]
pub(super) struct WebhookWithSecret {
    #[serde(flatten)]
    webhook: Webhook,
    /// What the signatures are checked with. It is in this answer and nowhere else.
    #[schema(example = "whsec_…")]
    secret: String,
}

impl From<webhooks::Created> for WebhookWithSecret {
    fn from(made: webhooks::Created) -> Self {
        Self { webhook: made.webhook, secret: made.secret.expose().to_owned() }
    }
}

/// The operations, in the order of the reference.
pub(super) fn routes() -> Vec<Route> {
    vec![
        list::route(),
        create::route(),
        read::route(),
        update::route(),
        rotate_secret::route(),
        remove::route(),
        test::route(),
        replay::route(),
        list_all_deliveries::route(),
        list_deliveries::route(),
        read_delivery::route(),
        resend::route(),
    ]
}
