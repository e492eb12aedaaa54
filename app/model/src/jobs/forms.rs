//! The form that runs a job again or cancels it.

use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use crate::JobId;

/// Runs a job again, or cancels it.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OneJob {
    pub id: JobId,
}
