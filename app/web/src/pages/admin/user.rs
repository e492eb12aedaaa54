//! `/admin/users/{id}`: one person, what staff can do for them, and what happened to them.

use frontdesk_domain::{accounts, audit, orders, sessions};
use frontdesk_model::{
    Code, Flash, Limit, Permission, Problem, Role, UserId,
    audit::Event,
    forms,
    order::RecentOrder,
    query::{AuditQuery, SessionsQuery},
    user::{Session, Status, User as Person},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::{
    parts::{
        devices::devices,
        events::{Columns, EventTable},
        form::{Field, Form, Hidden, TextArea},
        layout::Width,
        once::ShownOnce,
        order::OrderPill,
        page::titled_page,
        words::{Moment, StatusPill},
    },
    post::{Done, HtmlForm, Posted, Refusal},
    visit::{Visit, visit},
};

const UPDATE: &str = "/fn/update_user";
const SUSPEND: &str = "/fn/suspend_user";
const REINSTATE: &str = "/fn/reinstate_user";
const REMOVE: &str = "/fn/remove_user";
const RESTORE: &str = "/fn/restore_user";
const GRANT: &str = "/fn/grant_role";
const REVOKE: &str = "/fn/revoke_role";
const INVITE: &str = "/fn/invite_user";

/// How much of the audit trail the page shows.
const EVENTS: u32 = 10;
/// How many devices the page shows.
const DEVICES: u32 = 20;

#[component]
pub fn User() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    titled_page(Width::Wide, async move {
        let visit = visit();
        visit.actor.require(Permission::UsersRead)?;
        let id: UserId = id.parse().map_err(|_| Problem::new(Code::NotFound))?;
        let user = accounts::get(&visit.domain, &visit.actor, id).await?;
        let events = if visit.may(Permission::AuditRead) {
            let query = AuditQuery { target: Some(id), limit: Limit::new(EVENTS), ..AuditQuery::default() };
            Some(audit::list(&visit.domain, &visit.actor, &query).await?.items)
        } else {
            None
        };
        let signed_in = if visit.may(Permission::SessionsRead) {
            let query = SessionsQuery { limit: Limit::new(DEVICES), cursor: None };
            Some(sessions::list(&visit.domain, &visit.actor, id, &query).await?.items)
        } else {
            None
        };
        let recent = if visit.may(Permission::OrdersRead) {
            let recent = orders::recent(&visit.domain, &visit.actor, &[id]).await?;
            Some(recent.into_iter().map(|(_, order)| order).collect())
        } else {
            None
        };
        let content = view! {
            <nav class="crumbs" aria-label="Breadcrumb"><ol>
                <li><a href="/admin/users">"Users"</a></li>
                <li aria-current="page">{user.name.clone()}</li>
            </ol></nav>
            <div class="head"><h1>{user.name.clone()}</h1><StatusPill status=user.status/></div>
            {link(&visit, &user)}
            {facts(&user)}
            <div class="beside">{edit(&visit, &user)}{roles(&visit, &user)}{access(&visit, &user)}
                {recent.map(|recent| orders_card(&visit, &user, recent))}
                {signed_in.map(|sessions| sessions_card(&visit, &user, sessions))}</div>
            {events.map(|events| trail(&user, events))}
        };
        Ok((user.name, content))
    })
}

fn facts(user: &Person) -> impl IntoView + use<> {
    let seen = match user.last_seen_at {
        Some(at) => view! { <Moment at/> }.into_any(),
        None => "Never".into_any(),
    };
    let suspended = (!user.suspended_reason.is_empty())
        .then(|| view! { <div><dt>"Suspended because"</dt><dd>{user.suspended_reason.clone()}</dd></div> });
    view! {
        <dl class="facts">
            <div><dt>"E-mail"</dt><dd>{user.email.clone()}</dd></div>
            <div><dt>"Roles"</dt><dd>{user.roles.to_string()}</dd></div>
            <div><dt>"Signs in with"</dt>
                <dd>{if user.has_password { "A password" } else { "Nothing yet: no password chosen" }}</dd></div>
            <div><dt>"Joined"</dt><dd><Moment at=user.joined_at/></dd></div>
            <div><dt>"Last seen"</dt><dd>{seen}</dd></div>
            {suspended}
            {user.removed_at.map(|at| view! { <div><dt>"Removed"</dt><dd><Moment at/></dd></div> })}
            <div><dt>"Id"</dt><dd><code>{user.id.to_string()}</code></dd></div>
        </dl>
    }
}

