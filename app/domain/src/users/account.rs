//! Name and e-mail address, which every account has.

use frontdesk_model::{Code, Email, PersonName, Problem, UserId, audit::Action};

use super::{
    Error,
    sql::{self, NewUser},
};
use crate::{Context, Domain, audit::Entry, db::Tx, events};

/// Parses the name and e-mail address of an account. The forms have validated them; this turns them into
/// types.
pub(crate) fn parse(name: &str, email: &str) -> Result<(PersonName, Email), Error> {
    Ok((parse_name(name)?, parse_email(email)?))
}

pub(super) fn parse_name(name: &str) -> Result<PersonName, Error> {
    PersonName::parse(name).map_err(|fault| invalid("name", &fault))
}

pub(super) fn parse_email(email: &str) -> Result<Email, Error> {
    Email::parse(email).map_err(|fault| invalid("email", &fault))
}

pub(crate) fn invalid(field: &'static str, fault: &validator::ValidationError) -> Error {
    let message = fault.message.as_deref().unwrap_or_default().to_owned();
    Error::Invalid(Problem::new(Code::ValidationError).fault(field, &fault.code, message))
}

/// Creates an account, and records it as `action`.
pub(crate) async fn create(
    ctx: &Context,
    tx: &mut Tx,
    action: Action,
    (name, email): (&PersonName, &Email),
    password_hash: Option<String>,
) -> Result<UserId, Error> {
    let id = insert(ctx, tx, name, email, password_hash).await?;
    let entry = Entry::new(action).on(id, name.as_str());
    let user = sql::by_id(&mut *tx, id).await?.ok_or(Error::NoSuchUser)?;
    events::record_change(ctx, tx, with_facts(entry, name, email), None, &user).await?;
    Ok(id)
}

pub(crate) async fn insert(
    domain: &Domain,
    tx: &mut Tx,
    name: &PersonName,
    email: &Email,
    password_hash: Option<String>,
) -> Result<UserId, Error> {
    let at = domain.clock.now();
    let id = UserId(domain.clock.id_at(at));
    let inserted = sql::insert(tx, NewUser { id, name, email, password_hash, at }).await?;
    if inserted { Ok(id) } else { Err(Error::EmailTaken) }
}

pub(crate) fn with_facts(entry: Entry, name: &PersonName, email: &Email) -> Entry {
    entry.changed("name", None, Some(name.as_str())).changed("email", None, Some(email.as_str()))
}
