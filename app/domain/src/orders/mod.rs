//! Orders. An order is placed for a customer, and paid once by a payment, which is a later feature. Its
//! total never changes; its captured and refunded amounts are sums of ledger entries.
//!
//! Every change of an order, its payments or its refunds locks the order's row first (`lock`), so that
//! changes of one order are serialized and cannot deadlock.

pub mod cancel;
pub mod export;
pub mod get;
pub mod history;
pub mod list;
pub mod place;
mod sql;

use frontdesk_model::{Code, Fault, Money, Problem, page::ForeignCursor};

use crate::{
    Feature, OtherVersion,
    actor::Denied,
    audit,
    db::{self, Sql},
    events,
};

pub use cancel::{cancel, cancel_in};
pub use export::{Export, export};
pub use get::get;
pub(crate) use get::may_see;
pub use history::{History, HistoryEvent, history};
pub use list::{LIST, list, list_mine, recent};
pub use place::{place, place_in};
pub(crate) use sql::{Locked, NewOrder, insert, lock, set_money};

/// This feature and its lists.
pub const FEATURE: Feature = Feature { statements, lists: || vec![&LIST], ..Feature::new("orders") };

/// A failure of a use case about orders.
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
    #[error("the export took too long")]
    TooLong,
    #[error("not in this state: {0}")]
    WrongState(&'static str),
    #[error(transparent)]
    ForeignCursor(#[from] ForeignCursor),
    #[error(transparent)]
    OtherVersion(#[from] OtherVersion),
    #[error(transparent)]
    Audit(#[from] audit::Error),
    #[error(transparent)]
    Events(#[from] events::Error),
    #[error(transparent)]
    Database(#[from] db::Error),
}

impl Error {
    /// A fault of one field.
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
            Error::TooLong => Self::new(Code::Busy),
            Error::WrongState(why) => Self::new(Code::WrongState).detail(why),
            Error::ForeignCursor(foreign) => foreign.into(),
            Error::OtherVersion(other) => other.into(),
            Error::Audit(error) => error.into(),
            Error::Events(error) => error.into(),
            Error::Database(error) => error.into(),
        }
    }
}

/// The statements of this feature.
fn statements() -> Vec<Sql> {
    sql::ALL.iter().copied().chain(LIST.statements()).collect()
}

/// Formats an amount for the audit trail: `12.50 EUR`, without typographic characters.
pub(crate) fn words(money: Money) -> String {
    format!("{} {}", money.decimal(), money.currency)
}
