//! `/account/security`: one's own password, sessions and tokens.

use frontdesk_domain::{actor::Denied, sessions, tokens};
use frontdesk_model::{
    Limit, Page, Permissions, SessionId, Token,
    page::MAX_LIMIT,
    sessions::{EndOtherSessions, Session, SessionsQuery},
    tokens::{TokenKind, TokensQuery},
    urls,
};
use leptos::prelude::*;

use super::{OTHERS_ENDED, devices::devices};
use crate::{
    context::context,
    form::{Access, FormProtocol, FormResult, FormRoute, Refusal},
    input,
    pages::tokens::{
        create::{create_form, new_token},
        table::table,
    },
    parts::{
        forms::Form,
        layout::{Width, page::page},
        tables::pager,
    },
};

pub const END_OTHER_SESSIONS: &FormRoute = &FormRoute::of::<PostEndOtherSessions>(
    urls::forms::END_OTHER_SESSIONS,
    urls::ACCOUNT_SECURITY,
    Access::SignedIn,
);

#[component]
pub fn Security() -> impl IntoView {
    page("Security", Width::Wide, async {
        let context = context();
        let here = context.actor.person().ok_or(Denied::Anonymous)?.session;
        let query: TokensQuery = input::query(&context.query)?;
        let newest = SessionsQuery { limit: Limit::new(MAX_LIMIT), cursor: None };
        let sessions = sessions::list_mine(&context, &newest).await?;
        let tokens = tokens::list_mine(&context, &query).await?;
        Ok(view! {
            <nav class="crumbs" aria-label="Breadcrumb"><ol>
                <li><a href=urls::ACCOUNT.path()>"Your account"</a></li>
                <li aria-current="page">"Security"</li>
            </ol></nav>
            <h1>"Security"</h1>
            {new_token(&context)}
            {password()}
            {signed_in(sessions, here)}
            {own_tokens(tokens)}
            {personal_token(context.actor.permissions())}
        })
    })
}

fn password() -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="password">
            <h2 id="password">"Password"</h2>
            <p>"If somebody else may know it, change it: that also signs out all your other devices."</p>
            <div class="buttons"><a class="button" href=urls::ACCOUNT_PASSWORD.path()>"Change password"</a></div>
        </section>
    }
}

fn signed_in(sessions: Page<Session>, here: SessionId) -> impl IntoView {
    let others = sessions.items.len() > 1;
    let more = sessions.next.is_some();
    view! {
        <section class="card" aria-labelledby="devices">
            <h2 id="devices">"Where you are signed in"</h2>
            {more.then(|| view! { <p class="muted">{format!("These are the newest {MAX_LIMIT}.")}</p> })}
            {devices(sessions.items, Some(here), true)}
            {others.then(|| view! {
                <Form form=END_OTHER_SESSIONS class=""><button>"Sign out all other devices"</button></Form>
            })}
        </section>
    }
}

fn own_tokens(tokens: Page<Token>) -> impl IntoView {
    let list = if tokens.items.is_empty() {
        view! { <p class="muted">"You have none. A token lets a program use the API in your name, without your password."</p> }
            .into_any()
    } else {
        let pager = pager(&tokens, "token", "tokens");
        view! { {table(tokens.items, "Your tokens, the newest first", false, |_| true)}{pager} }.into_any()
    };
    view! {
        <section class="stack" aria-labelledby="tokens">
            <h2 id="tokens">"Your tokens"</h2>
            {list}
        </section>
    }
}

fn personal_token(held: Permissions) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="new-token">
            <h2 id="new-token">"Make a token"</h2>
            {create_form(TokenKind::Personal, held)}
        </section>
    }
}

#[server(name = PostEndOtherSessions, endpoint = "end_other_sessions", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn end_other_sessions(form: EndOtherSessions) -> Result<FormResult, Refusal> {
    let (context, EndOtherSessions {}) = (context(), form);
    sessions::end_others(&context).await?;
    Ok(FormResult::to(urls::ACCOUNT_SECURITY).with_flash(OTHERS_ENDED))
}
