//! One-time links: the first owner's, and invitations to choose a password.
//!
//! The database keeps only the hash of what is in a link, so who reads it cannot follow one.

use frontdesk_model::{
    LinkId, Permission, Problem, Role, Secret, Timestamp, UserId,
    audit::Action,
    forms::{AcceptInvite, Form, OneUser, SetUp},
    password,
    user::Status,
};
use sha2::{Digest, Sha256};

use super::{
    Change, Credentials, Error, people,
    store::{self, NewLink, Purpose, State},
};
use crate::{Domain, actor::Actor, audit::Entry, breaches, db::Tx, events};

/// How long the first owner's link works, in seconds: a day.
pub const SETUP_SECONDS: i64 = 24 * 3600;
/// How long an invitation works, in seconds: a week.
pub const INVITE_SECONDS: i64 = 7 * 24 * 3600;

/// What a start finds out about the first owner's link.
#[derive(Clone, Debug)]
pub enum FirstLink {
    /// There is an owner, so there is none.
    NotNeeded,
    /// One has been made that is still good. What it is cannot be told again.
    Earlier { expires_at: Timestamp },
    /// The token of a new one.
    New(Secret),
}

/// Makes a link for the first owner, unless there is an owner, or a link that is still good: an
/// instance that starts takes away nobody's link.
///
/// # Errors
/// What the database says.
#[tracing::instrument(name = "accounts.first_link", skip_all)]
pub async fn first_link(domain: &Domain) -> Result<FirstLink, Error> {
    let mut tx = domain.begin(&Actor::system()).await?;
    // Two that start at once take turns, so that one link is made.
    store::take_turn(&mut tx, "owners").await?;
    if store::has_owner(&mut tx).await? {
        return Ok(FirstLink::NotNeeded);
    }
    if let Some(expires_at) = store::setup_link_expiry(&mut tx, domain.clock.now()).await? {
        return Ok(FirstLink::Earlier { expires_at });
    }
    Ok(FirstLink::New(make_setup_link(domain, tx).await?))
}

/// The token of a new link for the first owner, which replaces the one before; `None` if there is
/// an owner.
///
/// # Errors
/// What the database says.
#[tracing::instrument(name = "accounts.setup_link", skip_all)]
pub async fn setup_link(domain: &Domain) -> Result<Option<Secret>, Error> {
    let mut tx = domain.begin(&Actor::system()).await?;
    store::take_turn(&mut tx, "owners").await?;
    if store::has_owner(&mut tx).await? {
        return Ok(None);
    }
    make_setup_link(domain, tx).await.map(Some)
}

async fn make_setup_link(domain: &Domain, mut tx: Tx) -> Result<Secret, Error> {
    let token = insert(domain, &mut tx, Purpose::Setup, None).await?;
    events::record(&mut tx, domain, &Actor::system(), Entry::new(Action::SetupLinkCreated)).await?;
    tx.commit().await?;
    Ok(token)
}

/// Makes the first owner.
///
/// # Errors
/// [`Error::LinkSpent`]; [`Error::Invalid`]; [`Error::EmailTaken`].
#[tracing::instrument(name = "accounts.set_up", skip_all)]
pub async fn set_up(domain: &Domain, actor: &Actor, form: SetUp) -> Result<Credentials, Error> {
    open_link(domain, Purpose::Setup, &form.token).await?;
    form.check().map_err(Error::Invalid)?;
    let (name, email) = people::parse(&form.name, &form.email)?;
    breaches::refuse_known(domain, &form.password).await.map_err(Error::Invalid)?;
    let hash = domain.passwords.hash(form.password).await?;
    let mut tx = domain.begin(actor).await?;
    let at = domain.clock.now();
    store::take_turn(&mut tx, "owners").await?;
    let spent = store::spend_link(&mut tx, digest(&form.token), Purpose::Setup, at).await?;
    if spent.is_none() || store::has_owner(&mut tx).await? {
        return Err(Error::LinkSpent(Purpose::Setup));
    }
    let id = people::insert(domain, &mut tx, &name, &email, Some(hash)).await?;
    store::insert_role(&mut tx, id, Role::Owner, at, None).await?;
    let entry = people::with_facts(Entry::new(Action::UserCreated), &name, &email)
        .changed("role", None, Some(Role::Owner.as_str()))
        .on(id, name.as_str());
    events::record(&mut tx, domain, actor, entry).await?;
    tx.commit().await?;
    Ok(Credentials { user: id, name: name.as_str().to_owned(), epoch: 0, rehash: None })
}

