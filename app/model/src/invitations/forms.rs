//! Forms behind one-time links.

use serde::Deserialize;
use validator::{Validate, ValidationError};

use crate::{
    Secret,
    credentials::password_rule,
    users::{email, name},
};

/// Creates the first owner, with the link that the first start prints.
#[derive(Clone, Debug, Default, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "SetUp::password_rule", skip_on_field_errors = false))]
pub struct SetUp {
    #[serde(default)]
    pub token: Secret,
    #[serde(default)]
    #[validate(custom(function = "name::check"))]
    pub name: String,
    #[serde(default)]
    #[validate(custom(function = "email::check"))]
    pub email: String,
    #[serde(default)]
    pub password: Secret,
}

impl SetUp {
    fn password_rule(&self) -> Result<(), ValidationError> {
        password_rule(&self.password, &[&self.name, &self.email])
    }
}

/// Sets a password for a user created by staff.
#[derive(Clone, Debug, Default, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct AcceptInvite {
    #[serde(default)]
    pub token: Secret,
    #[serde(default)]
    pub password: Secret,
}
