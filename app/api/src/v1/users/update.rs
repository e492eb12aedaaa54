//! `PATCH /api/v1/users/{id}`.

use frontdesk_domain::users;
use frontdesk_model::{
    Code, Permission, Problem,
    audit::Action,
    users::{UpdateUser, User},
};
use http::Method;

use super::RANK;
use crate::{answer::Item, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::new(Method::PATCH, "users.update", "/users/{id}", update)
        .about(
            "Change a user",
            "Changes name, e-mail address, or both: what is not sent stays as it is. `If-Match` names the version \
             that you saw. What is the same already is answered 200 and changes nothing.",
        )
        .needs(Permission::USERS_UPDATE)
        .conditional()
        .audits(&[Action::USER_UPDATED])
        .refuses(&[Code::EmailExists, Code::WrongState, Code::Forbidden])
        .notes(&[RANK])
}

async fn update(call: Call, form: UpdateUser) -> Result<Item<User>, Problem> {
    Ok(Item(users::update(&call, form).await?.user))
}
