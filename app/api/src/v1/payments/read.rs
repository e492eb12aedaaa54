//! `GET /api/v1/payments/{id}`.

use frontdesk_domain::payments;
use frontdesk_model::{
    Problem,
    payments::{OnePayment, Payment},
};

use super::{shown, succeeded};
use crate::{answer::Item, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::get("payments.read", "/payments/{id}", read)
        .about("Read a payment", "One payment: where it stands, and what the gateway was asked and said.")
        .shows(succeeded())
        .notes(&["Payments of others are not found without `orders:read`, and `attempts` is empty."])
}

async fn read(call: Call, of: OnePayment) -> Result<Item<Payment>, Problem> {
    Ok(Item(shown(&call, payments::get(&call, of.id).await?)))
}
