//! `POST /api/v1/refunds`.

use frontdesk_domain::refunds;
use frontdesk_model::{
    Code, Permission, Problem,
    audit::Action,
    refunds::{Refund, RequestRefund},
};

use super::undecided;
use crate::{answer::Created, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::post("refunds.request", "/refunds", request)
        .about(
            "Refund a payment",
            "Pays back all that is left of a payment, or part of it. If the payment's refunds together come to more than the \
             configured amount, it is `awaiting_approval` until somebody else approves it; otherwise it is `pending`, and the gateway is asked \
             right afterwards, with the refund's id as its idempotency key, until it has answered.",
        )
        .shows(undecided("pending"))
        .needs(Permission::REFUNDS_CREATE)
        .needs_key()
        .audits(&[Action::REFUND_REQUESTED, Action::REFUND_SUCCEEDED, Action::REFUND_FAILED])
        .refuses(&[Code::PaymentsOff, Code::RefundExceeds, Code::WrongState, Code::NotFound])
        .notes(&["What is asked for is set aside at once, so that all refunds together never exceed the payment."])
}

async fn request(call: Call, form: RequestRefund) -> Result<Created<Refund>, Problem> {
    let refund = refunds::request(&call, form).await?;
    Ok(Created { path: format!("/refunds/{}", refund.id), body: refund })
}
