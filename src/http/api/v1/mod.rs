//! The operations of version 1: a file for each noun, in the order of the reference.

mod audit;
mod jobs;
mod meta;
mod orders;
mod payments;
mod refunds;
mod roles;
mod sessions;
mod tokens;
mod users;
mod webhooks;

use serde::Deserialize;
use utoipa::ToSchema;

use super::operation::Route;

pub(super) fn routes() -> Vec<Route> {
    [
        meta::routes(),
        users::routes(),
        roles::routes(),
        sessions::routes(),
        tokens::routes(),
        orders::routes(),
        payments::routes(),
        refunds::routes(),
        audit::routes(),
        jobs::routes(),
        webhooks::routes(),
    ]
    .concat()
}

/// What an operation takes that takes nothing.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Nothing {}
