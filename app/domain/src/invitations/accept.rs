//! Accepts an invitation: the user chooses a password.

use frontdesk_model::{Problem, UserId, audit::Action, forms::AcceptInvite, password, user::Status};

use super::open::open;
use crate::{
    Domain,
    actor::Actor,
    audit::Entry,
    credentials::Credentials,
    events,
    one_time_links::{Purpose, digest, sql as links},
    passwords,
    users::{Error, sql as users},
};

/// Sets the password and ends all sessions of the user.
///
/// # Errors
/// [`Error::LinkSpent`]; [`Error::Invalid`].
#[tracing::instrument(name = "invitations.accept_invite", skip_all)]
pub async fn accept(domain: &Domain, actor: &Actor, form: AcceptInvite) -> Result<Credentials, Error> {
    let who = open(domain, Purpose::Invite, &form.token).await?;
    password::check(form.password.expose(), &[&who.name, &who.email]).map_err(|fault| {
        let message = fault.message.as_deref().unwrap_or_default().to_owned();
        let problem = Problem::new(frontdesk_model::Code::ValidationError);
        Error::Invalid(problem.fault("password", &fault.code, message))
    })?;
    passwords::refuse_breached(domain, &form.password).await.map_err(Error::Invalid)?;
    let hash = domain.passwords.hash(form.password).await?;
    let mut tx = domain.begin(actor).await?;
    let at = domain.clock.now();
    let spent = links::spend_link(&mut tx, digest(&form.token), Purpose::Invite, at).await?;
    let id = spent.and_then(|link| link.user_id).map(UserId).ok_or(Error::LinkSpent(Purpose::Invite))?;
    let user = users::by_id(&mut tx, id).await?.filter(|user| user.status == Status::Active);
    let user = user.ok_or(Error::LinkSpent(Purpose::Invite))?;
    let epoch = users::set_password(&mut tx, id, hash, at).await?;
    events::record(&mut tx, domain, actor, Entry::new(Action::InviteAccepted).on(id, &user.name)).await?;
    tx.commit().await?;
    Ok(Credentials { user: id, name: user.name, epoch, rehash: None })
}
