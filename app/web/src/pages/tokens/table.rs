//! The table of tokens.

use frontdesk_model::{
    Token,
    tokens::{TokenKind, TokenState},
    urls,
};
use leptos::{either::Either, prelude::*};

use super::revoke::revoke;
use crate::parts::words::Moment;

/// More permissions than this are folded.
const UNFOLDED: usize = 3;

/// Tokens, a row each. `owners` adds the column of their owners, `may_revoke` the form that revokes one.
pub fn table(
    tokens: Vec<Token>,
    caption: &'static str,
    owners: bool,
    may_revoke: impl Fn(&Token) -> bool,
) -> impl IntoView {
    let rows: Vec<_> = tokens
        .into_iter()
        .map(|token| {
            let revoke = may_revoke(&token).then(|| revoke(&token));
            row(token, owners, revoke)
        })
        .collect();
    view! {
        <table class="list">
            <caption class="sr">{caption}</caption>
            <thead><tr>
                <th scope="col">"Name"</th>
                {owners.then(|| view! { <th scope="col">"Acts for"</th> })}
                <th scope="col">"May"</th>
                <th scope="col">"State"</th>
                <th scope="col">"Ends"</th>
                <th scope="col">"Last used"</th>
                <th scope="col"><span class="sr">"What you can do"</span></th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

fn row(token: Token, owners: bool, revoke: Option<impl IntoView + 'static>) -> impl IntoView {
    let acts_for = owners.then(|| {
        let owner = match &token.owner {
            Some(owner) => Either::Left(view! { <a href=urls::USER.of(owner.id)>{owner.name.clone()}</a> }),
            None => Either::Right("The business"),
        };
        view! { <td data-label="Acts for">{owner}</td> }
    });
    let moment = |at: Option<_>, none: &'static str| match at {
        Some(at) => Either::Left(view! { <Moment at/> }),
        None => Either::Right(view! { <span class="muted">{none}</span> }),
    };
    view! {
        <tr>
            <th scope="row"><div>{token.name.clone()}<p class="small"><code>{token.hint.clone()}"…"</code></p></div></th>
            {acts_for}
            <td data-label="May">{permissions(&token)}</td>
            <td data-label="State">{pill(token.state)}</td>
            <td data-label="Ends">{moment(token.ends_at(), "Never")}</td>
            <td data-label="Last used">{moment(token.last_used_at, "Never")}</td>
            <td>{revoke}</td>
        </tr>
    }
}

fn permissions(token: &Token) -> impl IntoView + use<> {
    let names: Vec<&str> = token.permissions.iter().map(|one| one.as_str()).collect();
    let count = names.len();
    let none = match token.kind {
        TokenKind::Personal => "Read their own account",
        TokenKind::Service => "Nothing",
    };
    let all = if names.is_empty() { none.to_owned() } else { names.join(", ") };
    if count > UNFOLDED {
        Either::Left(
            view! { <details><summary>{format!("{count} permissions")}</summary><p>{all}</p></details> },
        )
    } else {
        Either::Right(all)
    }
}

fn pill(state: TokenState) -> impl IntoView {
    let (class, word) = match state {
        TokenState::Live => ("pill good", "Live"),
        TokenState::Paused => ("pill warn", "Paused"),
        TokenState::Expired => ("pill", "Expired"),
        TokenState::Revoked => ("pill", "Revoked"),
    };
    view! { <span class=class>{word}</span> }
}
