//! `GET /api/v1/me/orders`.

use frontdesk_domain::orders;
use frontdesk_model::{
    Code, Page, Problem,
    orders::{MyOrdersQuery, OrderSummary},
};

use super::paid;
use crate::{call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::get("orders.list_mine", "/me/orders", list_mine)
        .about("List my orders", "The orders of the person whom a personal token acts for.")
        .refuses(&[Code::Forbidden])
        .shows(paid())
        .notes(&["A service token acts for nobody, and is answered FORBIDDEN."])
}

async fn list_mine(call: Call, query: MyOrdersQuery) -> Result<Page<OrderSummary>, Problem> {
    Ok(orders::list_mine(&call, &query).await?)
}
