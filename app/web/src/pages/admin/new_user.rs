//! `/admin/users/new`: staff make an account for somebody else.

use frontdesk_domain::accounts;
use frontdesk_model::{
    Code, Email, Flash, Permission, Problem, forms,
    user::{Status, User},
};
use leptos::prelude::*;

use crate::{
    parts::{
        form::{EmailField, Field, Form},
        layout::Width,
        page::page,
        words::{Moment, StatusPill},
    },
    post::{Done, HtmlForm, Posted, Refusal},
    visit::{Visit, visit},
};

const ACTION: &str = "/fn/create_user";

#[component]
pub fn NewUser() -> impl IntoView {
    page("Create user", Width::Narrow, async {
        let visit = visit();
        visit.actor.require(Permission::UsersCreate)?;
        let holder = holder(&visit).await?;
        Ok(view! {
            <nav class="crumbs" aria-label="Breadcrumb"><ol>
                <li><a href="/admin/users">"Users"</a></li>
                <li aria-current="page">"Create user"</li>
            </ol></nav>
            <h1>"Create user"</h1>
            {holder.map(taken)}
            <p>"You get a link to send them. With it they choose their own password."</p>
            <Form action=ACTION>
                <Field action=ACTION name="name" label="Name"/>
                <EmailField action=ACTION hint="They sign in with it."/>
                <div class="buttons"><button class="primary">"Create user"</button><a href="/admin/users">"Cancel"</a></div>
            </Form>
        })
    })
}

/// Who has the address of a form that was refused because somebody has it.
async fn holder(visit: &Visit) -> Result<Option<User>, Problem> {
    let refused = visit.refused_at(ACTION).filter(|refused| refused.problem.error == Code::EmailExists);
    let typed = refused.and_then(|refused| refused.typed.iter().find(|(name, _)| name == "email"));
    match typed.and_then(|(_, typed)| Email::parse(typed).ok()) {
        Some(email) if visit.may(Permission::UsersRead) => {
            match accounts::by_email(&visit.domain, &visit.actor, &email).await {
                Ok(user) => Ok(Some(user)),
                Err(accounts::Error::NoSuchUser) => Ok(None),
                Err(error) => Err(error.into()),
            }
        }
        _ => Ok(None),
    }
}

/// Leads to whoever has the address. Most often it is the one who was created a moment ago: the
/// answer to that had their link, and whoever loads that answer again sends the form again.
fn taken(user: User) -> impl IntoView {
    let advice = match user.status {
        Status::Active if !user.has_password => {
            "If you have just created them and loaded the page again: they are there, once, and their link is not \
             shown twice. Make a new one on their page."
        }
        Status::Active | Status::Suspended => "On their page you see what can be done for them.",
        Status::Removed => {
            "They are removed, and their address stays theirs. You can restore them on their page."
        }
    };
    view! {
        <section class="card" aria-labelledby="taken">
            <h2 id="taken">"Who has this address"</h2>
            <p>
                <a href=format!("/admin/users/{}", user.id)>{user.name}</a>" "<StatusPill status=user.status/>
                ", joined "<Moment at=user.joined_at/>
            </p>
            <p>{advice}</p>
        </section>
    }
}

#[server(name = PostCreateUser, endpoint = "create_user", input = HtmlForm, custom = Posted, input_derive = (serde::Deserialize,))]
pub async fn create_user(form: forms::CreateUser) -> Result<Done, Refusal> {
    let visit = visit();
    let (user, link) = accounts::create(&visit.domain, &visit.actor, form).await?;
    Ok(Done::to(format!("/admin/users/{}", user.id)).saying(Flash::UserCreated).showing(&link))
}