/// The link that was just made: shown on this answer and on no other.
fn link(visit: &Visit, user: &Person) -> Option<impl IntoView + use<>> {
    let token = visit.secret.as_ref()?.expose();
    let address = format!("{}/invite?token={token}", visit.base_url);
    let send = format!("Send this link to {}. With it they choose their password.", user.name);
    Some(view! {
        <ShownOnce title="Invitation link" secret=address>
            {send}" It works once, for a week, and is not shown again."
        </ShownOnce>
    })
}

fn edit(visit: &Visit, user: &Person) -> Option<impl IntoView + use<>> {
    let there = visit.may(Permission::UsersUpdate) && user.status != Status::Removed;
    let Person { id, version, name, email, .. } = user.clone();
    there.then(|| {
        view! {
            <section class="card" aria-labelledby="edit">
                <h2 id="edit">"Name and e-mail"</h2>
                <Form action=UPDATE>
                    <Hidden name="id" value=id.to_string()/>
                    <Hidden name="version" value=version.to_string()/>
                    <Field action=UPDATE name="name" label="Name" value=name/>
                    <Field action=UPDATE name="email" label="E-mail address" kind="email" value=email/>
                    <div class="buttons"><button class="primary">"Save changes"</button></div>
                </Form>
            </section>
        }
    })
}

fn roles(visit: &Visit, user: &Person) -> Option<impl IntoView + use<>> {
    let there = visit.may(Permission::RolesAssign) && user.status != Status::Removed;
    let rows: Vec<_> = Role::ASSIGNABLE.iter().map(|role| role_row(visit, user, *role)).collect();
    there.then(|| {
        view! {
            <section class="card" aria-labelledby="roles">
                <h2 id="roles">"Roles"</h2>
                <ul class="rows">{rows}</ul>
            </section>
        }
    })
}

fn role_row(visit: &Visit, user: &Person, role: Role) -> impl IntoView + use<> {
    let (id, has) = (user.id, user.roles.has(role));
    let (action, word) = if has { (REVOKE, "Take") } else { (GRANT, "Give") };
    // Nobody gives or takes what they do not hold.
    let may = visit.actor.permissions().covers(role.permissions());
    let button = may.then(|| {
        view! {
            <Form action=action class="">
                <Hidden name="id" value=id.to_string()/>
                <Hidden name="role" value=role.as_str()/>
                <button>{word}<span class="sr">{format!(" {role}")}</span></button>
            </Form>
        }
    });
    view! {
        <li>
            <div>
                <p>{role.as_str()}{has.then(|| view! { " "<span class="pill good">"Held"</span> })}</p>
                <p class="small">{role.about()}</p>
            </div>
            {button}
        </li>
    }
}

