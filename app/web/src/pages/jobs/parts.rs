//! Jobs in words: their state, their attempts and the next one.

use frontdesk_model::jobs::{JobState, JobSummary};
use leptos::prelude::*;

use crate::parts::words::Moment;

/// A job's state, as a word that does not need its colour.
#[component]
pub fn JobPill(state: JobState, is_cancelling: bool) -> impl IntoView {
    let (class, word) = match state {
        JobState::Running if is_cancelling => ("pill warn", "Stopping"),
        JobState::Waiting => ("pill", "Waiting"),
        JobState::Running => ("pill good", "Running"),
        JobState::Succeeded => ("pill good", "Succeeded"),
        JobState::Dead => ("pill bad", "Dead"),
        JobState::Cancelled => ("pill", "Called off"),
    };
    view! { <span class=class>{word}</span> }
}

/// `2 of 10`.
pub fn attempts(job: &JobSummary) -> String {
    format!("{} of {}", job.attempts, job.last_attempt)
}

/// The time of the next attempt, if there is one.
pub fn next_step(job: &JobSummary) -> AnyView {
    match (job.state, job.next_attempt_at) {
        (JobState::Waiting, Some(at)) => view! { <Moment at/> }.into_any(),
        (JobState::Running, _) => "Running now".into_any(),
        _ => view! { <span class="muted">"Nothing"</span> }.into_any(),
    }
}
