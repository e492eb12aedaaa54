//! The list of users: every sort, filter and search walks an index, so a page costs the same
//! wherever it is.
//!
//! A statement is the product of four choices, and there is one static text for each:
//! - **which people**: all but the removed, the active, the suspended, the removed. The literal
//!   predicate is what lets the planner use the partial indexes;
//! - **sort** and **direction** of the walk;
//! - **search**. Few matches are gathered from the e-mail and name indexes, then sorted as asked.
//!   Where there are more than [`FEW`], gathering would cost more the shorter the text is, so the
//!   walk stays inside one index: by name if that is the sort, otherwise by e-mail address, in the
//!   order of that column. Which of the two a search is, its cursor remembers.

use frontdesk_model::{
    Cursor, Page, Permission, Roles, Timestamp, UserId,
    page::{ForeignCursor, Key},
    query::{Search, UserField, UserSort, UsersQuery},
    user::{Status, UserSummary},
};
use uuid::Uuid;

use super::{
    Error,
    sql::{self, roles_column},
};
use crate::{
    Domain,
    actor::Actor,
    db::{self, Db, Sql, Text, Value},
    params,
};

/// Up to this many matches in either column are gathered and sorted, which takes a few milliseconds.
const FEW: i64 = 500;

/// What a [`ListRow`] is read from.
macro_rules! columns {
    ($key:literal) => {
        concat!(
            "u.id, u.name, u.email, u.status, u.joined_at, u.last_seen_at, u.",
            $key,
            " AS sort_key, ",
            roles_column!()
        )
    };
}

macro_rules! order {
    ($key:literal, $order:literal) => {
        concat!(" ORDER BY u.", $key, " ", $order, ", u.id ", $order, " LIMIT CAST($3 AS BIGINT)")
    };
}

macro_rules! page {
    ($name:expr, $which:literal, $key:literal, $order:literal, $than:literal, $also:literal) => {
        Sql::new(
            concat!("db.users.PAGE.", $name, ".", $key, ".", $order),
            concat!(
                "SELECT ",
                columns!($key),
                " FROM users u WHERE ",
                $which,
                " AND (u.",
                $key,
                ", u.id) ",
                $than,
                " ($1, $2)",
                $also,
                order!($key, $order)
            ),
        )
    };
}

/// Ascending, descending.
macro_rules! walks {
    ($name:literal, $which:literal, $key:literal) => {
        [page!($name, $which, $key, "ASC", ">", ""), page!($name, $which, $key, "DESC", "<", "")]
    };
}

/// The same, among few matches.
macro_rules! gathers {
    ($name:literal, $which:literal, $key:literal) => {
        [gathers!($name, $which, $key, "ASC", ">"), gathers!($name, $which, $key, "DESC", "<")]
    };
    ($name:literal, $which:literal, $key:literal, $order:literal, $than:literal) => {
        // CROSS JOIN: SQLite then begins with the matches.
        Sql::new(
            concat!("db.users.FEW.", $name, ".", $key, ".", $order),
            concat!(
                "SELECT ",
                columns!($key),
                " FROM (\
                 SELECT u.id FROM users u WHERE ",
                $which,
                " AND u.email_key >= $4 AND u.email_key < $5 UNION \
                 SELECT u.id FROM users u WHERE ",
                $which,
                " AND u.name_key >= $6 AND u.name_key < $7) AS found \
                 CROSS JOIN users u WHERE u.id = found.id AND (u.",
                $key,
                ", u.id) ",
                $than,
                " ($1, $2)",
                order!($key, $order)
            ),
        )
    };
}

/// All statements for one choice of people.
struct Which {
    all: [[Sql; 2]; 4],
    few: [[Sql; 2]; 4],
    many_by_name: [Sql; 2],
    many_by_email: [Sql; 2],
    count: Sql,
}

macro_rules! which {
    ($name:literal, $which:literal) => {
        Which {
            all: [
                walks!($name, $which, "joined_at"),
                walks!($name, $which, "name_key"),
                walks!($name, $which, "email_key"),
                walks!($name, $which, "last_seen_at"),
            ],
            few: [
                gathers!($name, $which, "joined_at"),
                gathers!($name, $which, "name_key"),
                gathers!($name, $which, "email_key"),
                gathers!($name, $which, "last_seen_at"),
            ],
            many_by_name: [
                page!(concat!($name, ".many"), $which, "name_key", "ASC", ">", " AND u.name_key < $4"),
                page!(concat!($name, ".many"), $which, "name_key", "DESC", "<", " AND u.name_key >= $4"),
            ],
            many_by_email: [
                page!(concat!($name, ".many"), $which, "email_key", "ASC", ">", " AND u.email_key < $4"),
                page!(concat!($name, ".many"), $which, "email_key", "DESC", "<", " AND u.email_key >= $4"),
            ],
            count: Sql::new(
                concat!("db.users.COUNT.", $name),
                concat!(
                    "SELECT (SELECT count(*) FROM (SELECT 1 FROM users u WHERE ",
                    $which,
                    " AND u.email_key >= $1 AND u.email_key < $2 LIMIT CAST($5 AS BIGINT)) AS a), \
                     (SELECT count(*) FROM (SELECT 1 FROM users u WHERE ",
                    $which,
                    " AND u.name_key >= $3 AND u.name_key < $4 LIMIT CAST($5 AS BIGINT)) AS b)"
                ),
            ),
        }
    };
}

