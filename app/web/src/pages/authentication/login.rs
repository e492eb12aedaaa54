//! `/login` and `/logout`.

use frontdesk_domain::authentication;
use frontdesk_model::{
    authentication::{SignIn, SignOut, next_path},
    urls,
};
use leptos::prelude::*;

use super::{SIGNED_IN, SIGNED_OUT};
use crate::{
    context::context,
    form::{Access, FormProtocol, FormResult, FormRoute, Limit, Refusal},
    parts::{
        forms::{
            Form, Hidden,
            field::EmailField,
            password::{Password, PasswordField},
        },
        layout::{
            Width,
            page::{page, redirect},
        },
        setup_notice::setup_notice,
    },
};

pub const SIGN_IN: &FormRoute =
    &FormRoute::of::<PostSignIn>(urls::forms::SIGN_IN, urls::LOGIN, Access::Public)
        .limit(Limit::SignIn)
        .hashes_password()
        .starts_session()
        .secret_fields(&["password"]);
pub const SIGN_OUT: &FormRoute =
    &FormRoute::of::<PostSignOut>(urls::forms::SIGN_OUT, urls::ACCOUNT, Access::Public);

#[component]
pub fn Login() -> impl IntoView {
    let context = context();
    let next = context.parameter("next");
    // A refused form is shown also to a user who has signed in meanwhile in another window.
    if context.actor.person().is_some() && context.refused.is_none() {
        redirect(next_path(&next).unwrap_or(urls::ACCOUNT.path()));
    }
    page("Sign in", Width::Narrow, async move {
        let notice = setup_notice(&context).await?;
        Ok(view! {
            <h1>"Sign in"</h1>
            {notice}
            <Form form=SIGN_IN>
                <Hidden name="next" value=next/>
                <EmailField form=SIGN_IN/>
                <PasswordField form=SIGN_IN which=Password::Known/>
                <div class="buttons"><button class="primary">"Sign in"</button><a href=urls::SIGN_UP.path()>"Sign up instead"</a></div>
            </Form>
        })
    })
}

#[server(name = PostSignIn, endpoint = "sign_in", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn sign_in(form: SignIn) -> Result<FormResult, Refusal> {
    let context = context();
    let next = form.next.clone();
    let proof = authentication::sign_in(&context, form).await?;
    context.start_session(proof).await?;
    Ok(FormResult::to(next_path(&next).unwrap_or(urls::ACCOUNT.path())).with_flash(SIGNED_IN))
}

#[server(name = PostSignOut, prefix = "", endpoint = "logout", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn sign_out(form: SignOut) -> Result<FormResult, Refusal> {
    let SignOut {} = form;
    context().end_session().await?;
    Ok(FormResult { clear_site_data: true, ..FormResult::to(urls::LOGIN).with_flash(SIGNED_OUT) })
}
