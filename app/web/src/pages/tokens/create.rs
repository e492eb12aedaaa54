//! Creating a token: the form, and the answer that shows the token once.

use frontdesk_domain::tokens;
use frontdesk_model::{
    Permissions,
    tokens::{CreateTokenInPerson, DEFAULT_DAYS, TokenKind},
    urls,
};
use leptos::{either::Either, prelude::*};

use super::TOKEN_CREATED;
use crate::{
    context::{RequestContext, context},
    form::{Access, FormProtocol, FormResult, FormRoute, Limit, Refusal},
    parts::{
        forms::{
            Form, Hidden,
            choice::{Boxes, Select},
            field::Field,
            password::{Password as Which, PasswordField},
        },
        shown_once::ShownOnce,
    },
};

pub const CREATE_TOKEN: &FormRoute =
    &FormRoute::of::<PostCreateToken>(urls::forms::CREATE_TOKEN, urls::ACCOUNT_SECURITY, Access::SignedIn)
        .limit(Limit::SignIn)
        .hashes_password()
        .secret_fields(&["current"]);

/// Lifetimes to choose from; see [`frontdesk_model::tokens::Expiry`].
const EXPIRIES: [(&str, &str); 5] = [
    ("7d", "In a week"),
    ("30d", "In 30 days"),
    ("90d", "In 90 days"),
    ("180d", "In 180 days"),
    ("365d", "In a year"),
];
const DEFAULT: &str = "90d";
const _: () = assert!(DEFAULT_DAYS == 90);

/// The token that was just created: in this answer and in no other.
pub fn new_token(context: &RequestContext) -> Option<impl IntoView + use<>> {
    let secret = context.secret.as_ref()?.expose().to_owned();
    Some(view! {
        <ShownOnce title="Your new token" secret>
            "Copy it to where it is used. It is not shown again, and who has it can do what it may. Programs send it as "
            <code>"Authorization: Bearer …"</code>"."
        </ShownOnce>
    })
}

/// The form, with the permissions that its actor may give.
pub fn create_form(kind: TokenKind, held: Permissions) -> impl IntoView {
    let mut expiries = EXPIRIES.to_vec();
    if kind == TokenKind::Service {
        expiries.push(("never", "Never: only for what is looked after"));
    }
    let boxes: Vec<_> = held.iter().map(|one| (one.as_str(), one.about())).collect();
    let permissions = if boxes.is_empty() {
        Either::Left(
            view! { <p class="muted" id="permissions" tabindex="-1">"It can read your own account, and nothing else."</p> },
        )
    } else {
        let hint = match kind {
            TokenKind::Personal => {
                "Without any, it reads your own account and nothing else. It can never do more than you may yourself."
            }
            TokenKind::Service => "It keeps them when you lose them, or leave.",
        };
        Either::Right(view! {
            <Boxes form=CREATE_TOKEN name="permissions" legend="What it may do" hint options=boxes/>
        })
    };
    view! {
        <Form form=CREATE_TOKEN>
            <Hidden name="kind" value=kind.as_str()/>
            <Field form=CREATE_TOKEN name="name" label="Name" autocomplete="off" hint="What it is for, such as “nightly export”."/>
            <Select form=CREATE_TOKEN name="expires" label="Ends" options=expiries value=DEFAULT/>
            {permissions}
            <PasswordField form=CREATE_TOKEN which=Which::Current/>
            <div class="buttons"><button class="primary">"Make token"</button></div>
        </Form>
    }
}

#[server(name = PostCreateToken, endpoint = "create_token", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn create_token(form: CreateTokenInPerson) -> Result<FormResult, Refusal> {
    let context = context();
    let page = match form.kind {
        TokenKind::Personal => urls::ACCOUNT_SECURITY.path(),
        TokenKind::Service => urls::TOKENS.path(),
    };
    let (form, password) = form.split();
    let created = tokens::create_in_person(&context, form, password).await?;
    Ok(FormResult::to(page).with_flash(TOKEN_CREATED).with_secret(created.text.secret()))
}
