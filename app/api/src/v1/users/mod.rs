//! `/api/v1/users`: users.

mod create;
mod invite;
mod list;
mod read;
mod reinstate;
mod remove;
mod restore;
mod suspend;
mod update;

use frontdesk_domain::orders;
use frontdesk_model::{Permission, Problem, UserId, orders::RecentOrder};

use crate::{call::Call, operation::Route};

pub(super) const RANK: &str = "Nobody acts on somebody who holds more than they do: a token that lacks a permission which the \
                    user's roles have is answered FORBIDDEN.";

/// The values of `include` for users.
pub(super) const INCLUDES: &[(&str, Permission)] = &[("orders", Permission::ORDERS_READ)];

/// Returns the newest orders of these users with one statement, if `include` has them.
pub(super) async fn recent(
    call: &Call,
    users: &[UserId],
) -> Result<Option<Vec<(UserId, RecentOrder)>>, Problem> {
    if !call.includes("orders") {
        return Ok(None);
    }
    Ok(Some(orders::recent(call, users).await?))
}

/// Removes the orders of one user from those of all.
pub(super) fn take_of(all: &mut Vec<(UserId, RecentOrder)>, user: UserId) -> Vec<RecentOrder> {
    all.extract_if(.., |(of, _)| *of == user).map(|(_, order)| order).collect()
}

/// The operations, in the order of the reference.
pub(super) fn routes() -> Vec<Route> {
    vec![
        list::route(),
        create::route(),
        read::route(),
        update::route(),
        suspend::route(),
        reinstate::route(),
        remove::route(),
        restore::route(),
        invite::route(),
    ]
}