const PRESENT: Which = which!("present", "u.status <> 'removed'");
const ACTIVE: Which = which!("active", "u.status <> 'removed' AND u.status = 'active'");
const SUSPENDED: Which = which!("suspended", "u.status <> 'active' AND u.status = 'suspended'");
const REMOVED: Which = which!("removed", "u.status <> 'active' AND u.status = 'removed'");

/// Every statement that the list can be, for the tests that prepare them and look at their plans.
pub fn list_statements() -> Vec<Sql> {
    [PRESENT, ACTIVE, SUSPENDED, REMOVED]
        .into_iter()
        .flat_map(|which| {
            let pages =
                which.all.into_iter().chain(which.few).chain([which.many_by_name, which.many_by_email]);
            pages.flatten().chain([which.count]).collect::<Vec<_>>()
        })
        .collect()
}

/// How a search is answered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Everybody,
    Few,
    Many,
}

impl Reach {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Everybody => "all",
            Self::Few => "few",
            Self::Many => "many",
        }
    }
}

/// A page of users, and the order it is really in: a search with many matches has its own.
#[derive(Clone, Debug)]
pub struct UserList {
    pub page: Page<UserSummary>,
    pub sort: UserSort,
    /// The search had too many matches to look at both columns; only the one it is sorted by was.
    pub narrowed: bool,
}

/// A page of users.
///
/// # Errors
/// [`Error::Denied`] without `users:read`.
#[tracing::instrument(name = "users.list", skip_all)]
pub async fn list(domain: &Domain, actor: &Actor, query: &UsersQuery) -> Result<UserList, Error> {
    actor.require(Permission::UsersRead)?;
    let asked = query.sort.unwrap_or_default();
    let search = query.q.as_ref().filter(|search| !search.as_str().is_empty());
    let which = match query.status {
        None => PRESENT,
        Some(Status::Active) => ACTIVE,
        Some(Status::Suspended) => SUSPENDED,
        Some(Status::Removed) => REMOVED,
    };

    let (reach, cursor) = place(domain, query, search, &which).await?;
    let many = reach == Reach::Many;
    let sort = match asked.field {
        UserField::Joined | UserField::LastSeen if many => {
            UserSort { field: UserField::Email, descending: false }
        }
        _ => asked,
    };
    let backwards = cursor.as_ref().is_some_and(|cursor| cursor.backwards);
    let descending = sort.descending != backwards;

    let limit = query.limit.unwrap_or_default();
    let (sql, params) = match search.filter(|_| reach != Reach::Everybody) {
        Some(search) if many => {
            many_matches(&which, sort, descending, search, cursor.as_ref(), limit.probe())
        }
        search => {
            let pages = if search.is_some() { which.few } else { which.all };
            let [key, id] = start(sort, descending, cursor.as_ref());
            let mut params = vec![key, id, limit.probe().into()];
            if let Some(search) = search {
                let (emails, names) = (search.email_range(), search.name_range());
                params.extend(params![emails.0, emails.1, names.0, names.1]);
            }
            (pages[column(sort)][usize::from(descending)], params)
        }
    };
    let users = match sort.field {
        UserField::Joined | UserField::LastSeen => read::<i64>(&domain.db, sql, params).await?,
        UserField::Name | UserField::Email => read::<String>(&domain.db, sql, params).await?,
    };
    let name = list_name(query, reach);
    let page = Page::of_probe(users, limit, &name, cursor.as_ref(), |(user, key)| (key.clone(), user.id.0));
    Ok(UserList { page: page.map(|(user, _)| user), sort, narrowed: many })
}

/// How the search is answered and where the page begins. A cursor says both; without one, a
/// search's matches are counted, which stops at [`FEW`].
async fn place(
    domain: &Domain,
    query: &UsersQuery,
    search: Option<&Search>,
    which: &Which,
) -> Result<(Reach, Option<Cursor>), Error> {
    if let Some(text) = query.cursor.as_deref() {
        return [Reach::Everybody, Reach::Few, Reach::Many]
            .into_iter()
            .filter(|reach| search.is_some() != (*reach == Reach::Everybody))
            .find_map(|reach| {
                Cursor::decode(text, &list_name(query, reach)).ok().map(|cursor| (reach, Some(cursor)))
            })
            .filter(|(reach, cursor)| cursor.as_ref().is_some_and(|cursor| fits(query, *reach, cursor)))
            .ok_or(Error::ForeignCursor(ForeignCursor));
    }
    let Some(search) = search else { return Ok((Reach::Everybody, None)) };
    let (emails, names) = (search.email_range(), search.name_range());
    let params = params![emails.0, emails.1, names.0, names.1, FEW + 1];
    let (emails, names): (i64, i64) = domain.db.one(which.count, params).await?;
    Ok((if emails > FEW || names > FEW { Reach::Many } else { Reach::Few }, None))
}

