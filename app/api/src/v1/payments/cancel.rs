//! `POST /api/v1/payments/{id}/cancel`.

use frontdesk_domain::payments;
use frontdesk_model::{
    Code, Permission, Problem,
    audit::Action,
    payments::{OnePayment, Payment},
};

use super::{LATER, awaiting_confirmation, shown};
use crate::{answer::Item, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::post("payments.cancel", "/payments/{id}/cancel", cancel)
        .about(
            "Call off a payment",
            "Has the gateway end a payment that waits for its customer to confirm it. If they were faster, it succeeds.",
        )
        .shows(awaiting_confirmation())
        .needs(Permission::PAYMENTS_CREATE)
        .versioned()
        .audits(&[Action::PAYMENT_CANCELLED, Action::PAYMENT_NOT_CONFIRMED])
        .refuses(&[Code::PaymentsOff, Code::WrongState])
        .notes(&[LATER])
}

async fn cancel(call: Call, form: OnePayment) -> Result<Item<Payment>, Problem> {
    Ok(Item(shown(&call, payments::cancel(&call, form).await?)))
}
