//! Believable people in any number, for a first look around and for measuring. Only the command
//! line does this: there is no permission for it, and it writes a past that did not happen.

mod addresses;
mod history;
mod names;
mod people;

use std::{collections::HashSet, fmt::Write as _, sync::LazyLock};

use frontdesk_model::audit::{Event, TargetId};
use futures::future::try_join_all;
use people::{Person, State};
use uuid::Uuid;

use crate::{
    Domain,
    db::{self, Dialect, Sql, Tx, Value},
    params,
    users::{Error, words},
};

/// What to seed.
#[derive(Clone, Debug, Default)]
pub struct Seeding {
    /// How many people.
    pub users: u64,
    /// Which people: the same number gives the same ones, ids included, on one day. On another day
    /// they have moved along with the calendar.
    pub seed: u64,
    /// The hash of a password that all of them share, so that a load test can sign them in. Nobody
    /// can sign in without.
    pub password_hash: Option<String>,
}

/// What was seeded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seeded {
    pub users: u64,
    /// Those whose e-mail address was there already, and who were left as they are.
    pub skipped: u64,
    /// Events in the audit trail, which tells of every tenth.
    pub events: u64,
}

/// People in one transaction. SQLite keeps what a transaction replaces in a list, and walks it with
/// every statement, so many small ones are faster than a large one.
const UNIT: usize = 256;
/// Transactions at the same time. SQLite's writer makes one commit of them; PostgreSQL works on all.
const UNITS: usize = 8;
/// Rows in one statement. More would not be faster: SQLite looks a parameter up by its name among
/// all the others.
const ROWS: usize = 32;

const USER: &str = "INSERT INTO users (id, name, name_key, email, email_key, email_canonical, status, suspended_at, \
                    suspended_reason, removed_at, joined_at, updated_at, last_seen_at, words, password_hash, words_stale)";
const USER_COLUMNS: usize = 14;
const EVENT: &str = "INSERT INTO audit_events (id, at, actor_id, actor_label, action, target_id, target_label, ip, \
                     user_agent, request_id, reason, changes)";
const EVENT_COLUMNS: usize = 12;

/// The last parameter of all is the hash that everybody shares.
static USERS: LazyLock<[Sql; 2]> = LazyLock::new(|| {
    [("db.sample_data.SEED_USER", 1), ("db.sample_data.SEED_USERS", ROWS)].map(|(name, rows)| {
        let hash = format!(", ${}, 0", rows * USER_COLUMNS + 1);
        many(name, USER, (rows, USER_COLUMNS), &hash, " ON CONFLICT DO NOTHING RETURNING id")
    })
});
static EVENTS: LazyLock<[Sql; 2]> = LazyLock::new(|| {
    [("db.sample_data.SEED_EVENT", 1), ("db.sample_data.SEED_EVENTS", ROWS)]
        .map(|(name, rows)| many(name, EVENT, (rows, EVENT_COLUMNS), "", " ON CONFLICT DO NOTHING"))
});
const ROLE: Sql = Sql::new(
    "db.sample_data.SEED_ROLE",
    "INSERT INTO user_roles (user_id, role, granted_at) VALUES ($1, $2, $3)",
);
const ANALYZE: Sql = Sql::new("db.sample_data.SEED_ANALYZE", "ANALYZE");

/// Fills the database with people, and tells `progress` again and again how many it has come to.
///
/// Those whose e-mail address is there already are skipped, so it can be repeated, and an
/// interrupted run be completed. What there is of one transaction stays if a later one fails.
///
/// # Errors
/// [`Error::Database`].
#[tracing::instrument(name = "sample_data.seed", skip_all)]
pub async fn seed(domain: &Domain, plan: &Seeding, mut progress: impl FnMut(u64)) -> Result<Seeded, Error> {
    let mut people = people::People::new(plan, domain.clock.now());
    let hash = plan.password_hash.as_deref();
    let mut seeded = Seeded::default();
    loop {
        let some: Vec<Person> = people.by_ref().take(UNIT * UNITS).collect();
        if some.is_empty() {
            break;
        }
        for unit in try_join_all(some.chunks(UNIT).map(|people| write(domain, people, hash))).await? {
            seeded.users += unit.users;
            seeded.skipped += unit.skipped;
            seeded.events += unit.events;
        }
        progress(seeded.users + seeded.skipped);
    }
    // PostgreSQL would gather the statistics it plans by only minutes later. SQLite's plans need none.
    if domain.db.dialect() == Dialect::Postgres {
        let mut tx = domain.db.write();
        tx.execute(ANALYZE, params![]).await?;
        tx.commit().await?;
    }
    Ok(seeded)
}

