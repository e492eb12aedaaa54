//! The roles of a user, on their page.

use frontdesk_domain::roles;
use frontdesk_model::{
    Permission, Role, UserId,
    roles::ChangeRole,
    urls,
    users::{Status, User},
};
use leptos::prelude::*;

use super::{ROLE_GRANTED, ROLE_REVOKED};
use crate::{
    context::{RequestContext, context},
    form::{Access, FormProtocol, FormResult, FormRoute, Refusal},
    parts::forms::{Form, Hidden},
};

pub const GRANT_ROLE: &FormRoute = &FormRoute::of::<PostGrantRole>(
    urls::forms::GRANT_ROLE,
    urls::USERS,
    Access::Permission(Permission::ROLES_ASSIGN),
);
pub const REVOKE_ROLE: &FormRoute = &FormRoute::of::<PostRevokeRole>(
    urls::forms::REVOKE_ROLE,
    urls::USERS,
    Access::Permission(Permission::ROLES_ASSIGN),
);

/// The roles of a user, with the ways to add and remove each.
pub fn roles(context: &RequestContext, user: &User) -> Option<impl IntoView + use<>> {
    let there = context.may(Permission::ROLES_ASSIGN) && user.status != Status::Removed;
    let rows: Vec<_> = Role::ASSIGNABLE.iter().map(|role| role_row(context, user, *role)).collect();
    there.then(|| {
        view! {
            <section class="card" aria-labelledby="roles">
                <h2 id="roles">"Roles"</h2>
                <ul class="rows">{rows}</ul>
            </section>
        }
    })
}

fn role_row(context: &RequestContext, user: &User, role: Role) -> impl IntoView + use<> {
    let (id, has) = (user.id, user.roles.has(role));
    let (form, word) = if has { (REVOKE_ROLE, "Take") } else { (GRANT_ROLE, "Give") };
    // A role can be assigned and removed only by an actor with all of its permissions.
    let may = context.actor.permissions().covers(role.permissions());
    let button = may.then(|| {
        view! {
            <Form form=form class="">
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

#[server(name = PostGrantRole, endpoint = "grant_role", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn grant_role(form: ChangeRole) -> Result<FormResult, Refusal> {
    let (context, id) = (context(), form.id);
    roles::grant(&context, form).await?;
    Ok(back_to(id).with_flash(ROLE_GRANTED))
}

#[server(name = PostRevokeRole, endpoint = "revoke_role", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn revoke_role(form: ChangeRole) -> Result<FormResult, Refusal> {
    let (context, id) = (context(), form.id);
    roles::revoke(&context, form).await?;
    Ok(back_to(id).with_flash(ROLE_REVOKED))
}

fn back_to(id: UserId) -> FormResult {
    FormResult::to(urls::USER.of(id))
}
