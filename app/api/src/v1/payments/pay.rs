//! `POST /api/v1/payments`.

use frontdesk_domain::payments;
use frontdesk_model::{
    Code, Permission, Problem,
    audit::Action,
    payments::{PayOrder, Payment},
};

use super::{LATER, pending, shown};
use crate::{answer::Created, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::post("payments.pay", "/payments", pay)
        .about(
            "Pay an order",
            "Charges a customer for an order, all of it. The payment is written down and `pending`; the gateway is asked \
             right afterwards, with the payment's id as its idempotency key. An order has one payment at a time that is \
             under way or has succeeded, so it is never paid twice.",
        )
        .shows(pending())
        .needs(Permission::PAYMENTS_CREATE)
        .needs_key()
        .audits(&[
            Action::PAYMENT_STARTED,
            Action::PAYMENT_SUCCEEDED,
            Action::PAYMENT_DECLINED,
            Action::PAYMENT_INSUFFICIENT_FUNDS,
            Action::PAYMENT_NETWORK_ERROR,
            Action::PAYMENT_METHOD_INVALID,
            Action::PAYMENT_REFUSED,
            Action::PAYMENT_NOT_CONFIRMED,
            Action::PAYMENT_CONFIRMATION_REQUIRED,
            Action::PAYMENT_UNKNOWN,
        ])
        .refuses(&[Code::PaymentsOff, Code::OrderPaid, Code::WrongState, Code::NotFound])
        .notes(&[LATER, "`method` is the gateway's token. The number of a card is refused, and must not be sent here."])
}

async fn pay(call: Call, form: PayOrder) -> Result<Created<Payment>, Problem> {
    let payment = payments::start(&call, form).await?;
    Ok(Created { path: format!("/payments/{}", payment.summary.id), body: shown(&call, payment) })
}
