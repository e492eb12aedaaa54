//! `/signup`: a visitor makes an account and is signed in.

use frontdesk_domain::accounts;
use frontdesk_model::{Flash, forms};
use leptos::prelude::*;

use crate::{
    parts::{
        form::{EmailField, Field, Form, Password, PasswordField},
        layout::Width,
        page::{page, redirect},
    },
    post::{Done, HtmlForm, Posted, Refusal},
    visit::visit,
};

const ACTION: &str = "/fn/sign_up";

#[component]
pub fn SignUp() -> impl IntoView {
    // Also after a form that was sent twice: the second is refused, and is of no interest.
    if visit().actor.person().is_some() {
        redirect("/account");
    }
    page("Sign up", Width::Narrow, async {
        Ok(view! {
            <h1>"Sign up"</h1>
            <Form action=ACTION>
                <Field action=ACTION name="name" label="Name" autocomplete="name"
                    hint="As you want to be addressed."/>
                <EmailField action=ACTION hint="You sign in with it."/>
                <PasswordField action=ACTION which=Password::New/>
                <div class="buttons"><button class="primary">"Sign up"</button><a href="/login">"Sign in instead"</a></div>
            </Form>
        })
    })
}

#[server(name = PostSignUp, endpoint = "sign_up", input = HtmlForm, custom = Posted, input_derive = (serde::Deserialize,))]
pub async fn sign_up(form: forms::SignUp) -> Result<Done, Refusal> {
    let visit = visit();
    let proof = accounts::register(&visit.domain, &visit.actor, form).await?;
    Ok(visit.begin_first_session(proof, Done::to("/account").saying(Flash::SignedUp)).await)
}
