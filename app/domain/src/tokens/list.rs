//! The lists of tokens. Each walks an index: by id, newest first, or by when a token ends, where
//! the live and the ended are the two sides of now.

use frontdesk_model::{
    Cursor, Page, Permission, Timestamp, Token, TokenId,
    page::{ForeignCursor, Key},
    query::TokensQuery,
    token::{TokenKind, TokenLife},
};
use uuid::Uuid;

use super::{
    Error,
    sql::{self, TokenRow, columns},
};
use crate::{
    Domain,
    actor::Actor,
    db::{Sql, Value},
    params,
};

macro_rules! page {
    ($which:literal, $walk:literal, $range:literal, $filter:literal, $order:literal, $limit:literal) => {
        Sql::new(
            concat!("db.tokens.PAGE.", $which, ".", $walk),
            concat!(
                "SELECT ",
                columns!(),
                " FROM (SELECT * FROM tokens t WHERE ",
                $range,
                $filter,
                " ORDER BY ",
                $order,
                " LIMIT CAST(",
                $limit,
                " AS BIGINT)) t LEFT JOIN users u ON u.id = t.owner_id ORDER BY ",
                $order
            ),
        )
    };
}

/// By id and by end, each ascending and descending. `$by_id` and `$by_end` are the same filter.
macro_rules! walks {
    ($which:literal, $by_id:literal, $by_end:literal) => {
        Walks {
            by_id: [
                page!($which, "id.ASC", "t.id > $1", $by_id, "t.id", "$2"),
                page!($which, "id.DESC", "t.id < $1", $by_id, "t.id DESC", "$2"),
            ],
            by_end: [
                walks!($which, "end.ASC", $by_end, "t.ends_at, t.id"),
                walks!($which, "end.DESC", $by_end, "t.ends_at DESC, t.id DESC"),
            ],
        }
    };
    ($which:literal, $walk:literal, $filter:literal, $order:literal) => {
        page!(
            $which,
            $walk,
            "(t.ends_at, t.id) > ($1, $2) AND (t.ends_at, t.id) < ($3, $4)",
            $filter,
            $order,
            "$5"
        )
    };
}

struct Walks {
    by_id: [Sql; 2],
    by_end: [Sql; 2],
}

const ALL: Walks = walks!("all", "", "");
const OF_KIND: Walks = walks!("kind", " AND t.kind = $3", " AND t.kind = $6");
const OF_OWNER: Walks = walks!("owner", " AND t.owner_id = $3", " AND t.owner_id = $6");

/// Every statement that the list can be, for the tests that prepare them and look at their plans.
pub fn list_statements() -> impl Iterator<Item = Sql> {
    [ALL, OF_KIND, OF_OWNER].into_iter().flat_map(|walks| walks.by_id.into_iter().chain(walks.by_end))
}

/// A page of all tokens.
///
/// # Errors
/// [`Error::Denied`] without `tokens:read`; [`Error::ForeignCursor`].
#[tracing::instrument(name = "tokens.list", skip_all)]
pub async fn list(domain: &Domain, actor: &Actor, query: &TokensQuery) -> Result<Page<Token>, Error> {
    actor.require(Permission::TokensRead)?;
    page(domain, query).await
}

/// A page of one's own tokens; an `owner` in the query is oneself, whoever it names.
///
/// # Errors
/// [`Error::Denied`] for who has no account; [`Error::ForeignCursor`].
#[tracing::instrument(name = "tokens.list_mine", skip_all)]
pub async fn list_mine(domain: &Domain, actor: &Actor, query: &TokensQuery) -> Result<Page<Token>, Error> {
    let owner = Some(actor.require_user()?);
    page(domain, &TokensQuery { owner, ..query.clone() }).await
}

