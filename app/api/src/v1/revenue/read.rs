//! `GET /api/v1/revenue`.

use frontdesk_domain::ledger;
use frontdesk_model::{Permission, Problem, ledger::Revenue};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{answer::Item, call::Call, operation::Route, v1::Nothing};

pub(super) fn route() -> Route {
    Route::get("revenue.read", "/revenue", revenue)
        .about(
            "Read the revenue",
            "What was captured and paid back on each of the last 28 days (UTC), for each currency that had any.",
        )
        .needs(Permission::ORDERS_READ)
}

/// What came in and what went back, where most came in first.
#[derive(Serialize, ToSchema)]
struct RevenueByCurrency {
    currencies: Vec<Revenue>,
}

async fn revenue(call: Call, _: Nothing) -> Result<Item<RevenueByCurrency>, Problem> {
    Ok(Item(RevenueByCurrency { currencies: ledger::revenue(&call).await? }))
}
