//! `POST /api/v1/users/{id}/roles`.

use frontdesk_domain::roles;
use frontdesk_model::{Code, Permission, Problem, audit::Action, roles::ChangeRole, users::User};

use super::NOBODY_GIVES;
use crate::{answer::Item, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::post("roles.grant", "/users/{id}/roles", grant)
        .about("Give a role", "Takes effect at the user's next request.")
        .needs(Permission::ROLES_ASSIGN)
        .versioned()
        .audits(&[Action::ROLE_GRANTED])
        .refuses(&[Code::WrongState, Code::Forbidden])
        .notes(&[NOBODY_GIVES])
}

async fn grant(call: Call, form: ChangeRole) -> Result<Item<User>, Problem> {
    Ok(Item(roles::grant(&call, form).await?))
}
