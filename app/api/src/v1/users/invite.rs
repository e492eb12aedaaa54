//! `POST /api/v1/users/{id}/invitations`.

use frontdesk_domain::{invitations, one_time_links};
use frontdesk_model::{Code, Permission, Problem, Timestamp, UserId, audit::Action, urls, users::OneUser};
use serde::Serialize;
use utoipa::ToSchema;

use super::RANK;
use crate::{answer::Created, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::post("users.invite", "/users/{id}/invitations", invite)
        .about(
            "Make an invitation link",
            "A link with which somebody who has no password yet, or has forgotten it, chooses one. It replaces the \
             one before.",
        )
        .needs(Permission::USERS_UPDATE)
        .versioned()
        .audits(&[Action::INVITE_CREATED])
        .refuses(&[Code::WrongState, Code::Forbidden])
        .notes(&[
            RANK,
            "Whoever has the link can sign in as that user: send it to nobody else, and do not log it.",
        ])
}

/// A one-time link.
#[derive(Serialize, ToSchema)]
struct Invitation {
    user_id: UserId,
    /// Works once. It is in this answer and nowhere else.
    #[schema(format = "uri", example = "https://desk.example/invite?token=9f86d081884c7d65")]
    url: String,
    expires_at: Timestamp,
}

async fn invite(call: Call, form: OneUser) -> Result<Created<Invitation>, Problem> {
    let (user_id, expires_at) = (form.id, call.clock.now().plus_seconds(one_time_links::INVITE_SECONDS));
    let link = invitations::create(&call, form).await?;
    let url = format!("{}{}", call.origin(), urls::INVITE.query(&[("token", link.expose())]));
    Ok(Created { path: format!("/users/{user_id}"), body: Invitation { user_id, url, expires_at } })
}