/// One token: one's own, or any with `tokens:read`.
///
/// # Errors
/// [`Error::NoSuchToken`], also for who may not see it; [`Error::Denied`] for who is nobody.
#[tracing::instrument(name = "tokens.get", skip_all)]
pub async fn get(domain: &Domain, actor: &Actor, id: TokenId) -> Result<Token, Error> {
    let itself = actor.token().is_some_and(|bearer| bearer.id == id);
    if actor.user().is_none() && !itself {
        actor.require(Permission::TokensRead)?;
    }
    let token = sql::read_by_id(&domain.db, id, domain.clock.now()).await?;
    let may_see = |token: &Token| {
        let owner = token.owner.as_ref().map(|owner| owner.id);
        itself || (owner.is_some() && owner == actor.user()) || actor.may(Permission::TokensRead)
    };
    token.filter(may_see).ok_or(Error::NoSuchToken)
}

async fn page(domain: &Domain, query: &TokensQuery) -> Result<Page<Token>, Error> {
    let list = list_name(query);
    let cursor = query.cursor.as_deref().map(|text| Cursor::decode(text, &list)).transpose()?;
    let (walks, filter): (_, Option<Value>) = match (query.owner, query.kind) {
        // Nobody owns a service token.
        (Some(_), Some(TokenKind::Service)) => return Ok(Page { items: Vec::new(), next: None, prev: None }),
        (Some(owner), _) => (OF_OWNER, Some(owner.into())),
        (None, Some(kind)) => (OF_KIND, Some(kind.as_str().into())),
        (None, None) => (ALL, None),
    };
    let limit = query.limit.unwrap_or_default();
    let now = domain.clock.now();
    let (sql, mut params) = match query.life {
        None => by_id(&walks, cursor.as_ref(), limit.probe()),
        Some(life) => by_end(&walks, life, cursor.as_ref(), now, limit.probe())?,
    };
    params.extend(filter);
    let rows: Vec<TokenRow> = domain.db.all(sql, params).await?;
    let tokens = rows.into_iter().map(|row| row.token(now)).collect();
    let place = |token: &Token| {
        let key = if query.life.is_some() { end(token) } else { 0 };
        (Key::Number(key), token.id.0)
    };
    Ok(Page::of_probe(tokens, limit, &list, cursor.as_ref(), place))
}

/// Newest first.
fn by_id(walks: &Walks, cursor: Option<&Cursor>, limit: i64) -> (Sql, Vec<Value>) {
    let descending = !cursor.is_some_and(|cursor| cursor.backwards);
    let from = cursor.map_or(Uuid::max(), |cursor| cursor.id);
    (walks.by_id[usize::from(descending)], params![from, limit])
}

/// The live by who ends first, the ended by who ended last: both begin at now and walk away from it.
fn by_end(
    walks: &Walks,
    life: TokenLife,
    cursor: Option<&Cursor>,
    now: Timestamp,
    limit: i64,
) -> Result<(Sql, Vec<Value>), Error> {
    let now = (now.micros(), Uuid::max());
    let (mut lower, mut upper) = match life {
        TokenLife::Live => (now, (i64::MAX, Uuid::max())),
        TokenLife::Ended => ((i64::MIN, Uuid::nil()), now),
    };
    let backwards = cursor.is_some_and(|cursor| cursor.backwards);
    let descending = (life == TokenLife::Ended) != backwards;
    if let Some(cursor) = cursor {
        let Key::Number(key) = cursor.key else { return Err(ForeignCursor.into()) };
        // What ended since the cursor was made is no longer among the live.
        if descending {
            upper = upper.min((key, cursor.id));
        } else {
            lower = lower.max((key, cursor.id));
        }
    }
    let params = params![lower.0, lower.1, upper.0, upper.1, limit];
    Ok((walks.by_end[usize::from(descending)], params))
}

fn end(token: &Token) -> i64 {
    token.ends_at().map_or(i64::MAX, Timestamp::micros)
}

/// Names the list by its filters, so that a cursor leads on only where it came from.
fn list_name(query: &TokensQuery) -> String {
    let filters = TokensQuery { limit: None, cursor: None, ..query.clone() };
    format!("tokens:{}", serde_json::to_string(&filters).unwrap_or_default())
}
