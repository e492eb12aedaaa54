//! Tells two persons from one person with two accounts, as far as the sources of accounts allow.

use frontdesk_model::UserId;

use super::sql;
use crate::db::{self, Read};

/// Returns false if the requester is a source of the decider's account, if the decider can know the
/// requester's password, or if one person who is not an owner is a source of both.
///
/// Sources of the decider count over any number of accounts in between. In the other direction only
/// passwords count, and only until the requester has chosen another one: otherwise a manager could never
/// approve the request of an employee they invited.
pub(crate) async fn are_two_persons(
    from: impl Read,
    requester: UserId,
    decider: UserId,
) -> Result<bool, db::Error> {
    Ok(requester != decider && !sql::are_linked(from, requester, decider).await?)
}
