//! `GET /api/v1/payments`.

use frontdesk_domain::payments;
use frontdesk_model::{
    Page, Permission, Problem,
    payments::{PaymentSummary, PaymentsQuery},
};

use super::succeeded;
use crate::{call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::get("payments.list", "/payments", list)
        .about("List payments", "A page of payments, the newest first, those that failed included.")
        .shows(succeeded())
        .needs(Permission::ORDERS_READ)
}

async fn list(call: Call, query: PaymentsQuery) -> Result<Page<PaymentSummary>, Problem> {
    Ok(payments::list(&call, &query).await?)
}
