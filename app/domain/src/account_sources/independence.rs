//! Whether two accounts are those of two persons.

use frontdesk_model::UserId;

use super::sql;
use crate::db::{self, Read};

/// Returns true unless the requester can have made the decider's account, or the decider can know the
/// requester's password.
///
/// The decider depends on the requester through any source, however many accounts lie between. The other
/// way round that would be every employee whom a manager invited, so only passwords count there, and only
/// until the person has chosen another one.
pub(crate) async fn are_two_persons(
    from: impl Read,
    requester: UserId,
    decider: UserId,
) -> Result<bool, db::Error> {
    Ok(requester != decider && !sql::are_linked(from, requester, decider).await?)
}
