//! `/admin/users/new`: staff create an account for another person.

use frontdesk_domain::users;
use frontdesk_model::{
    Code, Permission, Problem,
    email_lookup::Lookup,
    urls,
    users::{CreateUser, Status, User},
};
use leptos::prelude::*;

use super::USER_CREATED;
use crate::{
    context::{RequestContext, context},
    form::{Access, FormProtocol, FormResult, FormRoute, Refusal},
    parts::{
        forms::{
            Form,
            field::{EmailField, Field},
        },
        layout::{Width, page::page},
        words::{Moment, StatusPill},
    },
};

pub const CREATE_USER: &FormRoute = &FormRoute::of::<PostCreateUser>(
    urls::forms::CREATE_USER,
    urls::NEW_USER,
    Access::Permission(Permission::USERS_CREATE),
);

#[component]
pub fn NewUser() -> impl IntoView {
    page("Create user", Width::Narrow, async {
        let context = context();
        context.actor.require(Permission::USERS_CREATE)?;
        let holder = holder(&context).await?;
        Ok(view! {
            <nav class="crumbs" aria-label="Breadcrumb"><ol>
                <li><a href=urls::USERS.path()>"Users"</a></li>
                <li aria-current="page">"Create user"</li>
            </ol></nav>
            <h1>"Create user"</h1>
            {holder.map(taken)}
            <p>"You get a link to send them. With it they choose their own password."</p>
            <Form form=CREATE_USER>
                <Field form=CREATE_USER name="name" label="Name"/>
                <EmailField form=CREATE_USER hint="They sign in with it."/>
                <div class="buttons"><button class="primary">"Create user"</button><a href=urls::USERS.path()>"Cancel"</a></div>
            </Form>
        })
    })
}

/// The user who has the e-mail address of a form that was refused with `EMAIL_EXISTS`.
async fn holder(context: &RequestContext) -> Result<Option<User>, Problem> {
    let refused =
        context.refused_form(CREATE_USER).filter(|refused| refused.problem.error == Code::EmailExists);
    let typed = refused.and_then(|refused| refused.fields.iter().find(|(name, _)| name == "email"));
    match typed.map(|(_, typed)| Lookup::of(typed)) {
        Some(email) if context.may(Permission::USERS_READ) => match users::by_email(context, &email).await {
            Ok(user) => Ok(Some(user)),
            Err(users::Error::NoSuchUser) => Ok(None),
            Err(error) => Err(error.into()),
        },
        _ => Ok(None),
    }
}

/// Links to the user who has the address. Most often they were created a moment ago: the
/// answer to that had their link, and reloading that answer sends the form again.
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
                <a href=urls::USER.of(user.id)>{user.name}</a>" "<StatusPill status=user.status/>
                ", joined "<Moment at=user.joined_at/>
            </p>
            <p>{advice}</p>
        </section>
    }
}

#[server(name = PostCreateUser, endpoint = "create_user", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn create_user(form: CreateUser) -> Result<FormResult, Refusal> {
    let context = context();
    let (user, link) = users::create(&context, form).await?;
    Ok(FormResult::to(urls::USER.of(user.id)).with_flash(USER_CREATED).with_secret(&link))
}
