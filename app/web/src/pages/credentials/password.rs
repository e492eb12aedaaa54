//! `/account/password`: changing one's own password.

use frontdesk_domain::{actor::Denied, credentials};
use frontdesk_model::{credentials::ChangePassword, urls};
use leptos::prelude::*;

use super::PASSWORD_CHANGED;
use crate::{
    context::context,
    form::{Access, FormProtocol, FormResult, FormRoute, Limit, Refusal},
    pages::sessions::start::start_with_new_password,
    parts::{
        forms::{
            Form,
            password::{Password as Which, PasswordField},
        },
        layout::{Width, page::page},
    },
};

pub const CHANGE_PASSWORD: &FormRoute = &FormRoute::of::<PostChangePassword>(
    urls::forms::CHANGE_PASSWORD,
    urls::ACCOUNT_PASSWORD,
    Access::SignedIn,
)
.limit(Limit::SignIn)
.hashes_password()
.secret_fields(&["current", "password"]);

#[component]
pub fn Password() -> impl IntoView {
    page("Change password", Width::Narrow, async {
        let me = context().actor.person().ok_or(Denied::Anonymous)?.clone();
        Ok(view! {
            <nav class="crumbs" aria-label="Breadcrumb"><ol>
                <li><a href=urls::ACCOUNT.path()>"Your account"</a></li>
                <li><a href=urls::ACCOUNT_SECURITY.path()>"Security"</a></li>
                <li aria-current="page">"Password"</li>
            </ol></nav>
            <h1>"Change password"</h1>
            <p>"You stay signed in here. All your other devices are signed out."</p>
            <p>
                "Programs that use a token of yours go on. If one is in wrong hands, "
                <a href=urls::ACCOUNT_SECURITY.fragment("tokens")>"revoke it"</a>"."
            </p>
            <Form form=CHANGE_PASSWORD>
                // The account of the password, for password managers and for the rules while typing. They have
                // no name, so they are not sent.
                <input id="email" type="text" autocomplete="username" value=me.email readonly hidden/>
                <input id="name" type="hidden" value=me.name/>
                <PasswordField form=CHANGE_PASSWORD which=Which::Current/>
                <PasswordField form=CHANGE_PASSWORD which=Which::Next/>
                <div class="buttons"><button class="primary">"Change password"</button></div>
            </Form>
        })
    })
}

#[server(name = PostChangePassword, endpoint = "change_password", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn change_password(form: ChangePassword) -> Result<FormResult, Refusal> {
    let context = context();
    let proof = credentials::change_password(&context, form).await?;
    let result = FormResult::to(urls::ACCOUNT_SECURITY).with_flash(PASSWORD_CHANGED);
    Ok(start_with_new_password(&context, proof, result).await)
}
