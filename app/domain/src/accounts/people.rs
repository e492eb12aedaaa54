//! Making people and changing what is known of them.

use frontdesk_model::{
    Email, Fault, Permission, PersonName, Problem, Secret, Timestamp, UserId,
    audit::{Action, Event},
    forms::{CreateUser, Form, SignUp, UpdateUser},
    query::AuditQuery,
    user::{Status, User},
};

use super::{
    Change, Credentials, Error, links,
    store::{self, NewUser},
};
use crate::{Domain, actor::Actor, audit, breaches, db, events, jobs};

/// Makes an account for whoever asks. The caller signs them in.
///
/// # Errors
/// [`Error::Invalid`] with each field's fault; [`Error::EmailTaken`]; [`Error::Password`] under a flood.
#[tracing::instrument(name = "accounts.register", skip_all)]
pub async fn register(domain: &Domain, actor: &Actor, form: SignUp) -> Result<Credentials, Error> {
    form.check().map_err(Error::Invalid)?;
    let (name, email) = parse(&form.name, &form.email)?;
    breaches::refuse_known(domain, &form.password).await.map_err(Error::Invalid)?;
    // Hashed before the address is looked up, and outside any transaction: a taken address costs
    // as much time as a free one, and the hash keeps nobody waiting for the writer.
    let hash = domain.passwords.hash(form.password).await?;
    let mut tx = domain.begin(actor).await?;
    let id = insert(domain, &mut tx, &name, &email, Some(hash)).await?;
    let entry = audit::Entry::new(Action::UserSignedUp).on(id, name.as_str());
    events::record(&mut tx, domain, actor, with_facts(entry, &name, &email)).await?;
    tx.commit().await?;
    Ok(Credentials { user: id, name: name.as_str().to_owned(), epoch: 0, rehash: None })
}

/// Makes an account for somebody else, and the token of the link with which they choose their password.
///
/// # Errors
/// [`Error::Denied`] without `users:create`; [`Error::Invalid`]; [`Error::EmailTaken`].
#[tracing::instrument(name = "accounts.create", skip_all)]
pub async fn create(domain: &Domain, actor: &Actor, form: CreateUser) -> Result<(User, Secret), Error> {
    actor.require(Permission::UsersCreate)?;
    form.check().map_err(Error::Invalid)?;
    let (name, email) = parse(&form.name, &form.email)?;
    let mut tx = domain.begin(actor).await?;
    let id = insert(domain, &mut tx, &name, &email, None).await?;
    let entry = audit::Entry::new(Action::UserCreated).on(id, name.as_str());
    events::record(&mut tx, domain, actor, with_facts(entry, &name, &email)).await?;
    let link = links::insert_invite(domain, &mut tx, id).await?;
    let user = store::by_id(&mut tx, id).await?.ok_or(Error::NoSuchUser)?;
    tx.commit().await?;
    Ok((user, link))
}

/// One user.
///
/// # Errors
/// [`Error::Denied`] without `users:read`; [`Error::NoSuchUser`].
#[tracing::instrument(name = "accounts.get", skip_all)]
pub async fn get(domain: &Domain, actor: &Actor, id: UserId) -> Result<User, Error> {
    actor.require(Permission::UsersRead)?;
    store::read_by_id(&domain.db, id).await?.ok_or(Error::NoSuchUser)
}

/// The user with this e-mail address, also if they are removed.
///
/// # Errors
/// [`Error::Denied`] without `users:read`; [`Error::NoSuchUser`].
#[tracing::instrument(name = "accounts.by_email", skip_all)]
pub async fn by_email(domain: &Domain, actor: &Actor, email: &Email) -> Result<User, Error> {
    actor.require(Permission::UsersRead)?;
    store::by_email(&domain.db, &email.key()).await?.ok_or(Error::NoSuchUser)
}

/// What became of an edit.
#[derive(Clone, Debug)]
pub struct Updated {
    /// As they are now.
    pub user: User,
    /// Whether anything was different.
    pub changed: bool,
}

/// Changes name and e-mail address, those that the form has.
///
/// # Errors
/// [`Error::Denied`] without `users:update` or the rank; [`Error::Changed`] with the fields that
/// differ if somebody else was faster; [`Error::Invalid`]; [`Error::EmailTaken`].
#[tracing::instrument(name = "accounts.update", skip_all)]
pub async fn update(domain: &Domain, actor: &Actor, form: UpdateUser) -> Result<Updated, Error> {
    let mut change = Change::begin(domain, actor, Permission::UsersUpdate, form.id).await?;
    form.check().map_err(Error::Invalid)?;
    let user = &change.user;
    let name = form.name.as_deref().unwrap_or(&user.name);
    let (name, email) = parse(name, form.email.as_deref().unwrap_or(&user.email))?;
    if user.status == Status::Removed {
        return Err(Error::WrongState("This user is removed. Restore them first."));
    }
    if name.as_str() == user.name && email.as_str() == user.email {
        return Ok(Updated { user: change.user, changed: false });
    }
    if form.version != user.version {
        return Err(Error::Changed(differences(user, &name, &email)));
    }
    let taken = store::id_by_email(&mut change.tx, &email.key()).await?;
    if taken.is_some_and(|holder| holder != change.user.id) {
        return Err(Error::EmailTaken);
    }
    let at = domain.clock.now();
    let written = store::update(&mut change.tx, (form.id, form.version), &name, &email, at).await;
    // Two who take the same free address at once: the unique index decides.
    if !written.map_err(|error| if error.is_conflict() { Error::EmailTaken } else { error.into() })? {
        return Err(Error::Changed(Vec::new()));
    }
    let entry = audit::Entry::new(Action::UserUpdated)
        .on(form.id, name.as_str())
        .changed("name", Some(&change.user.name), Some(name.as_str()))
        .changed("email", Some(&change.user.email), Some(email.as_str()));
    events::record(&mut change.tx, domain, actor, entry).await?;
    let user = store::by_id(&mut change.tx, form.id).await?.ok_or(Error::NoSuchUser)?;
    change.tx.commit().await?;
    Ok(Updated { user, changed: true })
}

