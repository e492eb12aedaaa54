//! `POST /api/v1/users/{id}/remove`.

use frontdesk_domain::users;
use frontdesk_model::{
    Code, Permission, Problem,
    audit::Action,
    schema::EXAMPLE_TIME,
    users::{OneUser, User},
};
use serde_json::json;

use super::RANK;
use crate::{answer::Item, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::post("users.remove", "/users/{id}/remove", remove)
        .about(
            "Remove a user",
            "Puts somebody into the trash with everything that is theirs, and answers with them as they are then. \
             Their sessions end at once. Nothing is lost: see `users.restore`.",
        )
        .shows(json!({"status": "removed", "removed_at": EXAMPLE_TIME}))
        .needs(Permission::USERS_REMOVE)
        .versioned()
        .audits(&[Action::USER_REMOVED])
        .refuses(&[Code::LastOwner, Code::WrongState, Code::Forbidden])
        .notes(&[RANK])
}

async fn remove(call: Call, form: OneUser) -> Result<Item<User>, Problem> {
    Ok(Item(users::remove(&call, form).await?))
}
