//! `/api/v1/me` and `/api/v1/openapi.json`: who calls, and what there is to call.

use frontdesk_domain::actor::Actor;
use frontdesk_model::{Code, Permission, Problem, Timestamp, TokenId, UserId};
use frontdesk_web::reference::Lazily;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, schema::Schema},
};

use super::Nothing;
use crate::http::api::{answer::Item, call::Call, operation::Route};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("meta.me", "/me", me).about(
            "Who am I",
            "The token that calls, for whom it acts, and what it may do at this moment. A good first call.",
        ),
        Route::get("meta.openapi", "/openapi.json", openapi)
            .about("The OpenAPI document", "This API, described for programs, in OpenAPI 3.1.")
            .for_anyone(),
    ]
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
    user: Option<Myself>,
}

/// The person for whom a personal token acts.
#[derive(Serialize, ToSchema)]
struct Myself {
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
    let user = token.owner.as_ref().map(|owner| Myself {
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

/// The document; its own schema is OpenAPI's.
struct Document(Lazily<Value>);

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(to)
    }
}

impl PartialSchema for Document {
    fn schema() -> RefOr<Schema> {
        let begins = json!({ "openapi": "3.1.0", "info": { "title": "Frontdesk", "version": "1.0.0" } });
        ObjectBuilder::new().description(Some("An OpenAPI 3.1 document.")).examples([begins]).into()
    }
}

impl ToSchema for Document {}

async fn openapi(call: Call, _: Nothing) -> Result<Item<Document>, Problem> {
    Ok(Item(Document(call.description())))
}
