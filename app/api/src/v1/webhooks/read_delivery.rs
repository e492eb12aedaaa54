//! `GET /api/v1/webhook-deliveries/{id}`.

use frontdesk_domain::webhooks;
use frontdesk_model::{
    Permission, Problem,
    webhooks::{Delivery, OneDelivery},
};

use crate::{answer::Item, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::get("webhooks.read_delivery", "/webhook-deliveries/{id}", read_delivery)
        .about(
            "Read a delivery",
            "One event on its way to one webhook: what is sent, to the letter, and what came of the latest attempts.",
        )
        .needs(Permission::WEBHOOKS_READ)
        .notes(&["What was sent may hold names and e-mail addresses: personal data."])
}

async fn read_delivery(call: Call, of: OneDelivery) -> Result<Item<Delivery>, Problem> {
    Ok(Item(webhooks::delivery(&call, of.id).await?))
}
