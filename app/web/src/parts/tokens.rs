//! Tokens: the form that makes one, the answer that shows it, and the table.

use frontdesk_model::{
    Permissions, Token,
    token::{DEFAULT_DAYS, TokenKind, TokenState},
};
use leptos::{either::Either, prelude::*};

use super::{
    choice::{Boxes, Select},
    form::{Field, Form, Hidden},
    once::ShownOnce,
    words::Moment,
};
use crate::visit::Visit;

/// Makes a token.
pub const CREATE: &str = "/fn/create_token";
/// Revokes one.
pub const REVOKE: &str = "/fn/revoke_token";

/// More permissions than this are folded.
const UNFOLDED: usize = 3;

/// What to choose from; see [`frontdesk_model::token::Expiry`].
const EXPIRIES: [(&str, &str); 5] = [
    ("7d", "In a week"),
    ("30d", "In 30 days"),
    ("90d", "In 90 days"),
    ("180d", "In 180 days"),
    ("365d", "In a year"),
];
const DEFAULT: &str = "90d";
const _: () = assert!(DEFAULT_DAYS == 90);

/// The token that was just made: in this answer and in no other.
pub fn made(visit: &Visit) -> Option<impl IntoView + use<>> {
    let secret = visit.secret.as_ref()?.expose().to_owned();
    Some(view! {
        <ShownOnce title="Your new token" secret>
            "Copy it to where it is used. It is not shown again, and who has it can do what it may. Programs send it as "
            <code>"Authorization: Bearer …"</code>"."
        </ShownOnce>
    })
}

/// The form, with what the maker may give.
pub fn form(kind: TokenKind, held: Permissions) -> impl IntoView {
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
            <Boxes action=CREATE name="permissions" legend="What it may do" hint options=boxes/>
        })
    };
    view! {
        <Form action=CREATE>
            <Hidden name="kind" value=kind.as_str()/>
            <Field action=CREATE name="name" label="Name" autocomplete="off" hint="What it is for, such as “nightly export”."/>
            <Select action=CREATE name="expires" label="Ends" options=expiries value=DEFAULT/>
            {permissions}
            <div class="buttons"><button class="primary">"Make token"</button></div>
        </Form>
    }
}

/// Tokens, a row each. `owners` says whose each is; `may_revoke` has a way to end one.
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
            Some(owner) => {
                Either::Left(view! { <a href=format!("/admin/users/{}", owner.id)>{owner.name.clone()}</a> })
            }
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

fn revoke(token: &Token) -> impl IntoView + use<> {
    let live = matches!(token.state, TokenState::Live | TokenState::Paused);
    let (id, name) = (token.id.to_string(), token.name.clone());
    live.then(|| {
        view! {
            <details>
                <summary>"Revoke…"<span class="sr">{format!(" {name}")}</span></summary>
                <Form action=REVOKE>
                    <Hidden name="id" value=id/>
                    <p>"What uses it stops working at once, for good."</p>
                    <div class="buttons"><button class="danger">"Revoke token"<span class="sr">{format!(" {name}")}</span></button></div>
                </Form>
            </details>
        }
    })
}
