//! A posted form.

use frontdesk_domain::actor::Actor;
use frontdesk_model::{
    Code, Problem,
    urls::{self, local_path},
};
use http::{HeaderMap, header::CONTENT_TYPE};
use serde::de::DeserializeOwned;

use super::FormRoute;
use crate::input::{self, Pairs};

/// The field that every form sends along: the address of the page it is on.
pub const PAGE_FIELD: &str = "page";

/// The field that makes a form that is sent twice be carried out once.
pub const NONCE_FIELD: &str = "nonce";

/// The field with the account for which the form was rendered; without it the form is for visitors.
pub const ACCOUNT_FIELD: &str = "account";

/// The media type of forms.
const MEDIA_TYPE: &str = "application/x-www-form-urlencoded";

/// A form as it was posted, parsed once.
#[derive(Clone, Debug)]
pub struct Submission {
    pub form: &'static FormRoute,
    /// The fields in the order they came; none if the body cannot be read.
    pub fields: Pairs,
    /// The reason why the body cannot be read as a form.
    fault: Option<Problem>,
}

impl Submission {
    /// Parses the body of a form. What is wrong with it is an outcome of the form, by [`Submission::read`].
    pub fn parse(form: &'static FormRoute, headers: &HeaderMap, body: &[u8]) -> Self {
        let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_form = media_type.split(';').next().is_some_and(|name| name.trim() == MEDIA_TYPE);
        let unsupported = (!is_form).then(|| Problem::new(Code::UnsupportedMediaType));
        match input::pairs(body) {
            Ok(fields) => Self { form, fields, fault: unsupported },
            Err(problem) => Self { form, fields: Pairs::new(), fault: unsupported.or(Some(problem)) },
        }
    }

    fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// The address of the page that the form is on.
    pub fn page(&self) -> &str {
        self.field(PAGE_FIELD).and_then(local_path).unwrap_or(urls::HOME.path())
    }

    /// The value that two submissions of one rendered form have in common.
    pub fn nonce(&self) -> Option<&str> {
        self.field(NONCE_FIELD).filter(|nonce| !nonce.is_empty())
    }

    /// Refuses a form that was rendered for another account: a user of this browser has signed in after another one
    /// had opened the page, and would act in that one's place.
    ///
    /// # Errors
    /// `FORBIDDEN`.
    pub fn check_account(&self, actor: &Actor) -> Result<(), Problem> {
        let Some((account, person)) = self.field(ACCOUNT_FIELD).zip(actor.person()) else { return Ok(()) };
        if account == person.id.to_string() {
            return Ok(());
        }
        Err(Problem::new(Code::Forbidden).detail(
            "This form was opened by another user of this browser. Nothing was done. Open its page again to use it \
             yourself.",
        ))
    }

    /// Reads the fields into the arguments of a server function. A field that is missing is empty; one that is
    /// unknown or there twice is a fault.
    ///
    /// # Errors
    /// `UNSUPPORTED_MEDIA_TYPE`, `MALFORMED_REQUEST`.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        let own = |(name, _): &&(String, String)| {
            ![PAGE_FIELD, NONCE_FIELD, ACCOUNT_FIELD].contains(&name.as_str())
        };
        input::read_form(self.fields.iter().filter(own).cloned().collect())
    }

    /// The form to be shown again, without its secrets.
    pub fn refused(mut self, problem: Problem) -> RefusedForm {
        self.fields.retain(|(name, _)| !self.form.is_secret(name));
        RefusedForm { form: self.form, fields: self.fields, problem }
    }
}

/// A form that was refused, and comes back as it was typed.
#[derive(Clone, Debug)]
pub struct RefusedForm {
    pub form: &'static FormRoute,
    /// The fields as they were typed, without the secret ones.
    pub fields: Pairs,
    pub problem: Problem,
}
