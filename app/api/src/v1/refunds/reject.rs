//! `POST /api/v1/refunds/{id}/reject`.

use frontdesk_domain::refunds;
use frontdesk_model::{
    Code, Permission, Problem,
    audit::Action,
    refunds::{Refund, RejectRefund},
};

use super::decided;
use crate::{answer::Item, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::post("refunds.reject", "/refunds/{id}/reject", reject)
        .about(
            "Reject a refund",
            "Turns down a refund that waits for approval, for a reason that is kept in the audit trail. What was set \
             aside for it can be refunded again.",
        )
        .shows(decided("rejected"))
        .needs(Permission::REFUNDS_APPROVE)
        .versioned()
        .audits(&[Action::REFUND_REJECTED])
        .refuses(&[Code::WrongState])
}

async fn reject(call: Call, form: RejectRefund) -> Result<Item<Refund>, Problem> {
    Ok(Item(refunds::reject(&call, form).await?))
}
