//! Sessions: tower-sessions carries the cookie, the domain keeps the rows.

use std::{collections::HashMap, fmt};

use async_trait::async_trait;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use frontdesk_domain::{
    Domain,
    accounts::Credentials,
    actor::Origin,
    sessions::{self, TokenHash},
};
use frontdesk_web::visit::{SESSION_ORIGIN, SESSION_PROOF};
use http::{
    HeaderValue,
    header::{Entry, SET_COOKIE},
};
use tower_sessions::{
    Expiry, SessionManagerLayer, SessionStore,
    cookie::{SameSite, time::Duration, time::OffsetDateTime},
    session::{Id, Record},
    session_store::{Error, Result},
};

use crate::config::BaseUrl;

/// The key under which a loaded session holds its person.
pub const PERSON: &str = "person";

/// The session layer.
///
/// `__Host-` binds the cookie to this very host, and needs `Secure`. Browsers take a `Secure`
/// cookie over plain HTTP from `localhost` only; at another plain address there is no way to have
/// both, and the cookie goes without.
pub fn layer(domain: Domain, base_url: &BaseUrl) -> SessionManagerLayer<Store> {
    let secure = is_secure(base_url);
    // The row decides when a session is over; the cookie only must not go before it.
    let days = Duration::try_from(domain.lifetime.absolute).unwrap_or(Duration::days(30));
    SessionManagerLayer::new(Store { domain })
        .with_name(name(secure))
        .with_secure(secure)
        .with_http_only(true)
        // Lax, not Strict: who follows a link from an e-mail arrives signed in.
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(days))
}

/// Whether the cookie is bound to this host and to HTTPS.
pub fn is_secure(base_url: &BaseUrl) -> bool {
    base_url.is_https() || base_url.is_loopback()
}

fn name(secure: bool) -> &'static str {
    if secure { "__Host-session" } else { "session" }
}

/// Completes the cookie by which tower-sessions takes a session's cookie away. It has none of the
/// attributes that made that one, and without `Secure` browsers do not take it for one whose name
/// begins with `__Host-`: what it should remove would stay.
pub async fn take_away(State(secure): State<bool>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let name = name(secure);
    let is_removal = |line: &HeaderValue| {
        line.as_bytes().strip_prefix(name.as_bytes()).is_some_and(|rest| rest.starts_with(b"=;"))
    };
    if response.headers().get_all(SET_COOKIE).iter().any(is_removal) {
        let Entry::Occupied(mut lines) = response.headers_mut().entry(SET_COOKIE) else { return response };
        let secure = if secure { "; Secure" } else { "" };
        let removal = format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax{secure}");
        for line in lines.iter_mut().filter(|line| is_removal(line)) {
            // Made of our own words only, so it is always a valid header.
            *line = HeaderValue::try_from(removal.as_str()).unwrap_or(HeaderValue::from_static(""));
        }
    }
    response
}

/// tower-sessions' view of the domain's sessions. What is in the cookie comes here and no further:
/// the domain sees its hash.
#[derive(Clone)]
pub struct Store {
    domain: Domain,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store")
    }
}

#[async_trait]
impl SessionStore for Store {
    /// Begins the session of whoever has just proved who they are.
    async fn create(&self, record: &mut Record) -> Result<()> {
        let read =
            |key: &str| record.data.get(key).cloned().ok_or_else(|| Error::Encode(format!("no {key}")));
        let proof: Credentials = serde_json::from_value(read(SESSION_PROOF)?).map_err(decode)?;
        let (ip, user_agent, request_id) = serde_json::from_value(read(SESSION_ORIGIN)?).map_err(decode)?;
        let origin = Origin { ip, user_agent, request_id, claim: None };
        sessions::begin(&self.domain, &proof, token(&record.id), &origin).await.map_err(backend)?;
        Ok(())
    }

    /// Nothing about a session changes after it has begun but when it was last seen, which the
    /// domain notes by itself.
    async fn save(&self, _record: &Record) -> Result<()> {
        Ok(())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let person = sessions::load(&self.domain, token(id)).await.map_err(backend)?;
        let Some(person) = person else { return Ok(None) };
        let person = serde_json::to_value(person).map_err(decode)?;
        let data = HashMap::from([(PERSON.to_owned(), person)]);
        // The domain has judged the expiry; tower-sessions is not to judge it again.
        Ok(Some(Record {
            id: *id,
            data,
            expiry_date: OffsetDateTime::from_unix_timestamp(i64::from(i32::MAX))
                .unwrap_or(OffsetDateTime::UNIX_EPOCH),
        }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        sessions::forget(&self.domain, token(id)).await.map_err(backend)
    }
}

fn token(id: &Id) -> TokenHash {
    TokenHash::of(&id.0.to_le_bytes())
}

fn decode(error: serde_json::Error) -> Error {
    Error::Decode(error.to_string())
}

fn backend(error: sessions::Error) -> Error {
    // Logged here with its causes; tower-sessions would keep only the words.
    let problem = frontdesk_model::Problem::from(error);
    Error::Backend(problem.title.into_owned())
}
