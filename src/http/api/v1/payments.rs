//! `/api/v1/payments` and `/api/v1/revenue`: money on its way in.

use frontdesk_domain::{ledger, payments};
use frontdesk_model::{
    Code, Page, Permission, Problem,
    audit::Action,
    forms::{OnePayment, PayOrder},
    payment::{Payment, PaymentSummary},
    query::PaymentsQuery,
    revenue::Revenue,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::Nothing;
use crate::http::api::{
    answer::{Created, Item},
    call::Call,
    operation::Route,
};

const LATER: &str = "What the gateway says comes later, and is not the answer to this request: read the payment, or have a \
                     webhook told. `failure` says why one failed, `problem` says it as a problem of this API.";

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("payments.list", "/payments", list)
            .about("List payments", "A page of payments, the newest first, those that failed included.")
            .needs(Permission::OrdersRead),
        Route::post("payments.pay", "/payments", pay)
            .about(
                "Pay an order",
                "Charges a customer for an order, all of it. The payment is written down and `pending`; the gateway is asked \
                 right afterwards, with the payment's id as its idempotency key. An order has one payment at a time that is \
                 under way or has succeeded, so it is never paid twice.",
            )
            .needs(Permission::PaymentsCreate)
            .needs_key()
            .audits(&[
                Action::PaymentStarted,
                Action::PaymentSucceeded,
                Action::PaymentDeclined,
                Action::PaymentInsufficientFunds,
                Action::PaymentNetworkError,
                Action::PaymentMethodInvalid,
                Action::PaymentRefused,
                Action::PaymentNotConfirmed,
                Action::PaymentConfirmationRequired,
                Action::PaymentUnknown,
            ])
            .refuses(&[Code::OrderPaid, Code::WrongState, Code::NotFound])
            .notes(&[LATER, "`method` is the gateway's token. The number of a card is refused, and must not be sent here."]),
        Route::get("payments.read", "/payments/{id}", read)
            .about("Read a payment", "One payment: where it stands, and what the gateway was asked and said.")
            .notes(&["Payments of others are not found without `orders:read`, and `attempts` is empty."]),
        Route::post("payments.cancel", "/payments/{id}/cancel", cancel)
            .about(
                "Call off a payment",
                "Has the gateway end a payment that waits for its customer to confirm it. If they were faster, it succeeds.",
            )
            .needs(Permission::PaymentsCreate)
            .audits(&[Action::PaymentCancelled, Action::PaymentNotConfirmed])
            .refuses(&[Code::WrongState])
            .notes(&[LATER]),
        Route::get("revenue.read", "/revenue", revenue)
            .about(
                "Read the revenue",
                "What was captured and paid back on each of the last 28 days (UTC), for each currency that had any.",
            )
            .needs(Permission::OrdersRead),
    ]
}

async fn list(call: Call, query: PaymentsQuery) -> Result<Page<PaymentSummary>, Problem> {
    Ok(payments::list(&call.domain, &call.actor, &query).await?)
}

async fn pay(call: Call, form: PayOrder) -> Result<Created<Payment>, Problem> {
    let payment = payments::pay(&call.domain, &call.actor, form).await?;
    Ok(Created { path: format!("/payments/{}", payment.summary.id), body: payment })
}

async fn read(call: Call, of: OnePayment) -> Result<Item<Payment>, Problem> {
    Ok(Item(payments::get(&call.domain, &call.actor, of.id).await?))
}

async fn cancel(call: Call, form: OnePayment) -> Result<Item<Payment>, Problem> {
    Ok(Item(payments::cancel(&call.domain, &call.actor, form).await?))
}

/// What came in and what went back, where most came in first.
#[derive(Serialize, ToSchema)]
struct RevenueByCurrency {
    currencies: Vec<Revenue>,
}

async fn revenue(call: Call, _: Nothing) -> Result<Item<RevenueByCurrency>, Problem> {
    Ok(Item(RevenueByCurrency { currencies: ledger::revenue(&call.domain, &call.actor).await? }))
}
