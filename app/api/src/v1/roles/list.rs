//! `GET /api/v1/roles`.

use frontdesk_model::{Permission, Problem, Role};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{answer::Item, call::Call, operation::Route, v1::Nothing};

pub(super) fn route() -> Route {
    Route::get("roles.list", "/roles", list).about(
        "List roles",
        "Every role with the permissions that it holds. Roles are part of Frontdesk and the same everywhere.",
    )
}

/// All roles: there are few.
#[derive(Serialize, ToSchema)]
struct RoleList {
    items: Vec<RoleDetails>,
}

/// A role, and what it holds.
#[derive(Serialize, ToSchema)]
struct RoleDetails {
    name: Role,
    /// What it is for, in a sentence.
    #[schema(example = "Finds, corrects and suspends users.")]
    about: &'static str,
    #[schema(example = json!(["overview:read", "users:read"]))]
    permissions: Vec<&'static str>,
}

async fn list(_: Call, _: Nothing) -> Result<Item<RoleList>, Problem> {
    let view = |role: &Role| RoleDetails {
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
