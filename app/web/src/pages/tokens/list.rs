//! `/admin/tokens`: all tokens, of users and of the business.

use frontdesk_domain::tokens;
use frontdesk_model::{
    Page, Permission, Token,
    tokens::{TokenKind, TokenLife, TokensQuery},
    urls,
};
use leptos::prelude::*;

use super::{
    create::{CREATE_TOKEN, create_form, new_token},
    table::table,
};
use crate::{
    context::{RequestContext, context},
    input,
    parts::{
        layout::{Width, page::page},
        tables::pager,
    },
};

#[component]
pub fn Tokens() -> impl IntoView {
    page("Tokens", Width::Wide, async {
        let context = context();
        context.actor.require(Permission::TOKENS_READ)?;
        let query: TokensQuery = input::query(&context.query)?;
        let page = tokens::list(&context, &query).await?;
        let list = list(&context, page, &query);
        Ok(view! { <h1>"Tokens"</h1>{new_token(&context)}{service_token(&context)}{filters(&query)}{list} })
    })
}

/// The form for a token of the business.
fn service_token(context: &RequestContext) -> Option<impl IntoView + use<>> {
    let came_back = context.refused_form(CREATE_TOKEN).is_some();
    let held = context.actor.permissions();
    context.may(Permission::TOKENS_MANAGE).then(|| {
        view! {
            <details open=came_back>
                <summary>"Make a service token…"</summary>
                <div class="stack">
                    <p>"It acts for the business and not for you, and is there until it ends or somebody revokes it."</p>
                    {create_form(TokenKind::Service, held)}
                </div>
            </details>
        }
    })
}

fn filters(query: &TokensQuery) -> impl IntoView + use<> {
    let kind = query.kind.map_or("", TokenKind::as_str);
    let life = query.life.map_or("", TokenLife::as_str);
    let kinds = [("", "Any"), ("personal", "People"), ("service", "The business")];
    let lives = [("", "Any"), ("live", "Live"), ("ended", "Ended")];
    view! {
        <form class="filters" method="get" action=urls::TOKENS.path() role="search" aria-label="Filter tokens">
            <div class="field">
                <label for="kind">"Acts for"</label>
                <select id="kind" name="kind">
                    {kinds.map(|(value, name)| view! { <option value=value selected=value == kind>{name}</option> })}
                </select>
            </div>
            <div class="field">
                <label for="life">"State"</label>
                <select id="life" name="life">
                    {lives.map(|(value, name)| view! { <option value=value selected=value == life>{name}</option> })}
                </select>
            </div>
            // A way in from a user's page, to go on with until it is cleared.
            {query.owner.map(|id| view! { <input type="hidden" name="owner" value=id.to_string()/> })}
            <div class="buttons"><button>"Apply"</button><a href=urls::TOKENS.path()>"Clear"</a></div>
        </form>
    }
}

fn list(context: &RequestContext, page: Page<Token>, query: &TokensQuery) -> AnyView {
    if page.items.is_empty() {
        return view! {
            <div class="empty">
                <h2>"No tokens here"</h2>
                <p>"Tokens let programs use the API. People make their own under “Security” of their account."</p>
            </div>
        }
        .into_any();
    }
    let of_one = query.owner.and_then(|_| page.items.first()?.owner.clone()).map(|owner| {
        view! {
            <p class="muted">"Those of "<a href=urls::USER.of(owner.id)>{owner.name}</a>"."</p>
        }
    });
    let caption = match query.life {
        None => "Tokens, the newest first",
        Some(TokenLife::Live) => "Tokens, those that end first at the top",
        Some(TokenLife::Ended) => "Tokens, those that ended last at the top",
    };
    let pager = pager(&page, "token", "tokens");
    let manages = context.may(Permission::TOKENS_MANAGE);
    let (held, me) = (context.actor.permissions(), context.actor.user());
    // The use case also compares with what a person holds, which a row does not know.
    let may_revoke = |token: &Token| match &token.owner {
        Some(owner) => manages || Some(owner.id) == me,
        None => manages && held.covers(token.permissions),
    };
    view! { {of_one}{table(page.items, caption, true, may_revoke)}{pager} }.into_any()
}
