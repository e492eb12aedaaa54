//! `GET /api/v1/users/{id}`.

use frontdesk_domain::users;
use frontdesk_model::{
    Permission, Problem,
    orders::RecentOrder,
    users::{OneUser, User},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{INCLUDES, recent, take_of};
use crate::{answer::Item, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::get("users.read", "/users/{id}", read)
        .about("Read a user", "One user, whatever their state.")
        .needs(Permission::USERS_READ)
        .or_maker(Permission::USERS_CREATE)
        .includes(INCLUDES)
}

/// A user, and what was asked for beside.
#[derive(Serialize, ToSchema)]
struct UserWithOrders {
    #[serde(flatten)]
    user: User,
    /// With `include=orders`: their five newest orders.
    #[serde(skip_serializing_if = "Option::is_none")]
    orders: Option<Vec<RecentOrder>>,
}

async fn read(call: Call, one: OneUser) -> Result<Item<UserWithOrders>, Problem> {
    let user = users::get(&call, one.id).await?;
    let mut recent = recent(&call, &[user.id]).await?;
    Ok(Item(UserWithOrders { orders: recent.as_mut().map(|all| take_of(all, user.id)), user }))
}
