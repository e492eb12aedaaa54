//! Creates tokens.

use frontdesk_model::{
    Code, Permission, Permissions, Problem, Timestamp, Token, TokenId, TokenText, UserId,
    audit::Action,
    forms::{CreateToken, Form},
    token::{self, DEFAULT_DAYS, Expiry, TokenKind, TokenOwner, TokenState},
};

use super::{Error, digest, sql};
use crate::{Domain, actor::Actor, advisory_lock, audit::Entry, events, users};

const DAY: i64 = 24 * 3600;

/// A new token and its text, which is not stored.
#[derive(Clone, Debug)]
pub struct Created {
    pub token: Token,
    pub text: TokenText,
}

/// Creates a token: a personal one for the actor, or a service token.
///
/// # Errors
/// [`Error::Denied`] for a service token without `tokens:manage`, for any token created with a token
/// without it, and for a personal token without an account; [`Error::NotHeld`]; [`Error::Invalid`];
/// [`Error::Limit`].
#[tracing::instrument(name = "tokens.create", skip_all)]
pub async fn create(domain: &Domain, actor: &Actor, form: CreateToken) -> Result<Created, Error> {
    let owner = match form.kind {
        TokenKind::Personal => {
            let owner = actor.require_user()?;
            actor.require_through_token(Permission::TokensManage)?;
            Some(owner)
        }
        TokenKind::Service => {
            actor.require(Permission::TokensManage)?;
            None
        }
    };
    make(domain, actor, owner, form, actor.permissions()).await
}

/// Creates a personal token for a user, from the command line.
///
/// # Errors
/// [`users::Error::NoSuchUser`]; otherwise as [`create`], with the owner's permissions.
#[tracing::instrument(name = "tokens.create_for", skip_all)]
pub async fn create_for(domain: &Domain, owner: UserId, form: CreateToken) -> Result<Created, Error> {
    let actor = Actor::system();
    let owner = users::get(domain, &actor, owner).await?;
    let form = CreateToken { kind: TokenKind::Personal, ..form };
    make(domain, &actor, Some(owner.id), form, owner.roles.permissions()).await
}

async fn make(
    domain: &Domain,
    actor: &Actor,
    owner: Option<UserId>,
    form: CreateToken,
    held: Permissions,
) -> Result<Created, Error> {
    form.check().map_err(Error::Invalid)?;
    let missing = form.permissions.without(held);
    if !missing.is_empty() {
        return Err(Error::NotHeld(missing));
    }
    let at = domain.clock.now();
    let expires_at = expires_at(actor, &form, at)?;
    let mut random = [0; token::RANDOM_BYTES];
    getrandom::fill(&mut random)?;
    let text = TokenText::of(random);

    let mut tx = domain.begin(actor).await?;
    let owner = match owner {
        Some(id) => {
            // Concurrent requests take turns, so that the count is valid until the commit.
            advisory_lock::acquire(&mut tx, "tokens").await?;
            if sql::count_live(&mut tx, id, at, token::MAX_LIVE).await? >= token::MAX_LIVE {
                return Err(Error::Limit);
            }
            let user = users::sql::by_id(&mut tx, id).await?.ok_or(users::Error::NoSuchUser)?;
            Some(TokenOwner { id, name: user.name })
        }
        None => None,
    };
    let token = Token {
        id: TokenId(domain.clock.id_at(at)),
        name: form.name.trim().to_owned(),
        hint: text.hint().to_owned(),
        kind: form.kind,
        owner,
        permissions: form.permissions,
        state: TokenState::Live,
        created_at: at,
        created_by: actor.party(),
        expires_at,
        last_used_at: None,
        revoked_at: None,
    };
    sql::insert(&mut tx, &token, digest(&text)).await?;
    events::record(&mut tx, domain, actor, event(&token)).await?;
    tx.commit().await?;
    Ok(Created { token, text })
}

fn event(token: &Token) -> Entry {
    let permissions = token.permissions.to_string();
    let expires = token.expires_at.map_or_else(|| "never".to_owned(), Timestamp::rfc3339);
    Entry::new(Action::TokenCreated)
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
