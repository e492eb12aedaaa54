//! The list of users.

use frontdesk_model::{
    Code, Cursor, Page, Permission, Problem, Role, Roles, Timestamp, UserId,
    page::{ForeignCursor, Key},
    search::Search,
    users::{Status, UserField, UserSort, UserSummary, UsersQuery},
};
use uuid::Uuid;

use super::{
    Error,
    sql::{self, roles_column},
};
use crate::{
    Context, Domain,
    db::{self, Db, Text, Value},
    list::{By, CHANGES, Filter, Found, Gathered, List, Predicate, Sort, Spec, Walk, Words, only_changes},
    params,
};

const SORTS: &[&str] = &["joined", "name", "email", "last_seen"];

pub static LIST: List = List::new(Spec {
    name: "db.users.list",
    table: ("users", "u"),
    columns: concat!(
        "u.id, u.name, u.email, u.status, u.joined_at, u.updated_at, u.last_seen_at, ",
        roles_column!()
    ),
    filters: &[
        which("present", &[Predicate::Literal("u.status <> 'removed'")], "w.part = 0"),
        which("active", &[Predicate::Literal("u.status <> 'removed' AND u.status = 'active'")], "w.part = 0"),
        which(
            "suspended",
            &[Predicate::Literal("u.status <> 'active' AND u.status = 'suspended'")],
            "w.part = 1",
        ),
        which(
            "removed",
            &[Predicate::Literal("u.status <> 'active' AND u.status = 'removed'")],
            "w.part = 2",
        ),
        Filter {
            any: &[
                &[Predicate::Literal("u.status <> 'removed'"), Predicate::Is("status")],
                &[
                    Predicate::Literal("u.status <> 'active' AND u.status = 'suspended'"),
                    Predicate::Is("status"),
                ],
                &[
                    Predicate::Literal("u.status <> 'active' AND u.status = 'removed'"),
                    Predicate::Is("status"),
                ],
            ],
            ..which("any", &[], "")
        },
        Filter::all("changes", &[], &["updated"]),
        // Staff are few: they are gathered and sorted.
        Filter {
            gathered: Some(Gathered {
                ids: "DISTINCT r.user_id AS id FROM user_roles r WHERE r.role IN ($1, $2, $3, $4)",
                values: Role::ASSIGNABLE.len(),
            }),
            ..which("role", &[Predicate::In("status", Status::ALL.len())], "")
        },
    ],
    sorts: &[
        Sort { name: "joined", by: By::Number("joined_at"), has_range: true },
        Sort { name: "name", by: By::Text("name_key"), has_range: false },
        Sort { name: "email", by: By::Text("email_key"), has_range: false },
        Sort { name: "last_seen", by: By::Number("last_seen_at"), has_range: false },
        CHANGES,
    ],
    words: Some(Words { table: "user_words", owner: "user_id", column: "words" }),
    ..Spec::EMPTY
});

const fn which(name: &'static str, predicates: &'static [Predicate], words: &'static str) -> Filter {
    Filter { name, predicates, sorts: SORTS, words, ..Filter::EMPTY }
}

/// A page of users.
#[derive(Clone, Debug)]
pub struct UserList {
    pub page: Page<UserSummary>,
    /// The order of the page. `None` if a search has too many matches to sort them, which are in the order of the
    /// words that match, and for a range of changes.
    pub sort: Option<UserSort>,
}

