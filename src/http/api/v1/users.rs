//! `/api/v1/users`: people with an account.

use frontdesk_domain::{accounts, orders};
use frontdesk_model::{
    Code, Page, Permission, Problem, Timestamp, UserId,
    audit::Action,
    forms::{CreateUser, OneUser, SuspendUser, UpdateUser},
    order::RecentOrder,
    query::UsersQuery,
    user::{User, UserSummary},
};
use http::Method;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::api::{
    answer::{Created, Item},
    call::Call,
    operation::Route,
};

const RANK: &str = "Nobody acts on somebody who holds more than they do: a token that lacks a permission which the \
                    user's roles have is answered FORBIDDEN.";

/// What can be had together with users.
const INCLUDES: &[(&str, Permission)] = &[("orders", Permission::OrdersRead)];

pub(super) fn routes() -> Vec<Route> {
    use Permission::{UsersCreate, UsersRead, UsersRemove, UsersSuspend, UsersUpdate};
    vec![
        Route::get("users.list", "/users", list)
            .about(
                "List users",
                "A page of users, by default all but the removed, the newest first. `q` searches the beginnings of \
                 names and e-mail addresses. Read one user for the rest of their facts.",
            )
            .needs(UsersRead)
            .includes(INCLUDES),
        Route::post("users.create", "/users", create)
            .about(
                "Create a user",
                "Makes an account without a password. Make an invitation for it, and pass its link on: with it they \
                 choose their password.",
            )
            .needs(UsersCreate)
            .audits(&[Action::UserCreated])
            .refuses(&[Code::EmailExists])
            .notes(&["Tells whether an e-mail address has an account; `users:read` would, too."]),
        Route::get("users.read", "/users/{id}", read)
            .about("Read a user", "One user, whatever their state.")
            .needs(UsersRead)
            .includes(INCLUDES),
        Route::new(Method::PATCH, "users.update", "/users/{id}", update)
            .about(
                "Change a user",
                "Changes name, e-mail address, or both: what is not sent stays as it is. `If-Match` names the version \
                 that you saw. What is the same already is answered 200 and changes nothing.",
            )
            .needs(UsersUpdate)
            .conditional()
            .audits(&[Action::UserUpdated])
            .refuses(&[Code::EmailExists, Code::WrongState, Code::Forbidden])
            .notes(&[RANK]),
        Route::post("users.suspend", "/users/{id}/suspend", suspend)
            .about(
                "Suspend a user",
                "Keeps somebody out, for a reason that is kept in the audit trail. Their sessions end at once, and their \
                 personal tokens stop working until they are reinstated.",
            )
            .needs(UsersSuspend)
            .audits(&[Action::UserSuspended])
            .refuses(&[Code::LastOwner, Code::WrongState, Code::Forbidden])
            .notes(&[RANK]),
        Route::post("users.reinstate", "/users/{id}/reinstate", reinstate)
            .about("Reinstate a user", "Lets somebody who was suspended in again.")
            .needs(UsersSuspend)
            .audits(&[Action::UserReinstated])
            .refuses(&[Code::WrongState, Code::Forbidden])
            .notes(&[RANK]),
        Route::post("users.remove", "/users/{id}/remove", remove)
            .about(
                "Remove a user",
                "Puts somebody into the trash with everything that is theirs, and answers with them as they are then. \
                 Their sessions end at once. Nothing is lost: see `users.restore`.",
            )
            .needs(UsersRemove)
            .audits(&[Action::UserRemoved])
            .refuses(&[Code::LastOwner, Code::WrongState, Code::Forbidden])
            .notes(&[RANK]),
        Route::post("users.restore", "/users/{id}/restore", restore)
            .about(
                "Restore a user",
                "Takes somebody out of the trash. Their roles are as they were, and who was suspended still is.",
            )
            .needs(UsersRemove)
            .audits(&[Action::UserRestored])
            .refuses(&[Code::WrongState, Code::Forbidden])
            .notes(&[RANK]),
        Route::post("users.invite", "/users/{id}/invitations", invite)
            .about(
                "Make an invitation link",
                "A link with which somebody who has no password yet, or has forgotten it, chooses one. It replaces the \
                 one before.",
            )
            .needs(UsersUpdate)
            .audits(&[Action::InviteCreated])
            .refuses(&[Code::WrongState, Code::Forbidden])
            .notes(&[
                RANK,
                "Whoever has the link can sign in as that user: send it to nobody else, and do not log it.",
            ]),
    ]
}

