//! The session of a browser.

use std::sync::{Arc, Mutex, PoisonError};

use frontdesk_domain::{actor::Origin, credentials::Credentials, problem::internal_error};
use frontdesk_model::{Code, Problem};
use tower_sessions::{Session, session};

/// The session of a request: the one of its cookie, and the one that the request starts.
#[derive(Clone)]
pub struct BrowserSession {
    pub cookie: Session,
    pub start: SessionStart,
}

/// A session to be started: the proof of identity, and the request that has it.
#[derive(Clone)]
pub struct NewSession {
    pub proof: Credentials,
    pub origin: Origin,
}

/// Hands the session that a request starts to the session store. One for each request; clones share it.
#[derive(Clone, Default)]
pub struct SessionStart(Arc<Mutex<Option<NewSession>>>);

impl SessionStart {
    /// The session that this request starts or has started.
    pub fn get(&self) -> Option<NewSession> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, new: Option<NewSession>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = new;
    }
}

impl BrowserSession {
    /// Starts a session with a new id. The session before it is deleted, if there is one.
    ///
    /// # Errors
    /// `BUSY` if it could not be stored.
    pub async fn begin(&self, new: NewSession, is_signed_in: bool) -> Result<(), Problem> {
        if is_signed_in {
            self.cookie.cycle_id().await.map_err(problem)?;
        }
        self.start.set(Some(new));
        self.cookie.clear().await;
        // The layer would save it after the answer is made, when a failure could not be answered any more.
        let started = self.cookie.save().await;
        if started.is_err() {
            // Otherwise the layer would try again, and sign in a user who was told that it failed.
            self.start.set(None);
            self.cookie.clear().await;
        }
        started.map_err(problem)
    }

    /// Deletes the session.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn end(&self) -> Result<(), Problem> {
        self.cookie.flush().await.map_err(problem)
    }
}

/// The store has logged its errors with their causes; another try may succeed.
fn problem(error: session::Error) -> Problem {
    match error {
        session::Error::Store(_) => Problem::new(Code::Busy).retry_after(1),
        session::Error::SerdeJson(_) => internal_error(&error),
    }
}