/// A page of users.
///
/// # Errors
/// [`Error::Denied`] without `users:read`.
#[tracing::instrument(name = "users.list", skip_all)]
pub async fn list(ctx: &Context, query: &UsersQuery) -> Result<UserList, Error> {
    ctx.actor.require(Permission::USERS_READ)?;
    if !query.updated.is_empty() {
        return Ok(UserList { page: changes(ctx, query).await?, sort: None });
    }
    let sort = query.sort.unwrap_or_default();
    let (filter, values) = filter_of(query);
    combinable(query, filter)?;
    if let Some(user) = by_id(&ctx.db, query, filter).await? {
        return Ok(UserList { page: Page { items: vec![user], next: None, prev: None }, sort: Some(sort) });
    }
    let words = query.q.as_ref().map(Search::words).unwrap_or_default();
    let (found, cursor) = place(ctx, query, filter, &words).await?;
    let is_many = found.as_ref().is_some_and(Found::is_many);
    let name = list_name(query, found.as_ref());
    let limit = query.limit.unwrap_or_default();
    let walk = Walk::of(filter, values).limit(limit);
    let walk = if is_many { walk } else { walk.sorted(sort.field.as_str(), sort.descending) };
    let walk = walk.within(&query.created, By::Number("joined_at"));
    let walk = walk.from(cursor.as_ref());
    let walk = match found {
        Some(found) => found.begin(walk).among(found),
        None => walk,
    };
    let users = match sort.field {
        UserField::Joined | UserField::LastSeen if !is_many => read::<i64>(&ctx.db, walk).await?,
        _ => read::<String>(&ctx.db, walk).await?,
    };
    let page = Page::of_probe(users, limit, &name, cursor.as_ref(), |(user, key)| (key.clone(), user.id.0));
    Ok(UserList { page: page.map(|(user, _)| user), sort: (!is_many).then_some(sort) })
}

/// Users by the time of their last change.
async fn changes(domain: &Domain, query: &UsersQuery) -> Result<Page<UserSummary>, Error> {
    only_changes(query.is_of_changes()).map_err(Error::Invalid)?;
    let list = format!("users:{}", serde_json::to_string(&query.updated).unwrap_or_default());
    let cursor = LIST.cursor(query.cursor.as_deref(), &list, CHANGES.name)?;
    let limit = query.limit.unwrap_or_default();
    let walk = Walk::of_changes(&query.updated).from(cursor.as_ref()).limit(limit);
    let users = read::<i64>(&domain.db, walk).await?;
    let page = Page::of_probe(users, limit, &list, cursor.as_ref(), |(user, key)| (key.clone(), user.id.0));
    Ok(page.map(|(user, _)| user))
}

/// The filter of the roles and statuses, and its values.
fn filter_of(query: &UsersQuery) -> (&'static str, Vec<Value>) {
    let mut statuses = query.status.values();
    if statuses.is_empty() {
        statuses = &[Status::Active, Status::Suspended];
    }
    let text = |one: &Status| Value::from(one.as_str());
    let is_present = !statuses.contains(&Status::Removed) && statuses.len() == 2;
    match (query.role.is_empty(), statuses) {
        (true, _) if is_present => ("present", params![]),
        (true, [status]) => (status.as_str(), params![]),
        (true, _) => {
            let asked = |status: &Status| statuses.contains(status).then_some(status.as_str());
            ("any", Status::ALL.iter().map(|status| asked(status).into()).collect())
        }
        (false, _) => {
            let roles = query.role.values().iter().map(|role| Value::from(role.as_str()));
            let padding = std::iter::repeat(Value::Text(None));
            let roles = roles.chain(padding).take(Role::ASSIGNABLE.len());
            ("role", roles.chain(statuses.iter().map(text)).collect())
        }
    }
}

/// Refuses filters for which no index has the order.
fn combinable(query: &UsersQuery, filter: &'static str) -> Result<(), Error> {
    let sort = query.sort.unwrap_or_default().field;
    if !query.created.is_empty() && (sort != UserField::Joined || query.q.is_some()) {
        return Err(mixed("created", "Sort by joined, and leave out q"));
    }
    if query.role.values().contains(&Role::Member) {
        let how = "Choose roles of staff: every user is a member";
        return Err(Error::Invalid(Problem::new(Code::ValidationError).fault("role", "refused", how)));
    }
    if query.q.is_some() && filter == "role" {
        return Err(mixed("role", "Leave out q, or role"));
    }
    if query.q.is_some() && filter == "any" {
        return Err(mixed("status", "With q, choose one status, or active and suspended"));
    }
    Ok(())
}

