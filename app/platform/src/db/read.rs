//! Reading inside and outside of a transaction.

use super::{
    Db, Error, Row, Tx,
    sql::{Sql, Value},
};

/// Executes statements that read: each on a connection of its own ([`Db`]), or in a transaction ([`Tx`]),
/// where they see what it has written.
pub trait Read: Send {
    /// The row, if there is one.
    fn optional<T: Row>(
        &mut self,
        sql: Sql,
        params: Vec<Value>,
    ) -> impl Future<Output = Result<Option<T>, Error>> + Send;

    fn all<T: Row>(
        &mut self,
        sql: Sql,
        params: Vec<Value>,
    ) -> impl Future<Output = Result<Vec<T>, Error>> + Send;
}

impl Read for &Db {
    async fn optional<T: Row>(&mut self, sql: Sql, params: Vec<Value>) -> Result<Option<T>, Error> {
        Db::optional(self, sql, params).await
    }

    async fn all<T: Row>(&mut self, sql: Sql, params: Vec<Value>) -> Result<Vec<T>, Error> {
        Db::all(self, sql, params).await
    }
}

impl Read for &mut Tx {
    async fn optional<T: Row>(&mut self, sql: Sql, params: Vec<Value>) -> Result<Option<T>, Error> {
        Tx::optional(self, sql, params).await
    }

    async fn all<T: Row>(&mut self, sql: Sql, params: Vec<Value>) -> Result<Vec<T>, Error> {
        Tx::all(self, sql, params).await
    }
}
