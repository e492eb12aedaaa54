//! `/account/password`: you take another password.

use frontdesk_domain::{accounts, actor::Denied};
use frontdesk_model::{Flash, forms};
use leptos::prelude::*;

use crate::{
    parts::{
        form::{Form, Password as Which, PasswordField},
        layout::Width,
        page::page,
    },
    post::{Done, HtmlForm, Posted, Refusal},
    visit::visit,
};

const ACTION: &str = "/fn/change_password";

#[component]
pub fn Password() -> impl IntoView {
    page("Change password", Width::Narrow, async {
        let me = visit().actor.person().ok_or(Denied::Anonymous)?.clone();
        Ok(view! {
            <nav class="crumbs" aria-label="Breadcrumb"><ol>
                <li><a href="/account">"Your account"</a></li>
                <li><a href="/account/security">"Security"</a></li>
                <li aria-current="page">"Password"</li>
            </ol></nav>
            <h1>"Change password"</h1>
            <p>"You stay signed in here. All your other devices are signed out."</p>
            <p>
                "Programs that use a token of yours go on. If one is in wrong hands, "
                <a href="/account/security#tokens">"revoke it"</a>"."
            </p>
            <Form action=ACTION>
                // Whose password it is: for password managers, and for the rules while typing. They have
                // no name, so they are not sent.
                <input id="email" type="text" autocomplete="username" value=me.email readonly hidden/>
                <input id="name" type="hidden" value=me.name/>
                <PasswordField action=ACTION which=Which::Current/>
                <PasswordField action=ACTION which=Which::Next/>
                <div class="buttons"><button class="primary">"Change password"</button></div>
            </Form>
        })
    })
}

#[server(name = PostChangePassword, endpoint = "change_password", input = HtmlForm, custom = Posted, input_derive = (serde::Deserialize,))]
pub async fn change_password(form: forms::ChangePassword) -> Result<Done, Refusal> {
    let visit = visit();
    let proof = accounts::change_password(&visit.domain, &visit.actor, form).await?;
    let done = Done::to("/account/security").saying(Flash::PasswordChanged);
    Ok(visit.go_on_with_new_password(proof, done).await)
}
