//! `GET /api/v1/me`.

use frontdesk_domain::actor::Actor;
use frontdesk_model::{Code, Permission, Problem, Timestamp, TokenId, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{answer::Item, call::Call, operation::Route, v1::Nothing};

pub(super) fn route() -> Route {
    Route::get("meta.me", "/me", me).about(
        "Who am I",
        "The token that calls, for whom it acts, and what it may do at this moment. A good first call.",
    )
}

/// The token that calls.
#[derive(Serialize, ToSchema)]
struct Me {
    token_id: TokenId,
    #[schema(example = "ci")]
    token_name: String,
    /// When the token ends; `null` if it does not.
    expires_at: Option<Timestamp>,
    /// What it may do now.
    #[schema(example = json!(["users:read"]))]
    permissions: Vec<&'static str>,
    /// For whom it acts; `null` for a service token.
    user: Option<TokenUser>,
}

/// The person for whom a personal token acts.
#[derive(Serialize, ToSchema)]
struct TokenUser {
    id: UserId,
    #[schema(example = "Ann Lee")]
    name: String,
    #[schema(example = "ann@example.com")]
    email: String,
}

async fn me(call: Call, _: Nothing) -> Result<Item<Me>, Problem> {
    view(&call.actor).map(Item).ok_or_else(|| Problem::new(Code::TokenRequired))
}

fn view(actor: &Actor) -> Option<Me> {
    let token = actor.token()?;
    let user = token.owner.as_ref().map(|owner| TokenUser {
        id: owner.id,
        name: owner.name.clone(),
        email: owner.email.clone(),
    });
    let held = Permission::ALL.iter().filter(|permission| token.permissions.has(**permission));
    Some(Me {
        token_id: token.id,
        token_name: token.name.clone(),
        expires_at: token.expires_at,
        permissions: held.map(|permission| permission.as_str()).collect(),
        user,
    })
}
