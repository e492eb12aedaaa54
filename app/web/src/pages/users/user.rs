//! `/admin/users/{id}`: one user, the actions of staff, and the user's audit trail.

use frontdesk_domain::{audit, orders, sessions, users};
use frontdesk_model::{
    Code, Limit, Permission, Problem, UserId,
    audit::{AuditQuery, Event},
    orders::RecentOrder,
    sessions::{Session, SessionsQuery},
    urls,
    users::{Status, UpdateUser, User as Person},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{USER_UPDATED, access::access, back_to};
use crate::{
    context::{RequestContext, context},
    flash::NOTHING_CHANGED,
    form::{Access, FormProtocol, FormResult, FormRoute, Refusal},
    pages::{
        audit::events::{Columns, EventTable},
        invitations::create::new_link,
        orders::parts::OrderPill,
        roles::card::roles,
        sessions::devices::devices,
    },
    parts::{
        forms::{Form, Hidden, field::Field},
        layout::{Width, page::titled_page},
        words::{Moment, StatusPill},
    },
};

/// Changes name and e-mail address.
pub const UPDATE_USER: &FormRoute = &FormRoute::of::<PostUpdateUser>(
    urls::forms::UPDATE_USER,
    urls::USERS,
    Access::Permission(Permission::USERS_UPDATE),
);

/// Number of audit events that the page shows.
const EVENTS: u32 = 10;
/// Number of devices that the page shows.
const DEVICES: u32 = 20;

#[component]
pub fn User() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    titled_page(Width::Wide, async move {
        let context = context();
        context.actor.require(Permission::USERS_READ)?;
        let id: UserId = id.parse().map_err(|_| Problem::new(Code::NotFound))?;
        let user = users::get(&context, id).await?;
        let events = if context.may(Permission::AUDIT_READ) {
            let query = AuditQuery { target: Some(id.0), limit: Limit::new(EVENTS), ..AuditQuery::default() };
            Some(audit::list(&context, &query).await?.items)
        } else {
            None
        };
        let signed_in = if context.may(Permission::SESSIONS_READ) {
            let query = SessionsQuery { limit: Limit::new(DEVICES), cursor: None };
            Some(sessions::list(&context, id, &query).await?.items)
        } else {
            None
        };
        let recent = if context.may(Permission::ORDERS_READ) {
            let recent = orders::recent(&context, &[id]).await?;
            Some(recent.into_iter().map(|(_, order)| order).collect())
        } else {
            None
        };
        let content = view! {
            <nav class="crumbs" aria-label="Breadcrumb"><ol>
                <li><a href=urls::USERS.path()>"Users"</a></li>
                <li aria-current="page">{user.name.clone()}</li>
            </ol></nav>
            <div class="head"><h1>{user.name.clone()}</h1><StatusPill status=user.status/></div>
            {new_link(&context, &user)}
            {facts(&user)}
            <div class="beside">{edit(&context, &user)}{roles(&context, &user)}{access(&context, &user)}
                {recent.map(|recent| orders_card(&context, &user, recent))}
                {signed_in.map(|sessions| sessions_card(&context, &user, sessions))}</div>
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

fn edit(context: &RequestContext, user: &Person) -> Option<impl IntoView + use<>> {
    let there = context.may(Permission::USERS_UPDATE) && user.status != Status::Removed;
    let Person { id, version, name, email, .. } = user.clone();
    there.then(|| {
        view! {
            <section class="card" aria-labelledby="edit">
                <h2 id="edit">"Name and e-mail"</h2>
                <Form form=UPDATE_USER>
                    <Hidden name="id" value=id.to_string()/>
                    <Hidden name="version" value=version.to_string()/>
                    <Field form=UPDATE_USER name="name" label="Name" value=name/>
                    <Field form=UPDATE_USER name="email" label="E-mail address" kind="email" value=email/>
                    <div class="buttons"><button class="primary">"Save changes"</button></div>
                </Form>
            </section>
        }
    })
}

fn orders_card(context: &RequestContext, user: &Person, recent: Vec<RecentOrder>) -> impl IntoView + use<> {
    let (id, is_empty) = (user.id, recent.is_empty());
    let places = context.may(Permission::ORDERS_CREATE) && user.status == Status::Active;
    let row = |order: RecentOrder| {
        view! {
            <li><div>
                <p>
                    <a href=urls::ORDER.of(order.id)>{order.reference}</a>" "
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
                {places.then(|| view! { <a class="button" href=urls::NEW_ORDER.query(&[("customer", &id.to_string())])>"Place an order"</a> })}
                {(!is_empty).then(|| view! { <a href=urls::ORDERS.query(&[("customer", &id.to_string())])>"See all their orders"</a> })}
            </div>
        </section>
    }
}

fn sessions_card(context: &RequestContext, user: &Person, sessions: Vec<Session>) -> impl IntoView + use<> {
    // An actor must hold every permission of the user they act on.
    let may = context.may(Permission::SESSIONS_END) && context.actor.outranks(&user.roles);
    let here = context.actor.person().map(|person| person.session);
    let list = if sessions.is_empty() {
        view! { <p class="muted">"They are signed in nowhere."</p> }.into_any()
    } else {
        devices(sessions, here, may).into_any()
    };
    let tokens = context.may(Permission::TOKENS_READ).then(|| {
        view! { <p><a href=urls::TOKENS.query(&[("owner", &user.id.to_string())])>"See their tokens"</a></p> }
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
    let all = urls::AUDIT.query(&[("target", &user.id.to_string())]);
    let done = urls::AUDIT.query(&[("actor", &user.id.to_string())]);
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

#[server(name = PostUpdateUser, endpoint = "update_user", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn update_user(form: UpdateUser) -> Result<FormResult, Refusal> {
    let (context, id) = (context(), form.id);
    let changed = users::update(&context, form).await?.changed;
    Ok(back_to(id).with_flash(if changed { USER_UPDATED } else { NOTHING_CHANGED }))
}