fn mixed(field: &str, how: &str) -> Error {
    Error::Invalid(Problem::new(Code::ValidationError).fault(field, "mixed", how))
}

/// The user with the searched id, if the search is an id.
async fn by_id(db: &Db, query: &UsersQuery, filter: &'static str) -> Result<Option<UserSummary>, db::Error> {
    let Some(id) = query.q.as_ref().and_then(Search::id).filter(|_| query.cursor.is_none()) else {
        return Ok(None);
    };
    let row: Option<ListRow<i64>> = LIST.one(db, filter, id).await?;
    Ok(row.map(|row| row.summary().0))
}

/// The way to what is searched for and the place where the page begins. A cursor says both; without
/// one, the matches are counted.
async fn place(
    domain: &Domain,
    query: &UsersQuery,
    filter: &'static str,
    words: &[String],
) -> Result<(Option<Found>, Option<Cursor>), Error> {
    let Some(text) = query.cursor.as_deref() else {
        let found = if words.is_empty() { None } else { Some(LIST.find(&domain.db, filter, words).await?) };
        return Ok((found, None));
    };
    let sort = query.sort.unwrap_or_default().field.as_str();
    let ways = if words.is_empty() { vec![None] } else { Found::ways(words).into_iter().map(Some).collect() };
    ways.into_iter()
        .find_map(|found| {
            let sort = if found.as_ref().is_some_and(Found::is_many) { "" } else { sort };
            let cursor = LIST.cursor(Some(text), &list_name(query, found.as_ref()), sort).ok()?;
            Some((found, cursor))
        })
        .ok_or(Error::ForeignCursor(ForeignCursor))
}

/// A user, and the key that the list is sorted by: a number or a text.
struct ListRow<K> {
    id: Uuid,
    name: String,
    email: String,
    status: Text<Status>,
    joined_at: i64,
    updated_at: i64,
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
            updated_at: db::column(row, "updated_at")?,
            last_seen_at: db::column(row, "last_seen_at")?,
            sort_key: db::column(row, "sort_key")?,
            roles: db::column(row, "roles")?,
        })
    }
}

impl<K: Into<Key>> ListRow<K> {
    fn summary(self) -> (UserSummary, Key) {
        let user = UserSummary {
            id: UserId(self.id),
            name: self.name,
            email: self.email,
            status: self.status.0,
            roles: self.roles.map(|roles| roles.0).unwrap_or_default(),
            joined_at: Timestamp::from_micros(self.joined_at),
            updated_at: Timestamp::from_micros(self.updated_at),
            last_seen_at: sql::last_seen(self.last_seen_at),
        };
        (user, self.sort_key.into())
    }
}

async fn read<K: Into<Key>>(db: &Db, walk: Walk) -> Result<Vec<(UserSummary, Key)>, db::Error>
where
    ListRow<K>: db::Row,
{
    let rows: Vec<ListRow<K>> = LIST.read(db, walk).await?;
    Ok(rows.into_iter().map(ListRow::summary).collect())
}

/// Name of the list with its sort and filters, so that a cursor is valid only in the list that it came
/// from.
fn list_name(query: &UsersQuery, found: Option<&Found>) -> String {
    let (status, _) = filter_of(query);
    let search = query.q.as_ref().map_or("", Search::as_str);
    let reach = found.map_or_else(|| "all".to_owned(), Found::name);
    let list = format!("users:{}:{status}:{reach}:{search}", query.sort.unwrap_or_default());
    if query.role.is_empty() && query.created.is_empty() && status != "any" {
        return list;
    }
    let (status, role, created) = (query.status.clone(), query.role.clone(), query.created);
    let filters = UsersQuery { status, role, created, ..UsersQuery::default() };
    format!("{list}:{}", serde_json::to_string(&filters).unwrap_or_default())
}
