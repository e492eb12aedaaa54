//! `GET /api/v1/refunds/{id}`.

use frontdesk_domain::refunds;
use frontdesk_model::{
    Permission, Problem,
    refunds::{OneRefund, Refund},
};
use serde_json::json;

use crate::{answer::Item, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::get("refunds.read", "/refunds/{id}", read)
        .about("Read a refund", "One refund: where it stands, who asked for it and who approved it.")
        .shows(json!({"decided_by": null, "failure": null}))
        .needs(Permission::ORDERS_READ)
        .or_maker(Permission::REFUNDS_CREATE)
}

async fn read(call: Call, of: OneRefund) -> Result<Item<Refund>, Problem> {
    Ok(Item(refunds::get(&call, of.id).await?))
}
