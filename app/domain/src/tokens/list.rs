//! The lists of tokens: by id, newest first, or by when a token ends, where the live and the ended are
//! the two sides of now.

use frontdesk_model::{
    Code, Page, Permission, Problem, Timestamp, Token, TokenId,
    audit::Action,
    page::Key,
    tokens::{TokenKind, TokenLife, TokensQuery},
};
use uuid::Uuid;

use super::{
    Error,
    sql::{self, TokenRow, columns},
};
use crate::{
    Context, Domain, audit,
    list::{By, Filter, Join, List, Place, Predicate, Sort, Spec, Walk},
    params,
};

const SORTS: &[&str] = &["created", "end"];

pub static LIST: List = List::new(Spec {
    name: "db.tokens.list",
    table: ("tokens", "t"),
    columns: columns!(),
    joins: &[Join { outer: true, table: ("users", "u"), on: "u.id = t.owner_id" }],
    filters: &[
        Filter::all("all", &[], &["created"]),
        // By their end, a walk for each kind: SQLite may walk the index of both kinds and sort, even if another index
        // has the order.
        Filter {
            any: &[&[Predicate::Literal("t.kind = 'personal'")], &[Predicate::Literal("t.kind = 'service'")]],
            ..Filter::all("kinds", &[], &["end"])
        },
        Filter::all("kind", &[Predicate::Is("kind")], SORTS),
        Filter::all("owner", &[Predicate::Is("owner_id")], SORTS),
    ],
    sorts: &[
        Sort { name: "created", by: By::Id, has_range: true },
        Sort { name: "end", by: By::Number("ends_at"), has_range: true },
    ],
    ..Spec::EMPTY
});

/// A page of all tokens.
///
/// # Errors
/// [`Error::Denied`] without `tokens:read`; [`Error::ForeignCursor`].
#[tracing::instrument(name = "tokens.list", skip_all)]
pub async fn list(ctx: &Context, query: &TokensQuery) -> Result<Page<Token>, Error> {
    ctx.actor.require(Permission::TOKENS_READ)?;
    page(ctx, query).await
}

/// A page of one's own tokens; an `owner` in the query is ignored.
///
/// # Errors
/// [`Error::Denied`] without an account; [`Error::ForeignCursor`].
#[tracing::instrument(name = "tokens.list_mine", skip_all)]
pub async fn list_mine(ctx: &Context, query: &TokensQuery) -> Result<Page<Token>, Error> {
    let owner = Some(ctx.actor.require_user()?);
    page(ctx, &TokensQuery { owner, ..query.clone() }).await
}

/// Reads a token: one's own, one that the actor created and may still create, or any with `tokens:read`.
///
/// # Errors
/// [`Error::NoSuchToken`], also if the actor may not see it; [`Error::Denied`] for anonymous actors.
#[tracing::instrument(name = "tokens.get", skip_all)]
pub async fn get(ctx: &Context, id: TokenId) -> Result<Token, Error> {
    let itself = ctx.actor.token().is_some_and(|bearer| bearer.id == id);
    let only_manages = ctx.actor.may(Permission::TOKENS_MANAGE) && !ctx.actor.may(Permission::TOKENS_READ);
    let is_open = itself || (only_manages && audit::is_maker(ctx, Action::TOKEN_CREATED, id, None).await?);
    if ctx.actor.user().is_none() && !is_open {
        ctx.actor.require(Permission::TOKENS_READ)?;
    }
    let token = sql::by_id(&ctx.db, id, ctx.clock.now()).await?;
    let may_see = |token: &Token| {
        let owner = token.owner.as_ref().map(|owner| owner.id);
        is_open || (owner.is_some() && owner == ctx.actor.user()) || ctx.actor.may(Permission::TOKENS_READ)
    };
    match token {
        Some(token) if may_see(&token) => Ok(token),
        Some(token) => {
            ctx.actor.log_refusal(Permission::TOKENS_READ.as_str(), ("token", token.id.0));
            Err(Error::NoSuchToken)
        }
        None => Err(Error::NoSuchToken),
    }
}

async fn page(domain: &Domain, query: &TokensQuery) -> Result<Page<Token>, Error> {
    if query.life.is_some() && !query.created.is_empty() {
        let why = "Leave out life: such a list is sorted by when tokens end";
        return Err(Error::Invalid(Problem::new(Code::ValidationError).fault("created", "mixed", why)));
    }
    let list = list_name(query);
    let sort = if query.life.is_some() { "end" } else { "created" };
    let cursor = LIST.cursor(query.cursor.as_deref(), &list, sort)?;
    let walk = match (query.owner, query.kind) {
        // Service tokens have no owner.
        (Some(_), Some(TokenKind::Service)) => return Ok(Page { items: Vec::new(), next: None, prev: None }),
        (Some(owner), _) => Walk::of("owner", params![owner]),
        (None, Some(kind)) => Walk::of("kind", params![kind.as_str()]),
        (None, None) if query.life.is_some() => Walk::of("kinds", params![]),
        (None, None) => Walk::of("all", params![]),
    };
    let now = domain.clock.now();
    let border = Place::new(now.micros(), Uuid::max());
    // Both begin at now and walk away from it: to the token that ends last, to the one that ended first.
    let walk = match query.life {
        None => walk.sorted(sort, true).within(&query.created, By::Id),
        Some(TokenLife::Live) => walk.sorted(sort, false).after(border),
        Some(TokenLife::Ended) => walk.sorted(sort, true).before(border),
    };
    let limit = query.limit.unwrap_or_default();
    // A token that ended after the cursor was created is no longer active.
    let rows: Vec<TokenRow> = LIST.read(&domain.db, walk.from(cursor.as_ref()).limit(limit)).await?;
    let tokens = rows.into_iter().map(|row| row.token(now)).collect();
    let place = |token: &Token| {
        let key = if query.life.is_some() { end(token) } else { 0 };
        (Key::Number(key), token.id.0)
    };
    Ok(Page::of_probe(tokens, limit, &list, cursor.as_ref(), place))
}

fn end(token: &Token) -> i64 {
    token.ends_at().map_or(i64::MAX, Timestamp::micros)
}

/// Name of the list with its filters, so that a cursor is valid only in the list that it came from.
fn list_name(query: &TokensQuery) -> String {
    let filters = TokensQuery { limit: None, cursor: None, ..query.clone() };
    format!("tokens:{}", serde_json::to_string(&filters).unwrap_or_default())
}