/// A user, as far as a list shows them, and what was asked for beside.
#[derive(Serialize, ToSchema)]
struct Listed {
    #[serde(flatten)]
    user: UserSummary,
    /// With `include=orders`: their five newest orders.
    #[serde(skip_serializing_if = "Option::is_none")]
    orders: Option<Vec<RecentOrder>>,
}

/// A user, and what was asked for beside.
#[derive(Serialize, ToSchema)]
struct Read {
    #[serde(flatten)]
    user: User,
    /// With `include=orders`: their five newest orders.
    #[serde(skip_serializing_if = "Option::is_none")]
    orders: Option<Vec<RecentOrder>>,
}

async fn list(call: Call, query: UsersQuery) -> Result<Page<Listed>, Problem> {
    let page = accounts::list(&call.domain, &call.actor, &query).await?.page;
    let ids: Vec<UserId> = page.items.iter().map(|user| user.id).collect();
    let mut recent = recent(&call, &ids).await?;
    Ok(page.map(|user| Listed { orders: recent.as_mut().map(|all| of(all, user.id)), user }))
}

/// The newest orders of these users, if they are asked for: one statement for all.
async fn recent(call: &Call, users: &[UserId]) -> Result<Option<Vec<(UserId, RecentOrder)>>, Problem> {
    if !call.includes("orders") {
        return Ok(None);
    }
    Ok(Some(orders::recent(&call.domain, &call.actor, users).await?))
}

fn of(all: &mut Vec<(UserId, RecentOrder)>, user: UserId) -> Vec<RecentOrder> {
    all.extract_if(.., |(of, _)| *of == user).map(|(_, order)| order).collect()
}

async fn create(call: Call, form: CreateUser) -> Result<Created<User>, Problem> {
    let (user, _) = accounts::create(&call.domain, &call.actor, form).await?;
    Ok(Created { path: format!("/users/{}", user.id), body: user })
}

async fn read(call: Call, one: OneUser) -> Result<Item<Read>, Problem> {
    let user = accounts::get(&call.domain, &call.actor, one.id).await?;
    let mut recent = recent(&call, &[user.id]).await?;
    Ok(Item(Read { orders: recent.as_mut().map(|all| of(all, user.id)), user }))
}

async fn update(call: Call, form: UpdateUser) -> Result<Item<User>, Problem> {
    Ok(Item(accounts::update(&call.domain, &call.actor, form).await?.user))
}

async fn suspend(call: Call, form: SuspendUser) -> Result<Item<User>, Problem> {
    Ok(Item(accounts::suspend(&call.domain, &call.actor, form).await?))
}

async fn reinstate(call: Call, form: OneUser) -> Result<Item<User>, Problem> {
    Ok(Item(accounts::reinstate(&call.domain, &call.actor, form).await?))
}

async fn remove(call: Call, form: OneUser) -> Result<Item<User>, Problem> {
    Ok(Item(accounts::remove(&call.domain, &call.actor, form).await?))
}

async fn restore(call: Call, form: OneUser) -> Result<Item<User>, Problem> {
    Ok(Item(accounts::restore(&call.domain, &call.actor, form).await?))
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
    let (user_id, expires_at) = (form.id, call.domain.clock.now().plus_seconds(accounts::INVITE_SECONDS));
    let link = accounts::invite(&call.domain, &call.actor, form).await?;
    let url = format!("{}/invite?token={}", call.origin(), link.expose());
    Ok(Created { path: format!("/users/{user_id}"), body: Invitation { user_id, url, expires_at } })
}
