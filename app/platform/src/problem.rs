//! What every room's failures have in common on their way to becoming a `Problem`.

use frontdesk_model::{Code, Problem};

use crate::{actor::Denied, db};

/// A failure that nobody could expect: logged once, here, with its chain of causes, and answered
/// with nothing but the fact. The door adds the request's id.
pub fn internal_error(error: &(dyn std::error::Error + 'static)) -> Problem {
    let mut chain = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        chain.push_str(": ");
        chain.push_str(&cause.to_string());
        source = cause.source();
    }
    tracing::error!(error = %chain, "internal error");
    Problem::new(Code::Internal)
}

impl From<db::Error> for Problem {
    fn from(error: db::Error) -> Self {
        match error {
            db::Error::Busy => Self::new(Code::Busy).retry_after(1),
            db::Error::Unavailable { .. } => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the database is not available");
                Self::new(Code::Busy).retry_after(1)
            }
            db::Error::OutcomeUnknown => Self::new(Code::OutcomeUnknown),
            db::Error::Repeated => Self::new(Code::IdempotencyInProgress).retry_after(1),
            db::Error::NotCommitted
            | db::Error::Encoding(_)
            | db::Error::Unusable(_)
            | db::Error::Failed { .. }
            | db::Error::Parameters { .. }
            | db::Error::NoShape { .. } => internal_error(&error),
        }
    }
}

/// Management pages do not exist for those who may not see them.
impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Anonymous => Self::new(Code::SignInRequired),
            Denied::Lacks(_) => Self::new(Code::NotFound),
            Denied::NoAccount => Self::new(Code::Forbidden)
                .detail("This is for people with an account of their own. A service token has none."),
            Denied::NotInPerson => Self::new(Code::Forbidden)
                .detail("This is for people who are signed in with a browser. No token can do it for them."),
            Denied::PasswordNeeded => Self::new(Code::Forbidden).detail("Enter your password again for this."),
            Denied::Outranked => Self::new(Code::Forbidden).detail(
                "This is about somebody who may do what you may not, so only somebody who may do it all can do this.",
            ),
        }
    }
}
