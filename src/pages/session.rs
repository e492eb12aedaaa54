//! Sessions: tower-sessions handles the cookie, the domain stores the rows.

use std::{borrow::Cow, collections::HashMap, fmt};

use async_trait::async_trait;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use frontdesk_domain::{
    Domain,
    actor::Actor,
    sessions::{self, TokenHash},
};
use frontdesk_http::{
    BaseUrl,
    request::cookies::{self, CookieScope},
};
use frontdesk_web::session::{NewSession, SessionStart};
use http::{
    HeaderValue,
    header::{Entry, SET_COOKIE},
};
use tower::{Layer, ServiceExt};
use tower_sessions::{
    Expiry, SessionManagerLayer, SessionStore,
    cookie::{
        SameSite,
        time::{Duration, OffsetDateTime},
    },
    session::{Id, Record},
    session_store::{Error, Result},
};

/// The key of the person in a loaded session.
pub const PERSON: &str = "person";

/// The options of the session layer.
#[derive(Clone)]
pub struct Sessions {
    domain: Domain,
    scope: CookieScope,
}

impl Sessions {
    pub fn new(domain: Domain, base_url: &BaseUrl) -> Self {
        Self { domain, scope: CookieScope::of(base_url) }
    }

    /// The layer of one request, whose store starts the session that the request has a proof for.
    fn layer(&self, start: SessionStart) -> SessionManagerLayer<Store> {
        let domain = self.domain.clone();
        // The row decides when a session ends; the cookie must only outlive it.
        let days = Duration::try_from(domain.lifetime.absolute).unwrap_or(Duration::days(30));
        SessionManagerLayer::new(Store { domain, start })
            .with_name(name(self.scope))
            .with_secure(self.scope.is_secure())
            .with_http_only(true)
            // Lax, not Strict: a visitor who follows a link from an e-mail arrives signed in.
            .with_same_site(SameSite::Lax)
            .with_path("/")
            .with_expiry(Expiry::OnInactivity(days))
    }
}

/// Adds the session of the cookie to the request, and the [`SessionStart`] of a new one.
pub async fn manage(State(sessions): State<Sessions>, mut request: Request, next: Next) -> Response {
    cookies::drop_unreadable(request.headers_mut());
    let start = SessionStart::default();
    request.extensions_mut().insert(start.clone());
    let Ok(response) = sessions.layer(start).layer(next).oneshot(request).await;
    response
}

/// The name of the cookie.
pub fn name(scope: CookieScope) -> Cow<'static, str> {
    scope.name("__Host-session", "session")
}

/// Completes the cookie with which tower-sessions removes a session's cookie. It lacks the attributes of
/// the original, and without `Secure` browsers reject a cookie whose name begins with `__Host-`: the
/// session's cookie would stay.
pub async fn complete_removal(State(scope): State<CookieScope>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let name = name(scope);
    let is_removal = |line: &HeaderValue| {
        line.as_bytes().strip_prefix(name.as_bytes()).is_some_and(|rest| rest.starts_with(b"=;"))
    };
    if response.headers().get_all(SET_COOKIE).iter().any(is_removal) {
        let Entry::Occupied(mut lines) = response.headers_mut().entry(SET_COOKIE) else { return response };
        for line in lines.iter_mut().filter(|line| is_removal(line)) {
            *line = scope.remove(name.clone());
        }
    }
    response
}

/// The store of tower-sessions, over the domain's sessions. The domain gets the hash of the cookie only.
#[derive(Clone)]
pub struct Store {
    domain: Domain,
    start: SessionStart,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store")
    }
}

#[async_trait]
impl SessionStore for Store {
    /// Begins the session of a person who has just authenticated.
    async fn create(&self, record: &mut Record) -> Result<()> {
        let NewSession { proof, origin } =
            self.start.get().ok_or_else(|| Error::Encode("no proof of identity".to_owned()))?;
        let ctx = self.domain.context(Actor::anonymous(origin));
        sessions::begin(&ctx, &proof, token(&record.id)).await.map_err(backend)?;
        Ok(())
    }

    /// Does nothing: after its beginning only the time of its last use changes, which the domain records.
    async fn save(&self, _record: &Record) -> Result<()> {
        Ok(())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let person = sessions::load(&self.domain, token(id)).await.map_err(backend)?;
        let Some(person) = person else { return Ok(None) };
        let person = serde_json::to_value(person).map_err(decode)?;
        let data = HashMap::from([(PERSON.to_owned(), person)]);
        // The domain has checked the expiry already.
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
    // Logged here with its causes; tower-sessions keeps only the message.
    let problem = frontdesk_model::Problem::from(error);
    Error::Backend(problem.title.into_owned())
}
