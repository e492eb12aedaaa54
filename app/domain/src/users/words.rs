//! The words that users are found by: written in the transaction of the change, and filled in for rows
//! that an earlier version of the program has written. Those of an address are of its canonical form.

use std::{fmt::Write as _, sync::LazyLock, time::Duration};

use frontdesk_model::{
    Email, PersonName, UserId,
    email_lookup::key_of_stored,
    search::words,
    users::{Status, name::sort_key},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Domain, advisory_lock,
    db::{self, Db, Sql, Tx, Value, row, statements},
    jobs::{Attempt, BackgroundJob, Done, Failure, RecurringJob},
    params,
};

/// Users in one transaction of [`fill`]: a fraction of a second, in which others wait to write.
const BATCH: i64 = 1_000;
/// Rows in one statement, for one user and for many.
const ROWS: [usize; 2] = [8, 64];

statements! { "words";
    OF_USER = "SELECT name, email, status, words FROM users WHERE id = $1";
    SET = "UPDATE users SET words = $2, words_stale = 0 WHERE id = $1";
    STALE = "SELECT id, name, email, status, words FROM users WHERE words_stale = 1 \
             ORDER BY id LIMIT CAST($1 AS BIGINT)";
    // Only as they were read: another instance may have changed them since.
    FILL = "UPDATE users SET words = $2, words_stale = 0, name_key = $3 \
            WHERE id = $1 AND name = $4 AND email = $5 AND status = $6";
    DELETE = "DELETE FROM user_words WHERE part IN (0, 1, 2) AND user_id = $1 \
              AND word IN ($2, $3, $4, $5, $6, $7, $8, $9)";
}

static INSERT: LazyLock<[Sql; 2]> = LazyLock::new(|| {
    [("db.words.INSERT", ROWS[0]), ("db.words.INSERT_MANY", ROWS[1])].map(|(name, rows)| {
        let mut text = "INSERT INTO user_words (part, word, user_id) VALUES ".to_owned();
        for row in 0..rows {
            let (comma, first) = (if row == 0 { "" } else { ", " }, 3 * row + 1);
            // Writing to a String cannot fail.
            let _infallible = write!(text, "{comma}(${first}, ${}, ${})", first + 1, first + 2);
        }
        text.push_str(" ON CONFLICT DO NOTHING");
        Sql::new(name, Box::leak(text.into_boxed_str()))
    })
});

/// Every statement of this file.
pub(crate) fn statements() -> impl Iterator<Item = Sql> {
    ALL.iter().chain(INSERT.iter()).copied()
}

/// A row of the words table: its part, the word, the user.
pub(crate) type WordRow = (i64, String, Uuid);

/// The words of a user as the column holds them, each between two spaces.
pub(crate) fn column(words: &[String]) -> String {
    let mut column = String::with_capacity(words.iter().map(|word| word.len() + 1).sum::<usize>() + 1);
    column.push(' ');
    for word in words {
        column.push_str(word);
        column.push(' ');
    }
    column
}

/// A user's rows of the words table.
pub(crate) fn rows(id: UserId, status: Option<Status>, words: &[String]) -> Vec<WordRow> {
    let parts: &[i64] = match status {
        Some(Status::Active) => &[0],
        Some(Status::Suspended) => &[0, 1],
        Some(Status::Removed) => &[2],
        // A status of a later version, which no list of this one shows.
        None => &[],
    };
    parts.iter().flat_map(|part| words.iter().map(|word| (*part, word.clone(), id.0))).collect()
}

/// Inserts rows of the words table, in its order. Those that are there stay.
pub(crate) async fn insert(tx: &mut Tx, mut rows: Vec<WordRow>) -> Result<(), db::Error> {
    rows.sort_unstable();
    let (full, rest) = rows.split_at(rows.len() - rows.len() % ROWS[1]);
    for (sql, batch) in full
        .chunks(ROWS[1])
        .map(|some| (INSERT[1], some))
        .chain(rest.chunks(ROWS[0]).map(|some| (INSERT[0], some)))
    {
        let count = if sql.params == 3 * ROWS[0] { ROWS[0] } else { ROWS[1] };
        // The last row stands in for those that are missing.
        let padded = batch.iter().chain(std::iter::repeat(&batch[batch.len() - 1])).take(count);
        let params = padded.flat_map(|(part, word, id)| params![*part, word, *id]).collect();
        tx.execute(sql, params).await?;
    }
    Ok(())
}

