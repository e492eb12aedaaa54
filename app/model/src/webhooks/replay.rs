//! Sending events to a webhook again in bulk.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::{
    JobId, Timestamp, WebhookId,
    form::{fault, present},
};

/// Sends events to a webhook again: those that fit all of these fields, of which at least one is needed.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "ReplayEvents::rule", skip_on_field_errors = false))]
pub struct ReplayEvents {
    pub id: WebhookId,
    /// Only deliveries that failed. Otherwise every event that the webhook subscribes to.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, example = true)]
    pub failed_only: Option<bool>,
    /// From this time on, inclusive.
    #[serde(default)]
    pub since: Option<Timestamp>,
    /// Before this time, exclusive. By default now.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime, example = "2026-11-22T12:00:00Z")]
    pub until: Option<Timestamp>,
    /// Only events with a higher number in the feed.
    #[serde(default, deserialize_with = "place")]
    #[schema(nullable = false, minimum = 0, example = 0)]
    pub after: Option<i64>,
}

impl ReplayEvents {
    pub fn is_failed_only(&self) -> bool {
        self.failed_only.unwrap_or(false)
    }

    /// Requires that something is selected, and that the range is not empty.
    fn rule(&self) -> Result<(), ValidationError> {
        let selects_nothing =
            !self.is_failed_only() && self.since.is_none() && self.until.is_none() && self.after.is_none();
        if selects_nothing {
            return Err(of_field(
                "since",
                "required",
                "Choose the events by failed_only, since, until or after",
            ));
        }
        if self.since.zip(self.until).is_some_and(|(since, until)| since >= until) {
            return Err(of_field("until", "range", "The end of the range must be after its beginning"));
        }
        Ok(())
    }
}

/// A fault of one field that a rule of the whole form has found.
fn of_field(field: &'static str, code: &'static str, message: &'static str) -> ValidationError {
    let mut error = fault(code, message);
    error.add_param("field".into(), &field);
    error
}

/// The events are being sent again by a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReplayStarted {
    pub webhook_id: WebhookId,
    /// The job that enqueues the deliveries, oldest first.
    pub job_id: JobId,
}

fn place<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    let place = i64::deserialize(from)?;
    if place < 0 { Err(serde::de::Error::custom("must not be negative")) } else { Ok(Some(place)) }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::form::Form as _;

    #[test]
    fn something_is_selected_and_a_range_is_not_empty() {
        let check = |mut fields: Value| {
            fields["id"] = json!(WebhookId(uuid::Uuid::nil()));
            serde_json::from_value::<ReplayEvents>(fields).unwrap().check()
        };
        let (one, two) = ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z");
        for fields in [
            json!({"failed_only": true}),
            json!({"failed_only": true, "since": one, "until": two, "after": 3}),
            json!({"since": one}),
            json!({"until": one}),
            json!({"after": 0}),
        ] {
            check(fields.clone()).unwrap_or_else(|problem| panic!("{fields}: {problem}"));
        }
        for (fields, field, code) in [
            (json!({}), "since", "required"),
            (json!({"failed_only": false}), "since", "required"),
            (json!({"since": two, "until": one}), "until", "range"),
            (json!({"since": one, "until": one, "failed_only": true}), "until", "range"),
        ] {
            let problem = check(fields.clone()).unwrap_err();
            let fault = &problem.details[0];
            assert_eq!((fault.field.as_str(), fault.code.as_str()), (field, code), "{fields}");
        }
    }
}
