//! `/invite?token=…`: somebody whom staff created chooses a password.

use frontdesk_domain::accounts::{self, Purpose};
use frontdesk_model::{Flash, Secret, forms};
use leptos::prelude::*;

use crate::{
    parts::{
        form::{Form, Hidden, Password, PasswordField},
        layout::Width,
        page::page,
    },
    post::{Done, HtmlForm, Posted, Refusal},
    visit::visit,
};

const ACTION: &str = "/fn/accept_invite";

#[component]
pub fn Invite() -> impl IntoView {
    page("Choose a password", Width::Narrow, async {
        let visit = visit();
        let token = visit.parameter("token");
        let who = accounts::open_link(&visit.domain, Purpose::Invite, &Secret::new(token.as_str())).await?;
        Ok(view! {
            <h1>{format!("Welcome, {}", who.name)}</h1>
            <p>"Choose a password. From then on you sign in with it and "<b>{who.email}</b>"."</p>
            <Form action=ACTION>
                <Hidden name="token" value=token/>
                <PasswordField action=ACTION which=Password::New/>
                <div class="buttons"><button class="primary">"Set password"</button></div>
            </Form>
        })
    })
}

#[server(name = PostAcceptInvite, endpoint = "accept_invite", input = HtmlForm, custom = Posted, input_derive = (serde::Deserialize,))]
pub async fn accept_invite(form: forms::AcceptInvite) -> Result<Done, Refusal> {
    let visit = visit();
    let proof = accounts::accept_invite(&visit.domain, &visit.actor, form).await?;
    Ok(visit.begin_first_session(proof, Done::to("/account").saying(Flash::PasswordSet)).await)
}
