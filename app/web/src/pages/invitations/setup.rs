//! `/setup?token=…`: creates the first owner, by the link that the first start prints.

use frontdesk_domain::{invitations, one_time_links::Purpose};
use frontdesk_model::{Secret, urls};
use leptos::prelude::*;

use super::FRONTDESK_SET_UP;
use crate::{
    context::context,
    form::{Access, FormProtocol, FormResult, FormRoute, Limit, Refusal},
    pages::sessions::start::start_first_session,
    parts::{
        forms::{
            Form, Hidden,
            field::{EmailField, Field},
            password::{Password, PasswordField},
        },
        layout::{Width, page::page},
    },
};

pub const SET_UP: &FormRoute = &FormRoute::of::<PostSetUp>(urls::forms::SET_UP, urls::SET_UP, Access::Public)
    .limit(Limit::SignUp)
    .hashes_password()
    .starts_session()
    .secret_fields(&["password"]);

#[component]
pub fn SetUp() -> impl IntoView {
    page("Set up", Width::Narrow, async {
        let context = context();
        let token = context.parameter("token");
        invitations::open(&context, Purpose::Setup, &Secret::new(token.as_str())).await?;
        Ok(view! {
            <h1>"Welcome to Frontdesk"</h1>
            <p>"Make your account. You will be its owner: you may do everything, and give others what they need."</p>
            <Form form=SET_UP>
                <Hidden name="token" value=token/>
                <Field form=SET_UP name="name" label="Name" autocomplete="name"/>
                <EmailField form=SET_UP hint="You sign in with it."/>
                <PasswordField form=SET_UP which=Password::New/>
                <div class="buttons"><button class="primary">"Set up Frontdesk"</button></div>
            </Form>
        })
    })
}

#[server(name = PostSetUp, endpoint = "set_up", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn set_up(form: frontdesk_model::invitations::SetUp) -> Result<FormResult, Refusal> {
    let context = context();
    let proof = invitations::set_up(&context, form).await?;
    Ok(start_first_session(&context, proof, FormResult::to(urls::OVERVIEW).with_flash(FRONTDESK_SET_UP))
        .await)
}
