//! Accepts an invitation: the user chooses a password.

use frontdesk_model::{
    Problem, UserId, audit::Action, credentials::password, invitations::AcceptInvite, users::Status,
};

use super::open::open;
use crate::{
    Context,
    account_sources::{self, Kind},
    audit::Entry,
    credentials::Credentials,
    db::Tx,
    events,
    one_time_links::{Purpose, digest, sql as links},
    passwords, tokens,
    users::{Error, sql as users},
};

/// Sets the password and ends all sessions of the user.
///
/// # Errors
/// [`Error::LinkSpent`]; [`Error::Invalid`].
#[tracing::instrument(name = "invitations.accept_invite", skip_all)]
pub async fn accept(ctx: &Context, form: AcceptInvite) -> Result<Credentials, Error> {
    let mut tx = ctx.begin();
    let credentials = accept_in(ctx, &mut tx, form).await?;
    tx.commit().await?;
    Ok(credentials)
}

/// As [`accept()`], in the caller's transaction.
///
/// # Errors
/// As [`accept()`].
pub async fn accept_in(ctx: &Context, tx: &mut Tx, form: AcceptInvite) -> Result<Credentials, Error> {
    let who = open(ctx, Purpose::Invite, &form.token).await?;
    password::check(form.password.expose(), &[&who.name, &who.email]).map_err(|fault| {
        let message = fault.message.as_deref().unwrap_or_default().to_owned();
        let problem = Problem::new(frontdesk_model::Code::ValidationError);
        Error::Invalid(problem.fault("password", &fault.code, message))
    })?;
    passwords::check_new(ctx, &form.password, &[&who.name, &who.email]).await.map_err(Error::Invalid)?;
    let hash = ctx.passwords.hash(form.password).await?;
    let at = ctx.clock.now();
    let spent = links::spend_link(tx, digest(&form.token), Purpose::Invite, at).await?;
    let link = spent.ok_or(Error::LinkSpent(Purpose::Invite))?;
    let id = link.user_id.map(UserId).ok_or(Error::LinkSpent(Purpose::Invite))?;
    let user = users::by_id(&mut *tx, id).await?.filter(|user| user.status == Status::Active);
    let user = user.ok_or(Error::LinkSpent(Purpose::Invite))?;
    account_sources::record_person(ctx, tx, id, link.created_by.map(UserId), Kind::Password).await?;
    let epoch = users::set_password(tx, id, hash, at).await?;
    // A password is reset when it may be known to someone else, who may have made tokens with it.
    let ended = tokens::end_personal(tx, id, at).await?;
    let ended = (ended > 0).then(|| ended.to_string());
    let entry = Entry::new(Action::INVITE_ACCEPTED).on(id, &user.name).changed(
        "tokens",
        ended.as_deref(),
        ended.as_ref().map(|_| "0"),
    );
    events::record(ctx, tx, entry).await?;
    Ok(Credentials { user: id, name: user.name, epoch, rehash: None })
}
