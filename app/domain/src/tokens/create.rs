//! Creates tokens.

use frontdesk_model::{
    Code, Permission, Permissions, Problem, Secret, Timestamp, Token, TokenId, TokenText, UserId,
    audit::Action,
    form::Form,
    tokens::{self, CreateToken, DEFAULT_DAYS, Expiry, TokenKind, TokenOwner, TokenState},
    users::Status,
};

use super::{Error, digest, sql};
use crate::{
    Context,
    actor::{Actor, Denied},
    advisory_lock,
    audit::Entry,
    credentials,
    db::Tx,
    events, users,
};

const DAY: i64 = 24 * 3600;

/// A new token and its text, which is not stored.
#[derive(Clone, Debug)]
pub struct Created {
    pub token: Token,
    pub text: TokenText,
}

/// Creates a token for a signed-in person, who enters their password again: a token lasts longer than a
/// session, and someone at an unlocked device could take one away.
///
/// # Errors
/// As [`create()`]; those of a wrong password.
#[tracing::instrument(name = "tokens.create_in_person", skip_all)]
pub async fn create_in_person(ctx: &Context, form: CreateToken, password: Secret) -> Result<Created, Error> {
    let person = ctx.actor.require_person()?;
    form.check().map_err(Error::Invalid)?;
    if password.expose().is_empty() {
        let problem = Problem::new(Code::ValidationError);
        return Err(Error::Invalid(problem.fault(
            "current",
            "required",
            "Enter the password that you have now",
        )));
    }
    credentials::confirm(ctx, person, password, Action::TOKEN_PASSWORD_WRONG).await?;
    let mut tx = ctx.begin();
    let created = create_checked(ctx, &mut tx, form).await?;
    tx.commit().await?;
    Ok(created)
}

/// Creates a token: a personal one for the owner of the token that asks, or a service token.
///
/// # Errors
/// [`Error::Denied`] for a person, who needs [`create_in_person()`], for a service token without `tokens:manage`, for any token created with a token
/// without it, and for a personal token without an account; [`Error::NotHeld`]; [`Error::Invalid`];
/// [`Error::Limit`].
#[tracing::instrument(name = "tokens.create", skip_all)]
pub async fn create(ctx: &Context, form: CreateToken) -> Result<Created, Error> {
    let mut tx = ctx.begin();
    let created = create_in(ctx, &mut tx, form).await?;
    tx.commit().await?;
    Ok(created)
}

/// As [`create()`], in the caller's transaction.
///
/// # Errors
/// As [`create()`].
pub async fn create_in(ctx: &Context, tx: &mut Tx, form: CreateToken) -> Result<Created, Error> {
    if ctx.actor.person().is_some() {
        return Err(Denied::PasswordNeeded.into());
    }
    create_checked(ctx, tx, form).await
}

async fn create_checked(ctx: &Context, tx: &mut Tx, form: CreateToken) -> Result<Created, Error> {
    let owner = match form.kind {
        TokenKind::Personal => {
            let owner = ctx.actor.require_user()?;
            ctx.actor.require_through_token(Permission::TOKENS_MANAGE)?;
            Some(owner)
        }
        TokenKind::Service => {
            ctx.actor.require(Permission::TOKENS_MANAGE)?;
            None
        }
    };
    make(ctx, tx, owner, form, ctx.actor.permissions()).await
}

/// Creates a personal token for another user.
///
/// # Errors
/// [`Error::Denied`] without `tokens:manage` or the rank; [`users::Error::NoSuchUser`];
/// [`users::Error::WrongState`] unless the owner is active; otherwise as [`create()`], with the owner's
/// permissions.
#[tracing::instrument(name = "tokens.create_for", skip_all)]
pub async fn create_for(ctx: &Context, owner: UserId, form: CreateToken) -> Result<Created, Error> {
    let mut tx = ctx.begin();
    let created = create_for_in(ctx, &mut tx, owner, form).await?;
    tx.commit().await?;
    Ok(created)
}

