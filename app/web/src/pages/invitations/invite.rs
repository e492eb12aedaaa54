//! `/invite?token=…`: an invited user chooses a password.

use frontdesk_domain::{invitations, one_time_links::Purpose};
use frontdesk_model::{Secret, invitations::AcceptInvite, urls};
use leptos::prelude::*;

use super::PASSWORD_SET;
use crate::{
    context::context,
    form::{Access, FormProtocol, FormResult, FormRoute, Limit, Refusal},
    pages::sessions::start::start_first_session,
    parts::{
        forms::{
            Form, Hidden,
            password::{Password, PasswordField},
        },
        layout::{Width, page::page},
    },
};

pub const ACCEPT_INVITE: &FormRoute =
    &FormRoute::of::<PostAcceptInvite>(urls::forms::ACCEPT_INVITE, urls::INVITE, Access::Public)
        .limit(Limit::SignUp)
        .hashes_password()
        .starts_session()
        .secret_fields(&["password"]);

#[component]
pub fn Invite() -> impl IntoView {
    page("Choose a password", Width::Narrow, async {
        let context = context();
        let token = context.parameter("token");
        let who = invitations::open(&context, Purpose::Invite, &Secret::new(token.as_str())).await?;
        Ok(view! {
            <h1>{format!("Welcome, {}", who.name)}</h1>
            <p>"Choose a password. From then on you sign in with it and "<b>{who.email}</b>"."</p>
            <Form form=ACCEPT_INVITE>
                <Hidden name="token" value=token/>
                <PasswordField form=ACCEPT_INVITE which=Password::New/>
                <div class="buttons"><button class="primary">"Set password"</button></div>
            </Form>
        })
    })
}

#[server(name = PostAcceptInvite, endpoint = "accept_invite", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn accept_invite(form: AcceptInvite) -> Result<FormResult, Refusal> {
    let context = context();
    let proof = invitations::accept(&context, form).await?;
    Ok(start_first_session(&context, proof, FormResult::to(urls::ACCOUNT).with_flash(PASSWORD_SET)).await)
}
