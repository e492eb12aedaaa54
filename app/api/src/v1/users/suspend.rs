//! `POST /api/v1/users/{id}/suspend`.

use frontdesk_domain::users;
use frontdesk_model::{
    Code, Permission, Problem,
    audit::Action,
    users::{SuspendUser, User},
};
use serde_json::json;

use super::RANK;
use crate::{answer::Item, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::post("users.suspend", "/users/{id}/suspend", suspend)
        .about(
            "Suspend a user",
            "Keeps somebody out, for a reason that is kept in the audit trail. Their sessions end at once, and their \
             personal tokens stop working until they are reinstated.",
        )
        .shows(json!({"status": "suspended", "suspended_reason": "Three chargebacks"}))
        .needs(Permission::USERS_SUSPEND)
        .versioned()
        .audits(&[Action::USER_SUSPENDED])
        .refuses(&[Code::LastOwner, Code::WrongState, Code::Forbidden])
        .notes(&[RANK])
}

async fn suspend(call: Call, form: SuspendUser) -> Result<Item<User>, Problem> {
    Ok(Item(users::suspend(&call, form).await?))
}