/// As [`create_for()`], in the caller's transaction.
///
/// # Errors
/// As [`create_for()`].
pub async fn create_for_in(
    ctx: &Context,
    tx: &mut Tx,
    owner: UserId,
    form: CreateToken,
) -> Result<Created, Error> {
    ctx.actor.require(Permission::TOKENS_MANAGE)?;
    let owner = users::sql::by_id(&mut *tx, owner).await?.ok_or(users::Error::NoSuchUser)?;
    ctx.actor.require_rank_over(owner.id, &owner.roles)?;
    let form = CreateToken { kind: TokenKind::Personal, ..form };
    make(ctx, tx, Some(owner.id), form, owner.roles.permissions()).await
}

async fn make(
    ctx: &Context,
    tx: &mut Tx,
    owner: Option<UserId>,
    form: CreateToken,
    held: Permissions,
) -> Result<Created, Error> {
    form.check().map_err(Error::Invalid)?;
    let missing = form.permissions.without(held);
    if !missing.is_empty() {
        return Err(Error::NotHeld(missing));
    }
    let at = ctx.clock.now();
    let expires_at = expires_at(&ctx.actor, &form, at)?;
    let mut random = [0; tokens::RANDOM_BYTES];
    getrandom::fill(&mut random)?;
    let text = TokenText::of(random);

    let owner = match owner {
        Some(id) => {
            // Concurrent requests take turns, so that the count is valid until the commit.
            advisory_lock::acquire(tx, "tokens").await?;
            if sql::count_live(tx, id, at, tokens::MAX_LIVE).await? >= tokens::MAX_LIVE {
                return Err(Error::Limit);
            }
            let user = users::sql::by_id(&mut *tx, id).await?.ok_or(users::Error::NoSuchUser)?;
            if user.status != Status::Active {
                return Err(users::Error::WrongState("Only an active user can have a token.").into());
            }
            Some(TokenOwner { id, name: user.name })
        }
        None => None,
    };
    let token = Token {
        id: TokenId(ctx.clock.id_at(at)),
        name: form.name.trim().to_owned(),
        hint: text.hint().to_owned(),
        kind: form.kind,
        owner,
        permissions: form.permissions,
        state: TokenState::Live,
        created_at: at,
        created_by: ctx.actor.party(),
        expires_at,
        last_used_at: None,
        revoked_at: None,
    };
    sql::insert(tx, &token, digest(&text)).await?;
    events::record(ctx, tx, event(&token)).await?;
    Ok(Created { token, text })
}

fn event(token: &Token) -> Entry {
    let permissions = token.permissions.to_string();
    let expires = token.expires_at.map_or_else(|| "never".to_owned(), Timestamp::rfc3339);
    Entry::new(Action::TOKEN_CREATED)
        .on(token.id, &token.label())
        .changed("kind", None, Some(token.kind.as_str()))
        .changed("owner", None, token.owner.as_ref().map(|owner| owner.name.as_str()))
        .changed("permissions", None, Some(&permissions))
        .changed("expires", None, Some(&expires))
}

/// Expiry of the new token. A token created with a token expires no later than that one; otherwise a
/// leaked token could extend its own life.
fn expires_at(actor: &Actor, form: &CreateToken, now: Timestamp) -> Result<Option<Timestamp>, Error> {
    let fault = |code, message: &str| {
        Err(Error::Invalid(Problem::new(Code::ValidationError).fault("expires", code, message)))
    };
    let limit = actor.token().and_then(|bearer| bearer.expires_at);
    let after = |days: u16| now.plus_seconds(i64::from(days) * DAY);
    let asked = match Expiry::parse(&form.expires) {
        Ok(Expiry::Unsaid) => Some(limit.map_or(after(DEFAULT_DAYS), |limit| limit.min(after(DEFAULT_DAYS)))),
        Ok(Expiry::Days(days)) => Some(after(days)),
        Ok(Expiry::Never) if form.kind == TokenKind::Service => None,
        Ok(Expiry::Never) => return fault("never", "A personal token ends within a year: choose when"),
        Err(fault) => {
            return Err(Error::Invalid(Problem::new(Code::ValidationError).fault(
                "expires",
                &fault.code,
                fault.message.as_deref().unwrap_or_default(),
            )));
        }
    };
    match limit {
        Some(limit) if asked.is_none_or(|asked| asked > limit) => {
            fault("too_late", "What is made by way of a token ends no later than that token does")
        }
        _ => Ok(asked),
    }
}
