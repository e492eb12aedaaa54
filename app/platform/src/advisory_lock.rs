//! Named locks that transactions take, the same way on both databases: each is a row that a
//! transaction writes first and thereby holds until it ends.

use crate::{
    db::{self, Tx, statements},
    params,
};

statements! { "advisory_lock";
    ACQUIRE = "UPDATE turns SET taken = taken + 1 WHERE name = $1";
}

/// Acquires the lock of this name, waiting for the transaction that holds it. Released by commit or
/// rollback.
///
/// # Errors
/// Those of the database.
pub async fn acquire(tx: &mut Tx, name: &'static str) -> Result<(), db::Error> {
    tx.execute(ACQUIRE, params![name]).await.map(|_| ())
}
