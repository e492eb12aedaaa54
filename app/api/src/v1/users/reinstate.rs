//! `POST /api/v1/users/{id}/reinstate`.

use frontdesk_domain::users;
use frontdesk_model::{
    Code, Permission, Problem,
    audit::Action,
    users::{OneUser, User},
};

use super::RANK;
use crate::{answer::Item, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::post("users.reinstate", "/users/{id}/reinstate", reinstate)
        .about("Reinstate a user", "Lets somebody who was suspended in again.")
        .needs(Permission::USERS_SUSPEND)
        .versioned()
        .audits(&[Action::USER_REINSTATED])
        .refuses(&[Code::WrongState, Code::Forbidden])
        .notes(&[RANK])
}

async fn reinstate(call: Call, form: OneUser) -> Result<Item<User>, Problem> {
    Ok(Item(users::reinstate(&call, form).await?))
}
