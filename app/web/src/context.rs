//! The request context of pages and server functions.

use std::{
    ops::Deref,
    sync::{Arc, OnceLock},
};

use frontdesk_domain::{Context, credentials::Credentials, sessions};
use frontdesk_model::{Code, Permission, Problem, Secret, Timestamp};
use leptos::prelude::*;

use crate::{
    flash::Flash,
    form::{FormRoute, RefusedForm},
    input,
    reference::{Lazily, Reference},
    session::{BrowserSession, NewSession},
};

/// The stylesheet and the bundle of islands. Without a bundle there are no islands, and every page works all the
/// same.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    pub style: &'static str,
    pub bundle: Option<&'static str>,
}

/// A request, as pages and server functions see it. Pages are made from this. Dereferences to the context of
/// use cases.
#[derive(Clone)]
pub struct RequestContext {
    pub ctx: Context,
    pub session: Option<BrowserSession>,
    pub site: Site,
    pub base_url: Arc<str>,
    pub now: Timestamp,
    pub path: String,
    pub query: String,
    pub flash: Option<Flash>,
    /// A form that was refused and is shown again.
    pub refused: Option<RefusedForm>,
    /// A secret that the page shows once: the token of a link, or an API token.
    pub secret: Option<Secret>,
    /// A problem that takes the place of the page.
    pub problem: Option<Problem>,
    /// The problem that the page reported, for programs, which do not read pages.
    pub page_problem: Arc<OnceLock<Problem>>,
    /// The API reference.
    pub reference: Lazily<Reference>,
}

/// The context of the present request.
pub fn context() -> Arc<RequestContext> {
    expect_context::<Arc<RequestContext>>()
}

impl RequestContext {
    pub fn may(&self, permission: Permission) -> bool {
        self.actor.may(permission)
    }

    /// The path and query of this page.
    pub fn url(&self) -> String {
        if self.query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.query) }
    }

    /// The path and query of this page, with changed parameters; see [`input::with`].
    pub fn url_with(&self, changes: &[(&str, &str)]) -> String {
        let query = input::with(&self.query, changes);
        if query.is_empty() { self.path.clone() } else { format!("{}?{query}", self.path) }
    }

    /// The first value of a query parameter.
    pub fn parameter(&self, name: &str) -> String {
        let value = form_urlencoded::parse(self.query.as_bytes()).find(|(key, _)| key == name);
        value.map(|(_, value)| value.into_owned()).unwrap_or_default()
    }

    /// The refused form, if it is this one.
    pub fn refused_form(&self, form: &FormRoute) -> Option<&RefusedForm> {
        self.refused.as_ref().filter(|refused| refused.form.url == form.url)
    }

    /// Starts a session for the user who has proved their identity, with a new id, after ending the present one.
    ///
    /// # Errors
    /// `BUSY` if it could not be stored; `INTERNAL` without a session layer.
    pub async fn start_session(&self, proof: Credentials) -> Result<(), Problem> {
        sessions::sign_out(self).await?;
        self.replace_session(proof).await
    }

    /// Starts a session where the use case that made the proof has ended the one before: it signs out no one.
    ///
    /// # Errors
    /// As [`RequestContext::start_session`].
    pub async fn replace_session(&self, proof: Credentials) -> Result<(), Problem> {
        let Some(session) = &self.session else { return Err(Problem::new(Code::Internal)) };
        let new = NewSession { proof, origin: self.actor.origin.clone() };
        session.begin(new, self.actor.person().is_some()).await
    }

    /// Signs out.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn end_session(&self) -> Result<(), Problem> {
        sessions::sign_out(self).await?;
        match &self.session {
            Some(session) => session.end().await,
            None => Ok(()),
        }
    }
}

impl Deref for RequestContext {
    type Target = Context;

    fn deref(&self) -> &Context {
        &self.ctx
    }
}
