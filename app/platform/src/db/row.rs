//! Rows: structs that the verbs read from either database.

use std::{fmt, str::FromStr};

use serde::de::DeserializeOwned;
use sqlx::{ColumnIndex, Database, Decode, FromRow, Row, Type, error::BoxDynError};
use uuid::Uuid;

use super::Sql;

/// Declares a struct that is read from a row, each field from the column of its name. A value that its
/// type does not accept is an error that names the column and, where the row has one, the `id`.
///
/// `flatten field: Other,` as the first field reads another row struct from the same columns.
#[macro_export]
macro_rules! row {
    ($(#[$meta:meta])* $vis:vis struct $name:ident {
        flatten $flat:ident: $flat_type:ty,
        $($(#[$about:meta])* $field_vis:vis $field:ident: $type:ty),* $(,)?
    }) => {
        $(#[$meta])*
        $vis struct $name {
            $flat: $flat_type,
            $($(#[$about])* $field_vis $field: $type,)*
        }

        impl<'r, R> $crate::db::sqlx::FromRow<'r, R> for $name
        where
            R: $crate::db::sqlx::Row,
            &'static str: $crate::db::sqlx::ColumnIndex<R>,
            $flat_type: $crate::db::sqlx::FromRow<'r, R>,
            $crate::db::Id: $crate::db::sqlx::Decode<'r, R::Database> + $crate::db::sqlx::Type<R::Database>,
            $($type: $crate::db::sqlx::Decode<'r, R::Database> + $crate::db::sqlx::Type<R::Database>,)*
        {
            fn from_row(row: &'r R) -> Result<Self, $crate::db::sqlx::Error> {
                Ok(Self {
                    $flat: $crate::db::sqlx::FromRow::from_row(row)?,
                    $($field: $crate::db::column(row, stringify!($field))?,)*
                })
            }
        }
    };
    ($(#[$meta:meta])* $vis:vis struct $name:ident {
        $($(#[$about:meta])* $field_vis:vis $field:ident: $type:ty),* $(,)?
    }) => {
        $(#[$meta])*
        $vis struct $name {
            $($(#[$about])* $field_vis $field: $type,)*
        }

        impl<'r, R> $crate::db::sqlx::FromRow<'r, R> for $name
        where
            R: $crate::db::sqlx::Row,
            &'static str: $crate::db::sqlx::ColumnIndex<R>,
            $crate::db::Id: $crate::db::sqlx::Decode<'r, R::Database> + $crate::db::sqlx::Type<R::Database>,
            $($type: $crate::db::sqlx::Decode<'r, R::Database> + $crate::db::sqlx::Type<R::Database>,)*
        {
            fn from_row(row: &'r R) -> Result<Self, $crate::db::sqlx::Error> {
                Ok(Self { $($field: $crate::db::column(row, stringify!($field))?,)* })
            }
        }
    };
}

/// Reads one column, for `row!`.
#[doc(hidden)]
pub fn column<'r, T, R>(row: &'r R, name: &'static str) -> Result<T, sqlx::Error>
where
    R: Row,
    &'static str: ColumnIndex<R>,
    Uuid: Decode<'r, R::Database> + Type<R::Database>,
    T: Decode<'r, R::Database> + Type<R::Database>,
{
    row.try_get(name).map_err(|error| match error {
        sqlx::Error::ColumnDecode { index, source } => {
            let id = row.try_get::<Uuid, _>("id");
            let index = id.map_or(index, |id| format!("{name} of the row {id}"));
            sqlx::Error::ColumnDecode { index, source }
        }
        error => error,
    })
}

/// A row of a list, or the error of a row that this version cannot read. One such row must not take down the
/// list of the others.
pub struct Readable<T>(Result<T, sqlx::Error>);

impl<'r, R: Row, T: FromRow<'r, R>> FromRow<'r, R> for Readable<T> {
    fn from_row(row: &'r R) -> Result<Self, sqlx::Error> {
        match T::from_row(row) {
            Err(error) if !matches!(error, sqlx::Error::ColumnDecode { .. }) => Err(error),
            read => Ok(Self(read)),
        }
    }
}

/// The rows that can be read. Logs an error for each other one, which names the row and its column.
pub fn readable<T>(rows: Vec<Readable<T>>, sql: Sql) -> Vec<T> {
    let log =
        |error: &sqlx::Error| tracing::error!(statement = sql.name, %error, "left out an unreadable row");
    rows.into_iter().filter_map(|Readable(row)| row.inspect_err(log).ok()).collect()
}

/// A text column that holds one value of an enumeration. Any other text is an error: a later version
/// of the program may have written a state that this one must not take for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text<T>(pub T);

/// A stored text that is no value of its enumeration.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is unknown to this version")]
struct Unknown(String);

impl<T, DB: Database> Type<DB> for Text<T>
where
    String: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        <String as Type<DB>>::type_info()
    }

    fn compatible(ty: &DB::TypeInfo) -> bool {
        <String as Type<DB>>::compatible(ty)
    }
}

impl<'r, T: FromStr, DB: Database> Decode<'r, DB> for Text<T>
where
    String: Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
        let text = String::decode(value)?;
        text.parse().map(Self).map_err(|_| Unknown(text).into())
    }
}

/// A text column that holds JSON. What its type does not accept is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T, DB: Database> Type<DB> for Json<T>
where
    String: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        <String as Type<DB>>::type_info()
    }

    fn compatible(ty: &DB::TypeInfo) -> bool {
        <String as Type<DB>>::compatible(ty)
    }
}

impl<'r, T: DeserializeOwned, DB: Database> Decode<'r, DB> for Json<T>
where
    String: Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(Self(serde_json::from_str(&String::decode(value)?)?))
    }
}

impl<T: fmt::Display> fmt::Display for Text<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