/// Writes the words of a new user.
pub(crate) async fn add(tx: &mut Tx, id: UserId, name: &PersonName, email: &Email) -> Result<(), db::Error> {
    let words = words(name.as_str(), email.key());
    tx.execute(SET, params![id, column(&words)]).await?;
    insert(tx, rows(id, Some(Status::Active), &words)).await
}

/// Writes the words of a user anew, after their name, address or status has changed in `tx`.
pub(crate) async fn replace(tx: &mut Tx, id: UserId) -> Result<(), db::Error> {
    let (name, email, now, old): (String, String, String, String) = tx.one(OF_USER, params![id]).await?;
    delete(tx, id, &old).await?;
    let words = words(&name, &key_of_stored(&email));
    tx.execute(SET, params![id, column(&words)]).await?;
    insert(tx, rows(id, now.parse().ok(), &words)).await
}

/// Deletes the rows of the words that a user's column has.
async fn delete(tx: &mut Tx, id: UserId, column: &str) -> Result<(), db::Error> {
    let old: Vec<&str> = column.split_ascii_whitespace().collect();
    for some in old.chunks(ROWS[0]) {
        let padded = some.iter().chain(std::iter::repeat(&some[some.len() - 1])).take(ROWS[0]);
        let params = [Value::from(id)].into_iter().chain(padded.map(|word| Value::from(*word))).collect();
        tx.execute(DELETE, params).await?;
    }
    Ok(())
}

row! {
    struct StaleRow {
        id: Uuid,
        name: String,
        email: String,
        status: String,
        words: String,
    }
}

/// Fills in the words and sort keys that an earlier version of the program did not write. Returns the number of
/// users.
///
/// It runs before the program serves, so that no search misses a user. Each transaction takes a bounded
/// number, and an interrupted run continues at the next start. Afterwards a run only reads an empty index.
pub(super) async fn fill(db: &Db) -> Result<u64, db::Error> {
    let mut filled = 0;
    loop {
        let probe: Vec<StaleRow> = db.all(STALE, params![1]).await?;
        if probe.is_empty() {
            return Ok(filled);
        }
        let mut tx = db.write();
        advisory_lock::acquire(&mut tx, "search").await?;
        let stale: Vec<StaleRow> = tx.all(STALE, params![BATCH]).await?;
        filled += stale.len() as u64;
        fill_rows(&mut tx, stale).await?;
        tx.commit().await?;
        if filled % (100 * BATCH.unsigned_abs()) == 0 {
            tracing::info!(users = filled, "filling in the words that users are found by");
        }
    }
}

async fn fill_rows(tx: &mut Tx, stale: Vec<StaleRow>) -> Result<(), db::Error> {
    let mut new = Vec::with_capacity(stale.len() * 6);
    for row in stale {
        let id = UserId(row.id);
        let words = words(&row.name, &key_of_stored(&row.email));
        let params = params![id, column(&words), sort_key(&row.name), &row.name, &row.email, &row.status];
        if tx.execute(FILL, params).await? == 0 {
            continue;
        }
        delete(tx, id, &row.words).await?;
        new.extend(rows(id, row.status.parse().ok(), &words));
    }
    insert(tx, new).await
}

/// Fills in the words and the canonical addresses of users that an earlier version of the program, running
/// beside this one, has written since the start.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct FillWords {}

impl BackgroundJob for FillWords {
    type Context = Domain;

    const NAME: &'static str = "users.fill_words";

    async fn run(self, domain: &Domain, attempt: Attempt) -> Result<Done, Failure> {
        super::fill(&domain.db).await?;
        attempt.done().await
    }
}

impl RecurringJob for FillWords {
    const EVERY: Duration = Duration::from_secs(3_600);
}
