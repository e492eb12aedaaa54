//! Ranges of time as bounds of a walk.

use frontdesk_model::{Code, Problem, Timestamp, filter::TimeRange};
use uuid::Uuid;

use super::{By, Place, Sort, Walk};
use crate::clock::first_id_at;

/// The sort of a list by the time of the last change of its rows, for programs that keep a copy.
pub const CHANGES: Sort = Sort { name: "updated", by: By::Number("updated_at"), has_range: true };

/// Refuses other filters beside a range of changes: each would need an index with the time of the last change, which
/// every change would write.
///
/// # Errors
/// `VALIDATION_ERROR` for `updated`.
pub fn only_changes(is_of_changes: bool) -> Result<(), Problem> {
    let refused = Problem::new(Code::ValidationError);
    if is_of_changes {
        Ok(())
    } else {
        Err(refused.fault("updated", "mixed", "Leave out the other filters and the sort"))
    }
}

impl Walk {
    /// The rows that changed in a range of time, least recent first: of the filter `changes`.
    pub fn of_changes(range: &TimeRange) -> Self {
        Self::of("changes", Vec::new()).sorted(CHANGES.name, false).within(range, CHANGES.by)
    }

    /// Only rows of a range of time. In a list sorted by id it is the time in the ids, to the millisecond; otherwise
    /// that of the column that the list is sorted by, to the microsecond.
    #[must_use]
    pub fn within(mut self, range: &TimeRange, by: By) -> Self {
        let bound = |at: Timestamp, is_later: bool| match by {
            By::Id => Place::of_id(before(first_id_from(at, is_later))),
            By::Number(_) | By::Text(_) => {
                Place::new(at.micros(), if is_later { Uuid::max() } else { Uuid::nil() })
            }
        };
        for (at, is_later) in [(range.gte, false), (range.gt, true)] {
            self = at.map(|at| bound(at, is_later)).into_iter().fold(self, Self::after);
        }
        for (at, is_later) in [(range.lt, false), (range.lte, true)] {
            let end = |at| match by {
                By::Id => Place::of_id(first_id_from(at, is_later)),
                By::Number(_) | By::Text(_) => bound(at, is_later),
            };
            self = at.map(end).into_iter().fold(self, Self::before);
        }
        self
    }
}

/// The smallest possible id at or after a time, or after it. The time in ids has milliseconds.
fn first_id_from(at: Timestamp, is_later: bool) -> Uuid {
    let (millis, rest) = (at.micros().div_euclid(1_000), at.micros().rem_euclid(1_000));
    let first = if is_later || rest > 0 { millis.saturating_add(1) } else { millis };
    first_id_at(Timestamp::from_micros(first.saturating_mul(1_000)))
}

/// The id before this one.
fn before(id: Uuid) -> Uuid {
    Uuid::from_u128(id.as_u128().saturating_sub(1))
}
