//! Invitations that staff create on the page of a user.

use frontdesk_domain::invitations;
use frontdesk_model::{
    Permission, UserId, urls,
    users::{OneUser, User},
};
use leptos::prelude::*;

use crate::{
    context::{RequestContext, context},
    form::{Access, FormProtocol, FormResult, FormRoute, Refusal},
    parts::{
        forms::{Form, Hidden},
        shown_once::ShownOnce,
    },
};

pub const INVITE_USER: &FormRoute = &FormRoute::of::<PostInviteUser>(
    urls::forms::INVITE_USER,
    urls::USERS,
    Access::Permission(Permission::USERS_UPDATE),
);

/// The link that was just created: shown in this answer and in no other.
pub fn new_link(context: &RequestContext, user: &User) -> Option<impl IntoView + use<>> {
    let token = context.secret.as_ref()?.expose();
    let url = format!("{}{}", context.base_url, urls::INVITE.query(&[("token", token)]));
    let send = format!("Send this link to {}. With it they choose their password.", user.name);
    Some(view! {
        <ShownOnce title="Invitation link" secret=url>
            {send}" It works once, for a week, and is not shown again."
        </ShownOnce>
    })
}

/// Creates a link with which the user chooses a password.
pub fn invite_form(user: UserId) -> impl IntoView {
    view! {
        <Form form=INVITE_USER>
            <Hidden name="id" value=user.to_string()/>
            <p class="muted">"A link with which they choose a new password. Using it signs them out everywhere."</p>
            <div class="buttons"><button>"Make a password link"</button></div>
        </Form>
    }
}

#[server(name = PostInviteUser, endpoint = "invite_user", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn invite_user(form: OneUser) -> Result<FormResult, Refusal> {
    let (context, id) = (context(), form.id);
    let link = invitations::create(&context, form).await?;
    Ok(FormResult::to(urls::USER.of(id)).with_secret(&link))
}
