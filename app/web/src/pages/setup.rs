//! `/setup?token=…`: the link that the first start prints makes the first owner.

use frontdesk_domain::accounts::{self, Purpose};
use frontdesk_model::{Flash, Secret, forms};
use leptos::prelude::*;

use crate::{
    parts::{
        form::{EmailField, Field, Form, Hidden, Password, PasswordField},
        layout::Width,
        page::page,
    },
    post::{Done, HtmlForm, Posted, Refusal},
    visit::visit,
};

const ACTION: &str = "/fn/set_up";

#[component]
pub fn SetUp() -> impl IntoView {
    page("Set up", Width::Narrow, async {
        let visit = visit();
        let token = visit.parameter("token");
        accounts::open_link(&visit.domain, Purpose::Setup, &Secret::new(token.as_str())).await?;
        Ok(view! {
            <h1>"Welcome to Frontdesk"</h1>
            <p>"Make your account. You will be its owner: you may do everything, and give others what they need."</p>
            <Form action=ACTION>
                <Hidden name="token" value=token/>
                <Field action=ACTION name="name" label="Name" autocomplete="name"/>
                <EmailField action=ACTION hint="You sign in with it."/>
                <PasswordField action=ACTION which=Password::New/>
                <div class="buttons"><button class="primary">"Set up Frontdesk"</button></div>
            </Form>
        })
    })
}

#[server(name = PostSetUp, endpoint = "set_up", input = HtmlForm, custom = Posted, input_derive = (serde::Deserialize,))]
pub async fn set_up(form: forms::SetUp) -> Result<Done, Refusal> {
    let visit = visit();
    let proof = accounts::set_up(&visit.domain, &visit.actor, form).await?;
    Ok(visit.begin_first_session(proof, Done::to("/admin").saying(Flash::SetUp)).await)
}