/// Letting in and keeping out.
fn access(visit: &Visit, user: &Person) -> Option<impl IntoView + use<>> {
    let (user, status) = (user.id, user.status);
    let id = move || view! { <Hidden name="id" value=user.to_string()/> };
    let may = |permission, when| visit.may(permission) && status == when;
    let was_suspending = visit.refused_at(SUSPEND).is_some();
    let invite = may(Permission::UsersUpdate, Status::Active).then(|| view! {
        <Form action=INVITE>
            {id()}
            <p class="muted">"A link with which they choose a new password. Using it signs them out everywhere."</p>
            <div class="buttons"><button>"Make a password link"</button></div>
        </Form>
    });
    let suspend = may(Permission::UsersSuspend, Status::Active).then(|| {
        view! {
            <details open=was_suspending>
                <summary>"Suspend…"</summary>
                <Form action=SUSPEND>
                    {id()}
                    <TextArea action=SUSPEND name="reason" label="Reason"
                        hint="The audit trail keeps it. At most 500 characters."/>
                    <div class="buttons"><button class="danger">"Suspend user"</button></div>
                </Form>
            </details>
        }
    });
    let reinstate = may(Permission::UsersSuspend, Status::Suspended)
        .then(|| view! { <Form action=REINSTATE class="">{id()}<button>"Reinstate user"</button></Form> });
    let remove = (visit.may(Permission::UsersRemove) && status != Status::Removed).then(|| view! {
        <details>
            <summary>"Remove…"</summary>
            <Form action=REMOVE>
                {id()}
                <p>
                    "They are signed out everywhere and can no longer sign in. You can restore them, with \
                     everything that was theirs."
                </p>
                <div class="buttons"><button class="danger">"Remove user"</button></div>
            </Form>
        </details>
    });
    let restore = may(Permission::UsersRemove, Status::Removed)
        .then(|| view! { <Form action=RESTORE class="">{id()}<button class="primary">"Restore user"</button></Form> });
    let any =
        invite.is_some() || suspend.is_some() || reinstate.is_some() || remove.is_some() || restore.is_some();
    any.then(|| {
        view! {
            <section class="card" aria-labelledby="access">
                <h2 id="access">"Access"</h2>
                {invite}{reinstate}{suspend}{remove}{restore}
            </section>
        }
    })
}

fn orders_card(visit: &Visit, user: &Person, recent: Vec<RecentOrder>) -> impl IntoView + use<> {
    let (id, is_empty) = (user.id, recent.is_empty());
    let places = visit.may(Permission::OrdersCreate) && user.status == Status::Active;
    let row = |order: RecentOrder| {
        view! {
            <li><div>
                <p>
                    <a href=format!("/admin/orders/{}", order.id)>{order.reference}</a>" "
                    {order.total.to_string()}" "<OrderPill state=order.state/>
                </p>
                <p class="small"><Moment at=order.placed_at/></p>
            </div></li>
        }
    };
    let rows: Vec<_> = recent.into_iter().map(row).collect();
    let list = if is_empty {
        view! { <p class="muted">"They have none yet."</p> }.into_any()
    } else {
        view! { <ul class="rows">{rows}</ul> }.into_any()
    };
    view! {
        <section class="card" aria-labelledby="orders">
            <h2 id="orders">"Latest orders"</h2>
            {list}
            <div class="buttons">
                {places.then(|| view! { <a class="button" href=format!("/admin/orders/new?customer={id}")>"Place an order"</a> })}
                {(!is_empty).then(|| view! { <a href=format!("/admin/orders?customer={id}")>"See all their orders"</a> })}
            </div>
        </section>
    }
}

fn sessions_card(visit: &Visit, user: &Person, sessions: Vec<Session>) -> impl IntoView + use<> {
    // To act on somebody, one must hold all that they hold.
    let may = visit.may(Permission::SessionsEnd) && visit.actor.require_rank_over(&user.roles).is_ok();
    let here = visit.actor.person().map(|person| person.session);
    let list = if sessions.is_empty() {
        view! { <p class="muted">"They are signed in nowhere."</p> }.into_any()
    } else {
        devices(sessions, here, may).into_any()
    };
    let tokens = visit.may(Permission::TokensRead).then(|| {
        view! { <p><a href=format!("/admin/tokens?owner={}", user.id)>"See their tokens"</a></p> }
    });
    view! {
        <section class="card" aria-labelledby="devices">
            <h2 id="devices">"Where they are signed in"</h2>
            {list}
            {tokens}
        </section>
    }
}

