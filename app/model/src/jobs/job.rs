//! Jobs as staff and programs see them, without the payload, which may contain personal data.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;

use crate::{
    JobId, Timestamp,
    schema::{open, schemas},
};

/// Where a job stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "snake_case")]
pub enum JobState {
    /// Waiting for its scheduled time, or for the next attempt after a failure.
    Waiting,
    /// Leased by a worker.
    Running,
    Succeeded,
    /// Failed permanently: no attempt is left, or none can succeed. Needs attention.
    Dead,
    /// Cancelled by staff.
    Cancelled,
}

impl JobState {
    /// All values, in the order of their definition.
    pub const ALL: &[Self] = Self::VARIANTS;

    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl std::fmt::Display for JobState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A job, as a row of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobSummary {
    /// Stays the same over all attempts.
    pub id: JobId,
    #[schema(example = "sessions.sweep")]
    pub kind: String,
    /// What it is about, in words for staff; empty where the kind says it all.
    #[schema(example = "")]
    pub about: String,
    pub state: JobState,
    /// Somebody asked for it to be stopped, and the worker that has it has not heard of it yet.
    #[schema(example = false)]
    pub is_cancelling: bool,
    /// How often it was begun so far.
    #[schema(example = 3)]
    pub attempts: i64,
    /// The attempt that is the last one, if it fails.
    #[schema(example = 10)]
    pub last_attempt: i64,
    /// When it may begin, if it waits.
    pub next_attempt_at: Option<Timestamp>,
    /// When the latest attempt began.
    pub started_at: Option<Timestamp>,
    #[schema(default = json!(null))]
    pub finished_at: Option<Timestamp>,
    pub created_at: Timestamp,
    /// Why the latest failed attempt failed; `null` without one, and once it has succeeded.
    #[schema(example = "It took longer than 60 seconds.")]
    pub last_error: Option<String>,
    /// How long after its end it is done anew, in seconds; `null` for what is done once.
    #[schema(example = 3600)]
    pub repeat_every: Option<i64>,
}

impl JobSummary {
    /// Returns true if the job can be set to [`JobState::Waiting`] again.
    pub fn can_rerun(&self) -> bool {
        matches!(self.state, JobState::Waiting | JobState::Dead | JobState::Cancelled)
    }

    pub fn can_cancel(&self) -> bool {
        match self.state {
            JobState::Waiting | JobState::Dead => true,
            JobState::Running => !self.is_cancelling,
            JobState::Succeeded | JobState::Cancelled => false,
        }
    }
}

/// A job with all that there is to know of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Job {
    #[serde(flatten)]
    pub summary: JobSummary,
    /// The trace id of the request that caused it, as in the logs; its own where none did.
    #[schema(example = "4bf92f3577b34da6a3ce929d0e0e4736")]
    pub trace_id: String,
    /// The latest failed attempts, the newest first.
    pub failures: Vec<JobFailure>,
}

/// An attempt that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobFailure {
    #[schema(example = 1)]
    pub attempt: i64,
    pub started_at: Timestamp,
    pub failed_at: Timestamp,
    #[schema(example = "It took longer than 60 seconds.")]
    pub error: String,
}

schemas! {
    JobState = open(JobState::ALL.iter().map(|one| one.as_str()), "waiting")
        .description(Some("Where a job stands: `waiting` for its time or for the next attempt; `running`; `succeeded`; `dead` after the last attempt; `cancelled`."));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_read_as_it_is_written() {
        for state in JobState::ALL {
            assert_eq!(state.as_str().parse(), Ok(*state));
        }
    }
}
