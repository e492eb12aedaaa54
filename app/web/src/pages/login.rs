//! `/login` and `/logout`.

use frontdesk_domain::sessions;
use frontdesk_model::{Flash, forms};
use leptos::prelude::*;

use crate::{
    parts::{
        form::{EmailField, Form, Hidden, Password, PasswordField},
        layout::Width,
        page::{page, redirect},
    },
    post::{Done, HtmlForm, Posted, Refusal},
    visit::visit,
};

const ACTION: &str = "/fn/sign_in";

#[component]
pub fn Login() -> impl IntoView {
    let visit = visit();
    let next = visit.parameter("next");
    // What was refused is told, also to who is signed in by now, in another window.
    if visit.actor.person().is_some() && visit.refused.is_none() {
        redirect(forms::next_path(&next).unwrap_or("/account"));
    }
    page("Sign in", Width::Narrow, async move {
        Ok(view! {
            <h1>"Sign in"</h1>
            <Form action=ACTION>
                <Hidden name="next" value=next/>
                <EmailField action=ACTION/>
                <PasswordField action=ACTION which=Password::Known/>
                <div class="buttons"><button class="primary">"Sign in"</button><a href="/signup">"Sign up instead"</a></div>
            </Form>
        })
    })
}

#[server(name = PostSignIn, endpoint = "sign_in", input = HtmlForm, custom = Posted, input_derive = (serde::Deserialize,))]
pub async fn sign_in(form: forms::SignIn) -> Result<Done, Refusal> {
    let visit = visit();
    let next = form.next.clone();
    let proof = sessions::sign_in(&visit.domain, &visit.actor, form).await?;
    visit.begin_session(proof).await?;
    Ok(Done::to(forms::next_path(&next).unwrap_or("/account")).saying(Flash::SignedIn))
}

#[server(name = PostSignOut, prefix = "", endpoint = "logout", input = HtmlForm, custom = Posted, input_derive = (serde::Deserialize,))]
pub async fn sign_out(form: forms::SignOut) -> Result<Done, Refusal> {
    let forms::SignOut {} = form;
    visit().end_session().await?;
    Ok(Done { forget: true, ..Done::to("/login").saying(Flash::SignedOut) })
}
