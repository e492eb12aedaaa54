//! Suspending, reinstating, removing and restoring a user, on their page.

use frontdesk_domain::users;
use frontdesk_model::{
    Permission, urls,
    users::{OneUser, Status, SuspendUser, User},
};
use leptos::prelude::*;

use super::{USER_REINSTATED, USER_REMOVED, USER_RESTORED, USER_SUSPENDED, back_to};
use crate::{
    context::{RequestContext, context},
    form::{Access, FormProtocol, FormResult, FormRoute, Refusal},
    pages::invitations::create::invite_form,
    parts::forms::{Form, Hidden, field::TextArea},
};

pub const SUSPEND_USER: &FormRoute = &FormRoute::of::<PostSuspendUser>(
    urls::forms::SUSPEND_USER,
    urls::USERS,
    Access::Permission(Permission::USERS_SUSPEND),
);
pub const REINSTATE_USER: &FormRoute = &FormRoute::of::<PostReinstateUser>(
    urls::forms::REINSTATE_USER,
    urls::USERS,
    Access::Permission(Permission::USERS_SUSPEND),
);
pub const REMOVE_USER: &FormRoute = &FormRoute::of::<PostRemoveUser>(
    urls::forms::REMOVE_USER,
    urls::USERS,
    Access::Permission(Permission::USERS_REMOVE),
);
pub const RESTORE_USER: &FormRoute = &FormRoute::of::<PostRestoreUser>(
    urls::forms::RESTORE_USER,
    urls::USERS,
    Access::Permission(Permission::USERS_REMOVE),
);

/// The card with what opens and closes the account: invitation, suspension, removal.
pub(super) fn access(context: &RequestContext, user: &User) -> Option<impl IntoView + use<>> {
    let User { id: user, status, roles, has_password, .. } = user.clone();
    let id = move || view! { <Hidden name="id" value=user.to_string()/> };
    let may = |permission, when| context.may(permission) && status == when;
    let was_suspending = context.refused_form(SUSPEND_USER).is_some();
    // With the link one can act as the user.
    let may_invite = !has_password || context.actor.is_above(&roles);
    let invite = (may(Permission::USERS_UPDATE, Status::Active) && may_invite).then(|| invite_form(user));
    let suspend = may(Permission::USERS_SUSPEND, Status::Active).then(|| {
        view! {
            <details open=was_suspending>
                <summary>"Suspend…"</summary>
                <Form form=SUSPEND_USER>
                    {id()}
                    <TextArea form=SUSPEND_USER name="reason" label="Reason"
                        hint="The audit trail keeps it. At most 500 characters."/>
                    <div class="buttons"><button class="danger">"Suspend user"</button></div>
                </Form>
            </details>
        }
    });
    let reinstate = may(Permission::USERS_SUSPEND, Status::Suspended)
        .then(|| view! { <Form form=REINSTATE_USER class="">{id()}<button>"Reinstate user"</button></Form> });
    let remove = (context.may(Permission::USERS_REMOVE) && status != Status::Removed).then(|| view! {
        <details>
            <summary>"Remove…"</summary>
            <Form form=REMOVE_USER>
                {id()}
                <p>
                    "They are signed out everywhere and can no longer sign in. You can restore them, with \
                     everything that was theirs."
                </p>
                <div class="buttons"><button class="danger">"Remove user"</button></div>
            </Form>
        </details>
    });
    let restore = may(Permission::USERS_REMOVE, Status::Removed)
        .then(|| view! { <Form form=RESTORE_USER class="">{id()}<button class="primary">"Restore user"</button></Form> });
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

#[server(name = PostSuspendUser, endpoint = "suspend_user", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn suspend_user(form: SuspendUser) -> Result<FormResult, Refusal> {
    let (context, id) = (context(), form.id);
    users::suspend(&context, form).await?;
    Ok(back_to(id).with_flash(USER_SUSPENDED))
}

#[server(name = PostReinstateUser, endpoint = "reinstate_user", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn reinstate_user(form: OneUser) -> Result<FormResult, Refusal> {
    let (context, id) = (context(), form.id);
    users::reinstate(&context, form).await?;
    Ok(back_to(id).with_flash(USER_REINSTATED))
}

#[server(name = PostRemoveUser, endpoint = "remove_user", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn remove_user(form: OneUser) -> Result<FormResult, Refusal> {
    let (context, id) = (context(), form.id);
    users::remove(&context, form).await?;
    Ok(back_to(id).with_flash(USER_REMOVED))
}

#[server(name = PostRestoreUser, endpoint = "restore_user", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn restore_user(form: OneUser) -> Result<FormResult, Refusal> {
    let (context, id) = (context(), form.id);
    users::restore(&context, form).await?;
    Ok(back_to(id).with_flash(USER_RESTORED))
}
