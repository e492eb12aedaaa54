//! `GET /api/v1/refunds`.

use frontdesk_domain::refunds;
use frontdesk_model::{
    Page, Permission, Problem,
    refunds::{Refund, RefundsQuery},
};
use serde_json::json;

use crate::{call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::get("refunds.list", "/refunds", list)
        .about("List refunds", "A page of refunds, the newest first, those that failed included.")
        .shows(json!({"decided_by": null, "failure": null}))
        .needs(Permission::ORDERS_READ)
}

async fn list(call: Call, query: RefundsQuery) -> Result<Page<Refund>, Problem> {
    Ok(refunds::list(&call, &query).await?)
}
