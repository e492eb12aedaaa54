//! `/account/security`: your password, where you are signed in, and the tokens that act for you.

use frontdesk_domain::{actor::Denied, sessions, tokens};
use frontdesk_model::{
    Flash, Limit, Page, Permissions, SessionId, Token, forms,
    page::MAX_LIMIT,
    query::{SessionsQuery, TokensQuery},
    token::TokenKind,
    user::Session,
};
use leptos::prelude::*;

use crate::{
    input,
    parts::{
        devices::devices,
        form::Form,
        layout::Width,
        page::page,
        table::pager,
        tokens::{form, made, table},
    },
    post::{Done, HtmlForm, Posted, Refusal},
    visit::visit,
};

const END_OTHERS: &str = "/fn/end_other_sessions";

#[component]
pub fn Security() -> impl IntoView {
    page("Security", Width::Wide, async {
        let visit = visit();
        let here = visit.actor.person().ok_or(Denied::Anonymous)?.session;
        let query: TokensQuery = input::query(&visit.query)?;
        let newest = SessionsQuery { limit: Limit::new(MAX_LIMIT), cursor: None };
        let sessions = sessions::list_mine(&visit.domain, &visit.actor, &newest).await?;
        let tokens = tokens::list_mine(&visit.domain, &visit.actor, &query).await?;
        Ok(view! {
            <nav class="crumbs" aria-label="Breadcrumb"><ol>
                <li><a href="/account">"Your account"</a></li>
                <li aria-current="page">"Security"</li>
            </ol></nav>
            <h1>"Security"</h1>
            {made(&visit)}
            {password()}
            {signed_in(sessions, here)}
            {own_tokens(tokens)}
            {new_token(visit.actor.permissions())}
        })
    })
}

fn password() -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="password">
            <h2 id="password">"Password"</h2>
            <p>"If somebody else may know it, change it: that also signs out all your other devices."</p>
            <div class="buttons"><a class="button" href="/account/password">"Change password"</a></div>
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
                <Form action=END_OTHERS class=""><button>"Sign out all other devices"</button></Form>
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

fn new_token(held: Permissions) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="new-token">
            <h2 id="new-token">"Make a token"</h2>
            {form(TokenKind::Personal, held)}
        </section>
    }
}

#[server(name = PostEndSession, endpoint = "end_session", input = HtmlForm, custom = Posted, input_derive = (serde::Deserialize,))]
pub async fn end_session(form: forms::EndSession) -> Result<Done, Refusal> {
    let visit = visit();
    sessions::end(&visit.domain, &visit.actor, form).await?;
    Ok(Done::back().saying(Flash::SessionEnded))
}

#[server(name = PostEndOtherSessions, endpoint = "end_other_sessions", input = HtmlForm, custom = Posted, input_derive = (serde::Deserialize,))]
pub async fn end_other_sessions(form: forms::EndOtherSessions) -> Result<Done, Refusal> {
    let (visit, forms::EndOtherSessions {}) = (visit(), form);
    sessions::end_others(&visit.domain, &visit.actor).await?;
    Ok(Done::to("/account/security").saying(Flash::OthersEnded))
}

#[server(name = PostCreateToken, endpoint = "create_token", input = HtmlForm, custom = Posted, input_derive = (serde::Deserialize,))]
pub async fn create_token(form: forms::CreateToken) -> Result<Done, Refusal> {
    let visit = visit();
    let page = match form.kind {
        TokenKind::Personal => "/account/security",
        TokenKind::Service => "/admin/tokens",
    };
    let created = tokens::create(&visit.domain, &visit.actor, form).await?;
    Ok(Done::to(page).saying(Flash::TokenCreated).showing(created.text.secret()))
}

#[server(name = PostRevokeToken, endpoint = "revoke_token", input = HtmlForm, custom = Posted, input_derive = (serde::Deserialize,))]
pub async fn revoke_token(form: forms::RevokeToken) -> Result<Done, Refusal> {
    let visit = visit();
    tokens::revoke(&visit.domain, &visit.actor, form).await?;
    Ok(Done::back().saying(Flash::TokenRevoked))
}
