//! `POST /api/v1/refunds/{id}/approve`.

use frontdesk_domain::refunds;
use frontdesk_model::{
    Code, Permission, Problem,
    audit::Action,
    refunds::{OneRefund, Refund},
};

use super::decided;
use crate::{answer::Item, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::post("refunds.approve", "/refunds/{id}/approve", approve)
        .about("Approve a refund", "Agrees to a refund that somebody else asked for, and has it made.")
        .shows(decided("pending"))
        .needs(Permission::REFUNDS_APPROVE)
        .versioned()
        .audits(&[Action::REFUND_APPROVED, Action::REFUND_SUCCEEDED, Action::REFUND_FAILED])
        .refuses(&[Code::PaymentsOff, Code::SelfApproval, Code::WrongState, Code::Forbidden])
        .notes(&[
            "Two people: a personal token stands for its owner, and a service token, which is nobody, is answered \
             FORBIDDEN.",
        ])
}

async fn approve(call: Call, form: OneRefund) -> Result<Item<Refund>, Problem> {
    Ok(Item(refunds::approve(&call, form).await?))
}
