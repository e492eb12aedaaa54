//! `/api/v1/refunds`: money on its way back.

use frontdesk_domain::payments;
use frontdesk_model::{
    Code, Page, Permission, Problem,
    audit::Action,
    forms::{OneRefund, RejectRefund, RequestRefund},
    query::RefundsQuery,
    refund::Refund,
};

use crate::http::api::{
    answer::{Created, Item},
    call::Call,
    operation::Route,
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("refunds.list", "/refunds", list)
            .about("List refunds", "A page of refunds, the newest first, those that failed included.")
            .needs(Permission::OrdersRead),
        Route::post("refunds.request", "/refunds", request)
            .about(
                "Refund a payment",
                "Pays back all that is left of a payment, or part of it. If the payment's refunds together come to more than the \
                 configured amount, it is `awaiting_approval` until somebody else approves it; otherwise it is `pending`, and the gateway is asked \
                 right afterwards, with the refund's id as its idempotency key, until it has answered.",
            )
            .needs(Permission::RefundsCreate)
            .needs_key()
            .audits(&[Action::RefundRequested, Action::RefundSucceeded, Action::RefundFailed])
            .refuses(&[Code::RefundExceeds, Code::WrongState, Code::NotFound])
            .notes(&["What is asked for is set aside at once, so that all refunds together never exceed the payment."]),
        Route::get("refunds.read", "/refunds/{id}", read)
            .about("Read a refund", "One refund: where it stands, who asked for it and who approved it.")
            .needs(Permission::OrdersRead),
        Route::post("refunds.approve", "/refunds/{id}/approve", approve)
            .about("Approve a refund", "Agrees to a refund that somebody else asked for, and has it made.")
            .needs(Permission::RefundsApprove)
            .audits(&[Action::RefundApproved, Action::RefundSucceeded, Action::RefundFailed])
            .refuses(&[Code::SelfApproval, Code::WrongState, Code::Forbidden])
            .notes(&[
                "Two people: a personal token stands for its owner, and a service token, which is nobody, is answered \
                 FORBIDDEN.",
            ]),
        Route::post("refunds.reject", "/refunds/{id}/reject", reject)
            .about(
                "Reject a refund",
                "Turns down a refund that waits for approval, for a reason that is kept in the audit trail. What was set \
                 aside for it can be refunded again.",
            )
            .needs(Permission::RefundsApprove)
            .audits(&[Action::RefundRejected])
            .refuses(&[Code::WrongState]),
    ]
}

async fn list(call: Call, query: RefundsQuery) -> Result<Page<Refund>, Problem> {
    Ok(payments::list_refunds(&call.domain, &call.actor, &query).await?)
}

async fn request(call: Call, form: RequestRefund) -> Result<Created<Refund>, Problem> {
    let refund = payments::request(&call.domain, &call.actor, form).await?;
    Ok(Created { path: format!("/refunds/{}", refund.id), body: refund })
}

async fn read(call: Call, of: OneRefund) -> Result<Item<Refund>, Problem> {
    Ok(Item(payments::get_refund(&call.domain, &call.actor, of.id).await?))
}

async fn approve(call: Call, form: OneRefund) -> Result<Item<Refund>, Problem> {
    Ok(Item(payments::approve(&call.domain, &call.actor, form).await?))
}

async fn reject(call: Call, form: RejectRefund) -> Result<Item<Refund>, Problem> {
    Ok(Item(payments::reject(&call.domain, &call.actor, form).await?))
}
