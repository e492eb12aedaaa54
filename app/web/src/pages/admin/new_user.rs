//! `/admin/users/new`: staff make an account for somebody else.

use frontdesk_domain::accounts;
use frontdesk_model::{Flash, Permission, forms};
use leptos::prelude::*;

use crate::{
    parts::{
        form::{EmailField, Field, Form},
        layout::Width,
        page::page,
    },
    post::{Done, HtmlForm, Posted, Refusal},
    visit::visit,
};

const ACTION: &str = "/fn/create_user";

#[component]
pub fn NewUser() -> impl IntoView {
    page("Create user", Width::Narrow, async {
        visit().actor.require(Permission::UsersCreate)?;
        Ok(view! {
            <nav class="crumbs" aria-label="Breadcrumb"><ol>
                <li><a href="/admin/users">"Users"</a></li>
                <li aria-current="page">"Create user"</li>
            </ol></nav>
            <h1>"Create user"</h1>
            <p>"You get a link to send them. With it they choose their own password."</p>
            <Form action=ACTION>
                <Field action=ACTION name="name" label="Name"/>
                <EmailField action=ACTION hint="They sign in with it."/>
                <div class="buttons"><button class="primary">"Create user"</button><a href="/admin/users">"Cancel"</a></div>
            </Form>
        })
    })
}

#[server(name = PostCreateUser, endpoint = "create_user", input = HtmlForm, custom = Posted, input_derive = (serde::Deserialize,))]
pub async fn create_user(form: forms::CreateUser) -> Result<Done, Refusal> {
    let visit = visit();
    let (user, link) = accounts::create(&visit.domain, &visit.actor, form).await?;
    Ok(Done::to(format!("/admin/users/{}", user.id)).saying(Flash::UserCreated).showing(&link))
}
