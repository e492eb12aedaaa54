//! Sessions: tower-sessions carries the cookie, the domain keeps the rows.

use std::{collections::HashMap, fmt};

use async_trait::async_trait;
use frontdesk_domain::{
    Domain,
    accounts::Credentials,
    actor::Origin,
    sessions::{self, TokenHash},
};
use frontdesk_web::visit::{SESSION_ORIGIN, SESSION_PROOF};
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
    let secure = base_url.is_https() || base_url.is_loopback();
    // The row decides when a session is over; the cookie only must not go before it.
    let days = Duration::try_from(domain.lifetime.absolute).unwrap_or(Duration::days(30));
    SessionManagerLayer::new(Store { domain })
        .with_name(if secure { "__Host-session" } else { "session" })
        .with_secure(secure)
        .with_http_only(true)
        // Lax, not Strict: who follows a link from an e-mail arrives signed in.
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(days))
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
        let read = |key: &str| record.data.get(key).cloned().ok_or_else(|| Error::Encode(format!("no {key}")));
        let proof: Credentials = serde_json::from_value(read(SESSION_PROOF)?).map_err(decode)?;
        let (ip, user_agent, request_id) = serde_json::from_value(read(SESSION_ORIGIN)?).map_err(decode)?;
        let origin = Origin { ip, user_agent, request_id };
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
        Ok(Some(Record { id: *id, data, expiry_date: OffsetDateTime::from_unix_timestamp(i64::from(i32::MAX)).unwrap_or(OffsetDateTime::UNIX_EPOCH) }))
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
