//! Statements on sources of accounts.

use frontdesk_model::{Timestamp, UserId};
use uuid::Uuid;

use super::Kind;
use crate::{
    actor::Actor,
    db::{self, Read, Tx, statements},
    params,
};

statements! { "account_sources";
    INSERT = "INSERT INTO account_sources (account_id, person_id, kind, at) VALUES ($1, $2, $3, $4) \
              ON CONFLICT (account_id, person_id, kind) DO UPDATE SET at = excluded.at, chosen_since = 0";
    CHOOSE_ONESELF = "UPDATE account_sources SET chosen_since = 1 WHERE account_id = $1 AND kind = 'password'";
    // `made` and `asked` are the sources of the decider and of the requester, over any number of accounts; `known`
    // are the persons who can know the requester's password. An owner may be a source of both, because every
    // account comes from an owner in the end.
    LINKS = "WITH RECURSIVE made (person) AS (\
                 SELECT person_id FROM account_sources WHERE account_id = $2 \
                 UNION SELECT s.person_id FROM account_sources s JOIN made ON s.account_id = made.person), \
             asked (person) AS (\
                 SELECT person_id FROM account_sources WHERE account_id = $1 \
                 UNION SELECT s.person_id FROM account_sources s JOIN asked ON s.account_id = asked.person), \
             known (person) AS (\
                 SELECT person_id FROM account_sources WHERE account_id = $1 AND kind = 'password' AND chosen_since = 0 \
                 UNION SELECT s.person_id FROM account_sources s JOIN known ON s.account_id = known.person \
                 WHERE s.kind = 'password' AND s.chosen_since = 0) \
             SELECT (SELECT count(*) FROM made WHERE person = $1) + (SELECT count(*) FROM known WHERE person = $2) \
             + (SELECT count(*) FROM made JOIN asked ON asked.person = made.person WHERE made.person <> $2 \
                AND NOT EXISTS (SELECT 1 FROM user_roles r WHERE r.user_id = made.person AND r.role = 'owner'))";
    // The person who created a service token, perhaps through other tokens.
    MAKER = "WITH RECURSIVE up (maker, depth) AS (SELECT created_by, 0 FROM tokens WHERE id = $1 UNION ALL \
             SELECT t.created_by, up.depth + 1 FROM tokens t JOIN up ON t.id = up.maker WHERE up.depth < 20) \
             SELECT maker FROM up ORDER BY depth DESC LIMIT 1";
}

pub(super) async fn insert(
    tx: &mut Tx,
    account: UserId,
    person: UserId,
    kind: Kind,
    at: Timestamp,
) -> Result<(), db::Error> {
    tx.execute(INSERT, params![account, person, kind.as_str(), at]).await.map(drop)
}

/// Records that the person of this account has chosen a password without a link.
pub(crate) async fn choose_oneself(tx: &mut Tx, account: UserId) -> Result<(), db::Error> {
    tx.execute(CHOOSE_ONESELF, params![account]).await.map(drop)
}

/// Returns true if the decider comes from the requester, or can know the requester's password.
pub(super) async fn are_linked(
    mut from: impl Read,
    requester: UserId,
    decider: UserId,
) -> Result<bool, db::Error> {
    let row: Option<(i64,)> = from.optional(LINKS, params![requester, decider]).await?;
    Ok(row.is_none_or(|(links,)| links > 0))
}

/// The person responsible for the actor: the person, the owner of a personal token, or the creator of a
/// service token. `None` for the command line and for Frontdesk itself.
pub(crate) async fn person_behind(tx: &mut Tx, actor: &Actor) -> Result<Option<UserId>, db::Error> {
    match (actor.user(), actor.token()) {
        (Some(user), _) => Ok(Some(user)),
        (None, Some(token)) => {
            let row: Option<(Option<Uuid>,)> = tx.optional(MAKER, params![token.id]).await?;
            Ok(row.and_then(|(maker,)| maker).map(UserId))
        }
        (None, None) => Ok(None),
    }
}