fn trail(user: &Person, events: Vec<Event>) -> impl IntoView + use<> {
    let all = format!("/admin/audit?target={}", user.id);
    let done = format!("/admin/audit?actor={}", user.id);
    let table = if events.is_empty() {
        view! { <p class="muted">"Nothing has happened to them yet."</p> }.into_any()
    } else {
        let caption = format!("What happened to {}, the newest first", user.name);
        view! { <EventTable events caption columns=Columns::OfOne/> }.into_any()
    };
    view! {
        <section class="stack" aria-labelledby="trail">
            <h2 id="trail">"Their audit trail"</h2>
            {table}
            <p><a href=all>"See all that happened to them"</a>" · "<a href=done>"See all that they did"</a></p>
        </section>
    }
}

#[server(name = PostUpdateUser, endpoint = "update_user", input = HtmlForm, custom = Posted, input_derive = (serde::Deserialize,))]
pub async fn update_user(form: forms::UpdateUser) -> Result<Done, Refusal> {
    let (visit, id) = (visit(), form.id);
    let changed = accounts::update(&visit.domain, &visit.actor, form).await?.changed;
    Ok(back_to(id).saying(if changed { Flash::UserUpdated } else { Flash::NothingChanged }))
}

#[server(name = PostSuspendUser, endpoint = "suspend_user", input = HtmlForm, custom = Posted, input_derive = (serde::Deserialize,))]
pub async fn suspend_user(form: forms::SuspendUser) -> Result<Done, Refusal> {
    let (visit, id) = (visit(), form.id);
    accounts::suspend(&visit.domain, &visit.actor, form).await?;
    Ok(back_to(id).saying(Flash::UserSuspended))
}

#[server(name = PostReinstateUser, endpoint = "reinstate_user", input = HtmlForm, custom = Posted, input_derive = (serde::Deserialize,))]
pub async fn reinstate_user(form: forms::OneUser) -> Result<Done, Refusal> {
    let (visit, id) = (visit(), form.id);
    accounts::reinstate(&visit.domain, &visit.actor, form).await?;
    Ok(back_to(id).saying(Flash::UserReinstated))
}

#[server(name = PostRemoveUser, endpoint = "remove_user", input = HtmlForm, custom = Posted, input_derive = (serde::Deserialize,))]
pub async fn remove_user(form: forms::OneUser) -> Result<Done, Refusal> {
    let (visit, id) = (visit(), form.id);
    accounts::remove(&visit.domain, &visit.actor, form).await?;
    Ok(back_to(id).saying(Flash::UserRemoved))
}

#[server(name = PostRestoreUser, endpoint = "restore_user", input = HtmlForm, custom = Posted, input_derive = (serde::Deserialize,))]
pub async fn restore_user(form: forms::OneUser) -> Result<Done, Refusal> {
    let (visit, id) = (visit(), form.id);
    accounts::restore(&visit.domain, &visit.actor, form).await?;
    Ok(back_to(id).saying(Flash::UserRestored))
}

#[server(name = PostGrantRole, endpoint = "grant_role", input = HtmlForm, custom = Posted, input_derive = (serde::Deserialize,))]
pub async fn grant_role(form: forms::ChangeRole) -> Result<Done, Refusal> {
    let (visit, id) = (visit(), form.id);
    accounts::grant(&visit.domain, &visit.actor, form).await?;
    Ok(back_to(id).saying(Flash::RoleGranted))
}

#[server(name = PostRevokeRole, endpoint = "revoke_role", input = HtmlForm, custom = Posted, input_derive = (serde::Deserialize,))]
pub async fn revoke_role(form: forms::ChangeRole) -> Result<Done, Refusal> {
    let (visit, id) = (visit(), form.id);
    accounts::revoke(&visit.domain, &visit.actor, form).await?;
    Ok(back_to(id).saying(Flash::RoleRevoked))
}

#[server(name = PostInviteUser, endpoint = "invite_user", input = HtmlForm, custom = Posted, input_derive = (serde::Deserialize,))]
pub async fn invite_user(form: forms::OneUser) -> Result<Done, Refusal> {
    let (visit, id) = (visit(), form.id);
    let link = accounts::invite(&visit.domain, &visit.actor, form).await?;
    Ok(back_to(id).showing(&link))
}

fn back_to(id: UserId) -> Done {
    Done::to(format!("/admin/users/{id}"))
}