/// Some of the people and what happened to them, in one transaction.
async fn write(domain: &Domain, people: &[Person], password_hash: Option<&str>) -> Result<Seeded, db::Error> {
    let mut tx = domain.db.write();
    let added = insert(&mut tx, people, password_hash).await?;
    let events = tell(&mut tx, &added).await?;
    tx.commit().await?;
    let (users, all) = (added.len() as u64, people.len() as u64);
    Ok(Seeded { users, skipped: all - users, events })
}

/// Inserts people, and returns those who were not there before.
async fn insert<'a>(
    tx: &mut Tx,
    people: &'a [Person],
    password_hash: Option<&str>,
) -> Result<Vec<&'a Person>, db::Error> {
    let mut added = Vec::with_capacity(people.len());
    for some in batches(people) {
        let hash = Value::Text(password_hash.map(ToOwned::to_owned));
        let params = some.iter().flat_map(user).chain([hash]).collect();
        let ids: Vec<(Uuid,)> = tx.all(statement(&USERS, some), params).await?;
        let new: HashSet<Uuid> = ids.into_iter().map(|(id,)| id).collect();
        added.extend(some.iter().filter(|person| new.contains(&person.id.0)));
    }
    let rows =
        added.iter().flat_map(|person| words::rows(person.id, Some(person.state.status()), &person.words));
    words::insert(tx, rows.collect()).await?;
    Ok(added)
}

/// Gives roles, and writes down what happened. Not by `audit::append`, for which everything
/// happens now and is done by somebody who is here.
async fn tell(tx: &mut Tx, people: &[&Person]) -> Result<u64, db::Error> {
    for person in people {
        if let Some(role) = person.role {
            tx.execute(ROLE, params![person.id, role.as_str(), person.joined_at]).await?;
        }
    }
    let mut history: Vec<&Event> = people.iter().flat_map(|person| &person.history).collect();
    history.sort_unstable_by_key(|event| event.id);
    let mut told = 0;
    for some in batches(&history) {
        let params = some.iter().flat_map(|event| event_values(event)).collect();
        told += tx.execute(statement(&EVENTS, some), params).await?;
    }
    Ok(told)
}

fn user(person: &Person) -> [Value; USER_COLUMNS] {
    let (suspended_at, reason, removed_at) = match person.state {
        State::Active => (None, "", None),
        State::Suspended { at, reason } => (Some(at.micros()), reason, None),
        State::Removed { at } => (None, "", Some(at.micros())),
    };
    [
        person.id.into(),
        (&person.name).into(),
        (&person.name_key).into(),
        (&person.email).into(),
        (&person.email_key).into(),
        (&person.email_key).into(),
        person.state.status().as_str().into(),
        suspended_at.into(),
        reason.into(),
        removed_at.into(),
        person.joined_at.into(),
        person.state.since().unwrap_or(person.joined_at).into(),
        person.last_seen_at.unwrap_or_default().into(),
        words::column(&person.words).into(),
    ]
}

fn event_values(event: &Event) -> [Value; EVENT_COLUMNS] {
    let target = event.target.as_ref();
    [
        event.id.into(),
        event.at.into(),
        event.actor.id.into(),
        (&event.actor.label).into(),
        event.action.as_str().into(),
        target.and_then(|target| target.id).map(TargetId::uuid).into(),
        target.map_or("", |target| target.label.as_str()).into(),
        (&event.ip).into(),
        (&event.user_agent).into(),
        (&event.request_id).into(),
        (&event.reason).into(),
        serde_json::to_string(&event.changes).unwrap_or_default().into(),
    ]
}

/// In batches of [`ROWS`], and the rest one by one: there are only these two statements.
fn batches<T>(rows: &[T]) -> impl Iterator<Item = &[T]> {
    let (full, rest) = rows.split_at(rows.len() - rows.len() % ROWS);
    full.chunks(ROWS).chain(rest.chunks(1))
}

fn statement<T>(of: &[Sql; 2], batch: &[T]) -> Sql {
    of[usize::from(batch.len() == ROWS)]
}

/// A statement that inserts many rows. It lives as long as the program, of which it is a part that
/// is only too long to be written out.
fn many(name: &'static str, head: &str, (rows, columns): (usize, usize), shared: &str, tail: &str) -> Sql {
    let mut text = format!("{head} VALUES ");
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns {
            let comma = if column == 0 { "" } else { ", " };
            // Writing to a String cannot fail.
            let _infallible = write!(text, "{comma}${}", row * columns + column + 1);
        }
        text.push_str(shared);
        text.push(')');
    }
    text.push_str(tail);
    Sql::new(name, Box::leak(text.into_boxed_str()))
}

/// Every statement of this file.
pub(super) fn statements() -> impl Iterator<Item = Sql> {
    USERS.iter().chain(EVENTS.iter()).copied().chain([ROLE, ANALYZE])
}
