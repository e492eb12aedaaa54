//! `POST /api/v1/users`.

use frontdesk_domain::users;
use frontdesk_model::{
    Code, Permission, Problem,
    audit::Action,
    users::{CreateUser, User},
};
use serde_json::json;

use crate::{answer::Created, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::post("users.create", "/users", create)
        .about(
            "Create a user",
            "Makes an account without a password. Make an invitation for it, and pass its link on: with it they \
             choose their password.",
        )
        .shows(json!({"roles": [], "has_password": false, "last_seen_at": null, "version": 1}))
        .needs(Permission::USERS_CREATE)
        .audits(&[Action::USER_CREATED])
        .refuses(&[Code::EmailExists])
        .notes(&["Tells whether an e-mail address has an account; `users:read` would, too."])
}

async fn create(call: Call, form: CreateUser) -> Result<Created<User>, Problem> {
    let (user, _) = users::create(&call, form).await?;
    Ok(Created { path: format!("/users/{}", user.id), body: user })
}
