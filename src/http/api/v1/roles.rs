//! `/api/v1/roles`, and those of a user.

use frontdesk_domain::accounts;
use frontdesk_model::{Code, Permission, Problem, Role, audit::Action, forms::ChangeRole, user::User};
use http::Method;
use serde::Serialize;
use utoipa::ToSchema;

use super::Nothing;
use crate::http::api::{answer::Item, call::Call, operation::Route};

const NOBODY_GIVES: &str = "Nobody gives or takes a role with a permission that they do not hold themselves.";

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("roles.list", "/roles", list).about(
            "List roles",
            "Every role with the permissions that it holds. Roles are part of Frontdesk and the same everywhere.",
        ),
        Route::post("roles.grant", "/users/{id}/roles", grant)
            .about("Give a role", "Takes effect at the user's next request.")
            .needs(Permission::RolesAssign)
            .audits(&[Action::RoleGranted])
            .refuses(&[Code::WrongState, Code::Forbidden])
            .notes(&[NOBODY_GIVES]),
        Route::new(Method::DELETE, "roles.revoke", "/users/{id}/roles/{role}", revoke)
            .about("Take a role", "Takes effect at the user's next request, also for their personal tokens.")
            .needs(Permission::RolesAssign)
            .audits(&[Action::RoleRevoked])
            .refuses(&[Code::LastOwner, Code::WrongState, Code::Forbidden])
            .notes(&[NOBODY_GIVES]),
    ]
}

/// All roles: there are few.
#[derive(Serialize, ToSchema)]
struct RoleList {
    items: Vec<RoleView>,
}

/// A role, and what it holds.
#[derive(Serialize, ToSchema)]
struct RoleView {
    name: Role,
    /// What it is for, in a sentence.
    #[schema(example = "Finds, corrects and suspends users.")]
    about: &'static str,
    #[schema(example = json!(["overview:read", "users:read"]))]
    permissions: Vec<&'static str>,
}

async fn list(_: Call, _: Nothing) -> Result<Item<RoleList>, Problem> {
    let view = |role: &Role| RoleView {
        name: *role,
        about: role.about(),
        permissions: Permission::ALL
            .iter()
            .filter(|permission| role.permissions().has(**permission))
            .map(|permission| permission.as_str())
            .collect(),
    };
    Ok(Item(RoleList { items: Role::ALL.iter().map(view).collect() }))
}

async fn grant(call: Call, form: ChangeRole) -> Result<Item<User>, Problem> {
    Ok(Item(accounts::grant(&call.domain, &call.actor, form).await?))
}

async fn revoke(call: Call, form: ChangeRole) -> Result<Item<User>, Problem> {
    Ok(Item(accounts::revoke(&call.domain, &call.actor, form).await?))
}
