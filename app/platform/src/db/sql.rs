//! Statements and their parameters.

use uuid::Uuid;

/// A statement with a name. `statements!` is the only way to create one; it also lists the statement for
/// the tests that prepare all of them on both databases.
///
/// A limit is written `LIMIT CAST($3 AS BIGINT)`: SQLite plans a statement for the value of a bare `LIMIT
/// $3`, and again for every call, which took two fifths of its time for a page.
#[derive(Clone, Copy, Debug)]
pub struct Sql {
    /// Name for errors, such as `db.accounts.BY_EMAIL`.
    pub name: &'static str,
    pub text: &'static str,
    /// The highest `$n`. SQLite silently reads an unbound parameter as NULL; the verbs compare this
    /// number with the number of values.
    pub params: usize,
}

impl Sql {
    pub const fn new(name: &'static str, text: &'static str) -> Self {
        Self { name, text, params: highest_parameter(text.as_bytes()) }
    }
}

const fn highest_parameter(text: &[u8]) -> usize {
    let (mut highest, mut at) = (0, 0);
    while at < text.len() {
        if text[at] == b'$' {
            let mut number = 0;
            while at + 1 < text.len() && text[at + 1].is_ascii_digit() {
                at += 1;
                number = number * 10 + (text[at] - b'0') as usize;
            }
            if number > highest {
                highest = number;
            }
        }
        at += 1;
    }
    highest
}

/// Names the statements of a module, and lists them as `ALL`.
#[macro_export]
macro_rules! statements {
    ($room:literal; $($(#[$meta:meta])* $name:ident = $text:expr;)*) => {
        $($(#[$meta])* pub const $name: $crate::db::Sql =
            $crate::db::Sql::new(concat!("db.", $room, ".", stringify!($name)), $text);)*
        /// All statements of this module.
        pub const ALL: &[$crate::db::Sql] = &[$($name,)*];
    };
}

/// A bound value, of the types that both databases know.
#[derive(Clone, Debug)]
pub enum Value {
    Uuid(Option<Uuid>),
    Text(Option<String>),
    Int(Option<i64>),
    Bytes(Option<Vec<u8>>),
}

macro_rules! values {
    ($($from:ty => |$it:ident| $to:expr;)*) => {$(
        impl From<$from> for Value {
            fn from($it: $from) -> Self { $to }
        }
    )*};
}

values! {
    Uuid => |it| Self::Uuid(Some(it));
    Option<Uuid> => |it| Self::Uuid(it);
    &str => |it| Self::Text(Some(it.to_owned()));
    String => |it| Self::Text(Some(it));
    &String => |it| Self::Text(Some(it.clone()));
    Option<&str> => |it| Self::Text(it.map(str::to_owned));
    Option<String> => |it| Self::Text(it);
    i64 => |it| Self::Int(Some(it));
    Option<i64> => |it| Self::Int(it);
    Vec<u8> => |it| Self::Bytes(Some(it));
    Option<Vec<u8>> => |it| Self::Bytes(it);
    frontdesk_model::UserId => |it| Self::Uuid(Some(it.0));
    frontdesk_model::SessionId => |it| Self::Uuid(Some(it.0));
    frontdesk_model::EventId => |it| Self::Uuid(Some(it.0));
    frontdesk_model::JobId => |it| Self::Uuid(Some(it.0));
    frontdesk_model::LinkId => |it| Self::Uuid(Some(it.0));
    frontdesk_model::TokenId => |it| Self::Uuid(Some(it.0));
    frontdesk_model::WebhookId => |it| Self::Uuid(Some(it.0));
    frontdesk_model::OrderId => |it| Self::Uuid(Some(it.0));
    frontdesk_model::PaymentId => |it| Self::Uuid(Some(it.0));
    frontdesk_model::RefundId => |it| Self::Uuid(Some(it.0));
    frontdesk_model::DeliveryId => |it| Self::Uuid(Some(it.0));
    frontdesk_model::Timestamp => |it| Self::Int(Some(it.micros()));
    Option<frontdesk_model::Timestamp> => |it| Self::Int(it.map(frontdesk_model::Timestamp::micros));
}

/// Lists the values of a statement's parameters, in order.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { vec![$($crate::db::Value::from($value)),*] };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_parameter_is_found() {
        for (text, expected) in
            [("SELECT 1", 0), ("a = $1 AND b = $12 OR c = $2", 12), ("$", 0), ("x = $3", 3)]
        {
            assert_eq!(highest_parameter(text.as_bytes()), expected, "{text}");
        }
    }
}
