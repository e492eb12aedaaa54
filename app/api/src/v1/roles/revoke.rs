//! `DELETE /api/v1/users/{id}/roles/{role}`.

use frontdesk_domain::roles;
use frontdesk_model::{Code, Permission, Problem, audit::Action, roles::ChangeRole, users::User};
use http::Method;
use serde_json::json;

use super::NOBODY_GIVES;
use crate::{answer::Item, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::new(Method::DELETE, "roles.revoke", "/users/{id}/roles/{role}", revoke)
        .about("Take a role", "Takes effect at the user's next request, also for their personal tokens.")
        .shows(json!({"roles": []}))
        .needs(Permission::ROLES_ASSIGN)
        .versioned()
        .audits(&[Action::ROLE_REVOKED])
        .refuses(&[Code::LastOwner, Code::WrongState, Code::Forbidden])
        .notes(&[NOBODY_GIVES])
}

async fn revoke(call: Call, form: ChangeRole) -> Result<Item<User>, Problem> {
    Ok(Item(roles::revoke(&call, form).await?))
}
