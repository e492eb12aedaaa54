//! The operations of version 1: a folder for each noun, a file for each operation.

mod audit;
mod events;
mod jobs;
mod meta;
mod orders;
mod payments;
mod refunds;
mod revenue;
mod roles;
mod sessions;
mod tokens;
mod users;
mod webhooks;

use serde::Deserialize;
use utoipa::ToSchema;

use super::operation::Route;

/// Every operation, in the order of the reference.
pub(super) fn routes() -> Vec<Route> {
    [
        meta::routes(),
        users::routes(),
        roles::routes(),
        sessions::routes(),
        tokens::routes(),
        orders::routes(),
        payments::routes(),
        revenue::routes(),
        refunds::routes(),
        audit::routes(),
        events::routes(),
        jobs::routes(),
        webhooks::routes(),
    ]
    .concat()
}

/// The input of an operation without parameters.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Nothing {}
