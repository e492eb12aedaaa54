//! `POST /api/v1/users/{id}/restore`.

use frontdesk_domain::users;
use frontdesk_model::{
    Code, Permission, Problem,
    audit::Action,
    users::{OneUser, User},
};

use super::RANK;
use crate::{answer::Item, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::post("users.restore", "/users/{id}/restore", restore)
        .about(
            "Restore a user",
            "Takes somebody out of the trash. Their roles are as they were, and who was suspended still is.",
        )
        .needs(Permission::USERS_REMOVE)
        .versioned()
        .audits(&[Action::USER_RESTORED])
        .refuses(&[Code::WrongState, Code::Forbidden])
        .notes(&[RANK])
}

async fn restore(call: Call, form: OneUser) -> Result<Item<User>, Problem> {
    Ok(Item(users::restore(&call, form).await?))
}
