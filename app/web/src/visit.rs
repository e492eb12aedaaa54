//! One request, as pages and server functions see it.

use std::sync::{Arc, OnceLock};

use frontdesk_domain::{Domain, accounts, actor::Actor};
use frontdesk_model::{Code, Flash, Permission, Problem, Secret, Timestamp};
use leptos::prelude::*;
use tower_sessions::{Session, session};

use crate::{
    input::{self, Pairs},
    post::Done,
    reference::{Lazily, Reference},
};

/// Where the stylesheet and the islands are. Without a bundle there are no islands, and every page
/// works all the same.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    pub style: &'static str,
    pub bundle: Option<&'static str>,
}

/// A form that was refused, and comes back as it was typed.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The path that it was posted to.
    pub action: String,
    /// What was typed, less every secret.
    pub typed: Pairs,
    pub problem: Problem,
}

/// What a page is made from.
#[derive(Clone)]
pub struct Visit {
    pub domain: Domain,
    pub actor: Actor,
    pub session: Option<Session>,
    pub site: Site,
    pub base_url: Arc<str>,
    pub now: Timestamp,
    pub path: String,
    pub query: String,
    pub flash: Option<Flash>,
    pub refused: Option<Refused>,
    /// What the page shows this once: the token of a link, or a token.
    pub secret: Option<Secret>,
    /// The whole page is about this.
    pub problem: Option<Problem>,
    /// What the page turned out to be about, for whoever cannot read it there.
    pub told: Arc<OnceLock<Problem>>,
    /// The API, as its reference shows it.
    pub reference: Lazily<Reference>,
}

/// The present request.
pub fn visit() -> Arc<Visit> {
    expect_context::<Arc<Visit>>()
}

impl Visit {
    pub fn may(&self, permission: Permission) -> bool {
        self.actor.may(permission)
    }

    /// The address of this page, to come back to.
    pub fn here(&self) -> String {
        if self.query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.query) }
    }

    /// The same, with another query in places; see [`input::with`].
    pub fn here_with(&self, changes: &[(&str, &str)]) -> String {
        let query = input::with(&self.query, changes);
        if query.is_empty() { self.path.clone() } else { format!("{}?{query}", self.path) }
    }

    /// The first value of a query parameter.
    pub fn parameter(&self, name: &str) -> String {
        let value = form_urlencoded::parse(self.query.as_bytes()).find(|(key, _)| key == name);
        value.map(|(_, value)| value.into_owned()).unwrap_or_default()
    }

    /// The form that came back, if it is the one posted to `action`.
    pub fn refused_at(&self, action: &str) -> Option<&Refused> {
        self.refused.as_ref().filter(|refused| refused.action == action)
    }

    /// Begins a session for somebody who has proved who they are: a new id, whatever was before.
    ///
    /// # Errors
    /// `BUSY` if it could not be stored, or that there is no session layer.
    pub async fn begin_session(&self, proof: accounts::Credentials) -> Result<(), Problem> {
        frontdesk_domain::sessions::sign_out(&self.domain, &self.actor).await?;
        self.replace_session(proof).await
    }

    /// The same, where what the proof comes from has ended the session that was before: nobody is
    /// signed out by this.
    ///
    /// # Errors
    /// As [`Visit::begin_session`].
    pub async fn replace_session(&self, proof: accounts::Credentials) -> Result<(), Problem> {
        let Some(session) = &self.session else { return Err(Problem::new(Code::Internal)) };
        if self.actor.person().is_some() {
            session.cycle_id().await.map_err(problem)?;
        }
        let origin = &self.actor.origin;
        let begin = async {
            session.clear().await;
            session.insert(SESSION_PROOF, &proof).await?;
            session.insert(SESSION_ORIGIN, (&origin.ip, &origin.user_agent, &origin.request_id)).await?;
            // The layer would do it after the answer is made, and could only throw that away.
            session.save().await
        };
        let begun = begin.await;
        if begun.is_err() {
            // Or the layer would try again, and sign somebody in who was told otherwise.
            session.clear().await;
        }
        begun.map_err(problem)
    }

    /// Begins the first session of an account, or of a new password. They are there by now, and
    /// who sent their form again would be refused: if there is no session, they sign in.
    pub async fn begin_first_session(&self, proof: accounts::Credentials, done: Done) -> Done {
        match self.begin_session(proof).await {
            Ok(()) => done,
            Err(_) => Done::to("/login").saying(Flash::AccountReady),
        }
    }

    /// Goes on in a new session after a change of password. It is changed by now: if there is no
    /// session, they sign in with the new one.
    pub async fn go_on_with_new_password(&self, proof: accounts::Credentials, done: Done) -> Done {
        match self.replace_session(proof).await {
            Ok(()) => done,
            Err(_) => Done::to("/login").saying(Flash::PasswordReady),
        }
    }

    /// Ends the session of this visit.
    ///
    /// # Errors
    /// What the database says.
    pub async fn end_session(&self) -> Result<(), Problem> {
        frontdesk_domain::sessions::sign_out(&self.domain, &self.actor).await?;
        if let Some(session) = &self.session {
            session.flush().await.map_err(problem)?;
        }
        Ok(())
    }
}

/// What the store says has been logged with its causes; another try may go better.
fn problem(error: session::Error) -> Problem {
    match error {
        session::Error::Store(_) => Problem::new(Code::Busy).retry_after(1),
        session::Error::SerdeJson(_) => frontdesk_domain::problem::surprise(&error),
    }
}

/// Under this key a new session holds who proved to be who, for the store to begin it with.
pub const SESSION_PROOF: &str = "proof";
/// And under this one, where from.
pub const SESSION_ORIGIN: &str = "origin";
