//! `/signup`: a visitor creates an account and is signed in.

use frontdesk_domain::authentication;
use frontdesk_model::urls;
use leptos::prelude::*;

use super::SIGNED_UP;
use crate::{
    context::context,
    form::{Access, FormProtocol, FormResult, FormRoute, Limit, Refusal},
    pages::sessions::start::start_first_session,
    parts::{
        forms::{
            Form,
            field::{EmailField, Field},
            password::{Password, PasswordField},
        },
        layout::{
            Width,
            page::{page, redirect},
        },
        setup_notice::setup_notice,
    },
};

pub const SIGN_UP: &FormRoute =
    &FormRoute::of::<PostSignUp>(urls::forms::SIGN_UP, urls::SIGN_UP, Access::Public)
        .limit(Limit::SignUp)
        .hashes_password()
        .starts_session()
        .secret_fields(&["password"]);

#[component]
pub fn SignUp() -> impl IntoView {
    // Also after a form that was sent twice: the refusal of the second is of no interest.
    if context().actor.person().is_some() {
        redirect(urls::ACCOUNT.path());
    }
    page("Sign up", Width::Narrow, async {
        let notice = setup_notice(&context()).await?;
        Ok(view! {
            <h1>"Sign up"</h1>
            {notice}
            <Form form=SIGN_UP>
                <Field form=SIGN_UP name="name" label="Name" autocomplete="name"
                    hint="As you want to be addressed."/>
                <EmailField form=SIGN_UP hint="You sign in with it."/>
                <PasswordField form=SIGN_UP which=Password::New/>
                <div class="buttons"><button class="primary">"Sign up"</button><a href=urls::LOGIN.path()>"Sign in instead"</a></div>
            </Form>
        })
    })
}

#[server(name = PostSignUp, endpoint = "sign_up", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn sign_up(form: frontdesk_model::authentication::SignUp) -> Result<FormResult, Refusal> {
    let context = context();
    let proof = authentication::sign_up(&context, form).await?;
    Ok(start_first_session(&context, proof, FormResult::to(urls::ACCOUNT).with_flash(SIGNED_UP)).await)
}
