//! Orders: what somebody buys. An order is placed for a customer, and is paid, once, by a payment
//! (the room after this). What it costs never changes; what is paid and paid back is said by the
//! ledger, and here only added up.
//!
//! Whoever changes an order, its payments or its refunds takes the order's row first (`lock`), so
//! all that happens to one order happens one after another, and nothing waits in a circle.

pub mod cancel;
pub mod export;
pub mod get;
pub mod history;
pub mod list;
pub mod place;
mod sql;

use frontdesk_model::{Code, Fault, Money, Problem, page::ForeignCursor};

use crate::{
    actor::Denied,
    audit,
    db::{self, Sql},
    events,
};

pub use cancel::cancel;
pub use export::{Export, export};
pub use get::get;
pub(crate) use get::may_see;
pub use history::{History, HistoryEvent, history};
pub use list::{LIST, list, list_mine, recent};
pub use place::place;
pub(crate) use sql::{Locked, NewOrder, insert, lock, set_money};

/// Why something about orders was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error(transparent)]
    Invalid(Problem),
    #[error("there is no such order")]
    NoSuchOrder,
    #[error("there is an order with this reference")]
    ReferenceTaken,
    #[error("not in this state: {0}")]
    WrongState(&'static str),
    #[error(transparent)]
    ForeignCursor(#[from] ForeignCursor),
    #[error(transparent)]
    Audit(#[from] audit::Error),
    #[error(transparent)]
    Events(#[from] events::Error),
    #[error(transparent)]
    Database(#[from] db::Error),
}

impl Error {
    /// What is wrong with one field.
    fn field(field: &str, code: &str, message: &str) -> Self {
        Self::Invalid(Problem::new(Code::ValidationError).fault(field, code, message))
    }

    fn fields(details: Vec<Fault>) -> Self {
        Self::Invalid(Problem { details, ..Problem::new(Code::ValidationError) })
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Denied(denied) => denied.into(),
            Error::Invalid(problem) => problem,
            Error::NoSuchOrder => Self::new(Code::NotFound),
            Error::ReferenceTaken => Self::new(Code::OrderExists).fault(
                "reference",
                "taken",
                "There is an order with this reference already",
            ),
            Error::WrongState(why) => Self::new(Code::WrongState).detail(why),
            Error::ForeignCursor(foreign) => foreign.into(),
            Error::Audit(error) => error.into(),
            Error::Events(error) => error.into(),
            Error::Database(error) => error.into(),
        }
    }
}

/// The statements of this feature.
pub fn statements() -> Vec<Sql> {
    sql::ALL.iter().copied().chain(LIST.statements()).collect()
}

/// An amount as the audit trail has it: `12.50 EUR`, without what only typesetters need.
pub(crate) fn words(money: Money) -> String {
    format!("{} {}", money.decimal(), money.currency)
}
