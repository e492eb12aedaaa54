//! Moments in time: microseconds since 1970 in UTC, which is also how both databases keep them.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::{OffsetDateTime, format_description::well_known::Rfc3339, macros::format_description};

/// A moment, in microseconds since the Unix epoch, UTC. Travels as RFC 3339.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// Seconds in a minute, an hour, a day.
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// The years that RFC 3339 can write.
const FIRST: i64 = -62_135_596_800_000_000;
const LAST: i64 = 253_402_300_799_999_999;

impl Timestamp {
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }

    pub const fn micros(self) -> i64 {
        self.0
    }

    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// Reads an RFC 3339 moment, or a plain date (`2026-11-22`), which means its first instant.
    pub fn parse(text: &str) -> Option<Self> {
        let date = format_description!("[year]-[month]-[day]");
        let minute = format_description!("[year]-[month]-[day]T[hour]:[minute]");
        let moment = OffsetDateTime::parse(text, &Rfc3339)
            .or_else(|_| {
                time::PrimitiveDateTime::parse(text, minute).map(time::PrimitiveDateTime::assume_utc)
            })
            .or_else(|_| time::Date::parse(text, date).map(|day| day.midnight().assume_utc()))
            .ok()?;
        i64::try_from(moment.unix_timestamp_nanos() / 1_000).ok().map(Self)
    }

    /// `2026-11-22T09:30:00Z`, to the second.
    pub fn rfc3339(self) -> String {
        self.date_time()
            .replace_nanosecond(0)
            .ok()
            .and_then(|at| at.format(&Rfc3339).ok())
            .unwrap_or_default()
    }

    /// `22 Nov 2026, 09:30:00 UTC`: the exact moment, for people.
    pub fn exact(self) -> String {
        let format =
            format_description!("[day padding:none] [month repr:short] [year], [hour]:[minute]:[second] UTC");
        self.date_time().format(format).unwrap_or_default()
    }

    /// `3 hours ago`, `in 2 days`: in words, as seen from `now`.
    pub fn ago(self, now: Self) -> String {
        let seconds = now.seconds().saturating_sub(self.seconds());
        let past = seconds >= 0;
        let seconds = seconds.saturating_abs();
        let (count, unit) = match seconds {
            0..=44 => return if past { "just now" } else { "in a moment" }.to_owned(),
            45..HOUR => ((seconds / MINUTE).max(1), "minute"),
            HOUR..DAY => (seconds / HOUR, "hour"),
            s if s < 30 * DAY => (s / DAY, "day"),
            s if s < 365 * DAY => (s / (30 * DAY), "month"),
            s => (s / (365 * DAY), "year"),
        };
        let plural = if count == 1 { "" } else { "s" };
        if past { format!("{count} {unit}{plural} ago") } else { format!("in {count} {unit}{plural}") }
    }

    fn date_time(self) -> OffsetDateTime {
        let micros = self.0.clamp(FIRST, LAST);
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

impl std::ops::Add<std::time::Duration> for Timestamp {
    type Output = Self;
    fn add(self, length: std::time::Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(length.as_micros()).unwrap_or(i64::MAX)))
    }
}

impl std::ops::Sub<std::time::Duration> for Timestamp {
    type Output = Self;
    fn sub(self, length: std::time::Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(length.as_micros()).unwrap_or(i64::MAX)))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.rfc3339())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text).ok_or_else(|| {
            serde::de::Error::custom("must be a date, such as 2026-11-22, or an RFC 3339 date and time")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_fit_the_distance() {
        let now = Timestamp::from_seconds(1_000_000_000);
        for (back, words) in [
            (0, "just now"),
            (60, "1 minute ago"),
            (59 * 60, "59 minutes ago"),
            (3 * 3600 + 5, "3 hours ago"),
            (86_400, "1 day ago"),
            (40 * 86_400, "1 month ago"),
            (800 * 86_400, "2 years ago"),
            (-7_300, "in 2 hours"),
        ] {
            assert_eq!(now.plus_seconds(-back).ago(now), words);
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let at = Timestamp::parse("2026-11-22T09:30:00Z").unwrap();
        assert_eq!(at.rfc3339(), "2026-11-22T09:30:00Z");
        assert_eq!(at.exact(), "22 Nov 2026, 09:30:00 UTC");
        assert_eq!(Timestamp::parse("2026-11-22").unwrap().rfc3339(), "2026-11-22T00:00:00Z");
        assert_eq!(Timestamp::parse("2026-11-22T10:00+02:00"), None);
        assert_eq!(Timestamp::parse("yesterday"), None);
    }

    #[test]
    fn moments_beyond_the_calendar_do_not_panic() {
        for micros in [i64::MIN, i64::MAX] {
            assert!(!Timestamp::from_micros(micros).rfc3339().is_empty());
        }
    }
}