/// What staff see first.
#[derive(Clone, Debug)]
pub struct Overview {
    /// Since 24 hours ago; counts stop at [`Overview::AT_MOST`].
    pub joined: i64,
    /// Since 24 hours ago; `None` without `audit:read`.
    pub failed_sign_ins: Option<i64>,
    pub suspended_count: i64,
    pub removed_count: i64,
    /// Jobs that nobody will do unless somebody looks after them; `None` without `jobs:read`.
    pub dead_jobs: Option<i64>,
    /// The latest few.
    pub suspended: Vec<User>,
    /// The latest few events; `None` without `audit:read`.
    pub events: Option<Vec<Event>>,
}

impl Overview {
    /// Counting stops here, so that the page costs the same with any number of users.
    pub const AT_MOST: i64 = 1_000;
}

/// What happened lately, and what needs attention.
///
/// # Errors
/// [`Error::Denied`] without `overview:read`.
#[tracing::instrument(name = "accounts.overview", skip_all)]
pub async fn overview(domain: &Domain, actor: &Actor) -> Result<Overview, Error> {
    actor.require(Permission::OverviewRead)?;
    let (db, at_most) = (&domain.db, Overview::AT_MOST + 1);
    let yesterday: Timestamp = domain.clock.now().plus_seconds(-24 * 3600);
    let (failed_sign_ins, events) = if actor.may(Permission::AuditRead) {
        let query = AuditQuery { limit: frontdesk_model::Limit::new(10), ..AuditQuery::default() };
        let events =
            audit::list(domain, actor, &query).await.map_err(|error| Error::Invalid(Problem::from(error)))?;
        let failed = audit::count_since(domain, Action::LoginFailed, yesterday, at_most).await?;
        (Some(failed), Some(events.items))
    } else {
        (None, None)
    };
    let dead_jobs = match actor.may(Permission::JobsRead) {
        true => Some(jobs::count_dead(domain, at_most).await?),
        false => None,
    };
    Ok(Overview {
        dead_jobs,
        joined: store::count_joined(db, yesterday, at_most).await?,
        failed_sign_ins,
        suspended_count: store::count_status(db, Status::Suspended, at_most).await?,
        removed_count: store::count_status(db, Status::Removed, at_most).await?,
        suspended: store::suspended(db, 5).await?,
        events,
    })
}

/// The two facts that every account has. The forms have checked them; this is what makes them types.
pub(super) fn parse(name: &str, email: &str) -> Result<(PersonName, Email), Error> {
    let invalid = |field: &'static str| {
        move |fault: validator::ValidationError| {
            let message = fault.message.as_deref().unwrap_or_default().to_owned();
            Error::Invalid(Problem::new(frontdesk_model::Code::ValidationError).fault(
                field,
                &fault.code,
                message,
            ))
        }
    };
    Ok((PersonName::parse(name).map_err(invalid("name"))?, Email::parse(email).map_err(invalid("email"))?))
}

pub(super) async fn insert(
    domain: &Domain,
    tx: &mut db::Tx,
    name: &PersonName,
    email: &Email,
    password_hash: Option<String>,
) -> Result<UserId, Error> {
    let at = domain.clock.now();
    let id = UserId(domain.clock.id_at(at));
    let inserted = store::insert(tx, NewUser { id, name, email, password_hash, at }).await?;
    if inserted { Ok(id) } else { Err(Error::EmailTaken) }
}

pub(super) fn with_facts(entry: audit::Entry, name: &PersonName, email: &Email) -> audit::Entry {
    entry.changed("name", None, Some(name.as_str())).changed("email", None, Some(email.as_str()))
}

/// What is there now where it is not what was typed.
fn differences(now: &User, name: &PersonName, email: &Email) -> Vec<Fault> {
    [("name", &now.name, name.as_str()), ("email", &now.email, email.as_str())]
        .into_iter()
        .filter(|(_, now, typed)| now.as_str() != *typed)
        .map(|(field, now, _)| Fault {
            field: field.to_owned(),
            code: "changed".to_owned(),
            message: format!("It is “{now}” now"),
        })
        .collect()
}