/// Whether a cursor's key is of the kind that the sort has. Forged ones need not be.
fn fits(query: &UsersQuery, reach: Reach, cursor: &Cursor) -> bool {
    let number = matches!(query.sort.unwrap_or_default().field, UserField::Joined | UserField::LastSeen);
    matches!(cursor.key, Key::Number(_)) == (number && reach != Reach::Many)
}

fn many_matches(
    which: &Which,
    sort: UserSort,
    descending: bool,
    search: &Search,
    cursor: Option<&Cursor>,
    limit: i64,
) -> (Sql, Vec<Value>) {
    let (pages, (from, until)) = match sort.field {
        UserField::Name => (&which.many_by_name, search.name_range()),
        UserField::Email | UserField::Joined | UserField::LastSeen => {
            (&which.many_by_email, search.email_range())
        }
    };
    let (begin, end) = if descending { (until, from) } else { (from, until) };
    let [key, id] = match cursor {
        Some(_) => start(sort, descending, cursor),
        None => [begin.into(), if descending { Uuid::max() } else { Uuid::nil() }.into()],
    };
    (pages[usize::from(descending)], vec![key, id, limit.into(), end.into()])
}

/// Where the walk begins: at the cursor, or before the first of all.
fn start(sort: UserSort, descending: bool, cursor: Option<&Cursor>) -> [Value; 2] {
    if let Some(cursor) = cursor {
        let key = match &cursor.key {
            Key::Number(number) => (*number).into(),
            Key::Text(text) => text.into(),
        };
        return [key, cursor.id.into()];
    }
    let key = match (sort.field, descending) {
        (UserField::Joined | UserField::LastSeen, true) => i64::MAX.into(),
        (UserField::Joined | UserField::LastSeen, false) => i64::MIN.into(),
        (UserField::Name | UserField::Email, true) => "\u{10FFFF}".into(),
        (UserField::Name | UserField::Email, false) => "".into(),
    };
    [key, if descending { Uuid::max() } else { Uuid::nil() }.into()]
}

const fn column(sort: UserSort) -> usize {
    match sort.field {
        UserField::Joined => 0,
        UserField::Name => 1,
        UserField::Email => 2,
        UserField::LastSeen => 3,
    }
}

/// Somebody, and the key that the list is sorted by: a number or a text.
struct ListRow<K> {
    id: Uuid,
    name: String,
    email: String,
    status: Text<Status>,
    joined_at: i64,
    last_seen_at: i64,
    sort_key: K,
    roles: Option<Text<Roles>>,
}

impl<'r, R, K> db::sqlx::FromRow<'r, R> for ListRow<K>
where
    R: db::sqlx::Row,
    &'static str: db::sqlx::ColumnIndex<R>,
    Uuid: db::sqlx::Decode<'r, R::Database> + db::sqlx::Type<R::Database>,
    Text<Status>: db::sqlx::Decode<'r, R::Database> + db::sqlx::Type<R::Database>,
    String: db::sqlx::Decode<'r, R::Database> + db::sqlx::Type<R::Database>,
    i64: db::sqlx::Decode<'r, R::Database> + db::sqlx::Type<R::Database>,
    Option<Text<Roles>>: db::sqlx::Decode<'r, R::Database> + db::sqlx::Type<R::Database>,
    K: db::sqlx::Decode<'r, R::Database> + db::sqlx::Type<R::Database>,
{
    fn from_row(row: &'r R) -> Result<Self, db::sqlx::Error> {
        Ok(Self {
            id: db::column(row, "id")?,
            name: db::column(row, "name")?,
            email: db::column(row, "email")?,
            status: db::column(row, "status")?,
            joined_at: db::column(row, "joined_at")?,
            last_seen_at: db::column(row, "last_seen_at")?,
            sort_key: db::column(row, "sort_key")?,
            roles: db::column(row, "roles")?,
        })
    }
}

async fn read<K: Into<Key>>(
    db: &Db,
    sql: Sql,
    params: Vec<Value>,
) -> Result<Vec<(UserSummary, Key)>, db::Error>
where
    ListRow<K>: db::Row,
{
    let rows: Vec<ListRow<K>> = db.all(sql, params).await?;
    let summary = |row: ListRow<K>| {
        let user = UserSummary {
            id: UserId(row.id),
            name: row.name,
            email: row.email,
            status: row.status.0,
            roles: row.roles.map(|roles| roles.0).unwrap_or_default(),
            joined_at: Timestamp::from_micros(row.joined_at),
            last_seen_at: sql::last_seen(row.last_seen_at),
        };
        (user, row.sort_key.into())
    };
    Ok(rows.into_iter().map(summary).collect())
}

/// Names the list by its sort and filters, so that a cursor leads on only where it came from.
fn list_name(query: &UsersQuery, reach: Reach) -> String {
    let status = query.status.map_or("present", Status::as_str);
    let search = query.q.as_ref().map_or("", Search::as_str);
    format!("users:{}:{status}:{}:{search}", query.sort.unwrap_or_default(), reach.as_str())
}
