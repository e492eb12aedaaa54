//! Orders: what somebody buys. An order is placed for a customer, and is paid, once, by a payment
//! (the room after this). What it costs never changes; what is paid and paid back is said by the
//! ledger, and here only added up.
//!
//! Whoever changes an order, its payments or its refunds takes the order's row first (`lock`), so
//! all that happens to one order happens one after another, and nothing waits in a circle.

mod export;
mod list;
mod place;
mod read;
mod store;

use frontdesk_model::{Code, Fault, Problem, page::ForeignCursor};

pub use export::{Export, export};
pub use list::{list, list_mine, list_statements, recent};
pub(crate) use place::words;
pub use place::{cancel, place};
pub(crate) use read::may_see;
pub use read::{History, HistoryEvent, get, history};
pub(crate) use store::{Locked, NewOrder, insert, lock, set_money};

use crate::{
    actor::Denied,
    audit,
    db::{self, Sql},
    events,
};

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

/// Every statement of this room.
pub fn statements() -> Vec<Sql> {
    store::ALL.iter().copied().chain(list_statements()).collect()
}