/// What somebody sees before they use a link.
#[derive(Clone, Debug, Default)]
pub struct OpenLink {
    pub name: String,
    pub email: String,
}

/// Looks at an invitation, or at the first owner's link, without using it up.
///
/// # Errors
/// [`Error::LinkSpent`].
pub async fn open_link(domain: &Domain, purpose: Purpose, token: &Secret) -> Result<OpenLink, Error> {
    let seen = store::see_link(&domain.db, digest(token), purpose, domain.clock.now()).await?;
    let link = seen.ok_or(Error::LinkSpent(purpose))?;
    Ok(OpenLink { name: link.name.unwrap_or_default(), email: link.email.unwrap_or_default() })
}

/// The token of a new link with which somebody chooses a password; it replaces the one before.
///
/// # Errors
/// [`Error::Denied`] without `users:update` or the rank; [`Error::WrongState`] unless active.
#[tracing::instrument(name = "accounts.invite", skip_all)]
pub async fn invite(domain: &Domain, actor: &Actor, form: OneUser) -> Result<Secret, Error> {
    let mut change = Change::begin(domain, actor, Permission::UsersUpdate, form.id).await?;
    change.status_must_be(Status::Active, "Only an active user can choose a password.")?;
    let link = insert_invite(domain, &mut change.tx, form.id).await?;
    change.commit(State::Same, Entry::new(Action::InviteCreated)).await?;
    Ok(link)
}

/// Chooses a password, which ends every session there was.
///
/// # Errors
/// [`Error::LinkSpent`]; [`Error::Invalid`].
#[tracing::instrument(name = "accounts.accept_invite", skip_all)]
pub async fn accept_invite(domain: &Domain, actor: &Actor, form: AcceptInvite) -> Result<Credentials, Error> {
    let who = open_link(domain, Purpose::Invite, &form.token).await?;
    password::check(form.password.expose(), &[&who.name, &who.email]).map_err(|fault| {
        let message = fault.message.as_deref().unwrap_or_default().to_owned();
        let problem = Problem::new(frontdesk_model::Code::ValidationError);
        Error::Invalid(problem.fault("password", &fault.code, message))
    })?;
    breaches::refuse_known(domain, &form.password).await.map_err(Error::Invalid)?;
    let hash = domain.passwords.hash(form.password).await?;
    let mut tx = domain.begin(actor).await?;
    let at = domain.clock.now();
    let spent = store::spend_link(&mut tx, digest(&form.token), Purpose::Invite, at).await?;
    let id = spent.and_then(|link| link.user_id).map(UserId).ok_or(Error::LinkSpent(Purpose::Invite))?;
    let user = store::by_id(&mut tx, id).await?.filter(|user| user.status == Status::Active);
    let user = user.ok_or(Error::LinkSpent(Purpose::Invite))?;
    let epoch = store::set_password(&mut tx, id, hash, at).await?;
    events::record(&mut tx, domain, actor, Entry::new(Action::InviteAccepted).on(id, &user.name)).await?;
    tx.commit().await?;
    Ok(Credentials { user: id, name: user.name, epoch, rehash: None })
}

pub(super) async fn insert_invite(domain: &Domain, tx: &mut Tx, user: UserId) -> Result<Secret, Error> {
    insert(domain, tx, Purpose::Invite, Some(user)).await
}

async fn insert(
    domain: &Domain,
    tx: &mut Tx,
    purpose: Purpose,
    user: Option<UserId>,
) -> Result<Secret, Error> {
    let mut random = [0; 32];
    getrandom::fill(&mut random)?;
    let token = Secret::new(random.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    let at = domain.clock.now();
    let seconds = match purpose {
        Purpose::Setup => SETUP_SECONDS,
        Purpose::Invite => INVITE_SECONDS,
    };
    let id = LinkId(domain.clock.id_at(at));
    let expires_at = at.plus_seconds(seconds);
    store::insert_link(tx, NewLink { id, token_hash: digest(&token), purpose, user, at, expires_at }).await?;
    Ok(token)
}

fn digest(token: &Secret) -> Vec<u8> {
    Sha256::digest(token.expose().as_bytes()).to_vec()
}
