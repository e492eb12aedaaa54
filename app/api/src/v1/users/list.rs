//! `GET /api/v1/users`.

use frontdesk_domain::users;
use frontdesk_model::{
    Page, Permission, Problem, UserId,
    orders::RecentOrder,
    users::{UserSummary, UsersQuery},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{INCLUDES, recent, take_of};
use crate::{call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::get("users.list", "/users", list)
        .about(
            "List users",
            "A page of users, by default all but the removed, the newest first. `q` searches the beginnings of \
             names and e-mail addresses. Read one user for the rest of their facts.",
        )
        .needs(Permission::USERS_READ)
        .includes(INCLUDES)
}

/// A user, as far as a list shows them, and what was asked for beside.
#[derive(Serialize, ToSchema)]
struct UserSummaryWithOrders {
    #[serde(flatten)]
    user: UserSummary,
    /// With `include=orders`: their five newest orders.
    #[serde(skip_serializing_if = "Option::is_none")]
    orders: Option<Vec<RecentOrder>>,
}

async fn list(call: Call, query: UsersQuery) -> Result<Page<UserSummaryWithOrders>, Problem> {
    let page = users::list(&call, &query).await?.page;
    let ids: Vec<UserId> = page.items.iter().map(|user| user.id).collect();
    let mut recent = recent(&call, &ids).await?;
    Ok(page
        .map(|user| UserSummaryWithOrders { orders: recent.as_mut().map(|all| take_of(all, user.id)), user }))
}
