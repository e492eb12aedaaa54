//! Times: microseconds since 1970 in UTC, which is also their format in both databases.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::{Month, OffsetDateTime, format_description::well_known::Rfc3339, macros::format_description};

/// A time, in microseconds since the Unix epoch, UTC. Serialized as RFC 3339.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// Seconds per minute, hour and day.
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// First and last second of the years that RFC 3339 can represent.
const FIRST: i64 = -62_135_596_800;
const LAST: i64 = 253_402_300_799;

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

    /// Parses an RFC 3339 time, or a date (`2026-11-22`), which means its start.
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

    /// Formats as `2026-11-22T09:30:00Z`, to the second.
    pub fn rfc3339(self) -> String {
        self.calendar().rfc3339()
    }

    /// Formats as `22 Nov 2026, 09:30:00 UTC`: the exact time, for pages.
    pub fn exact(self) -> String {
        self.calendar().exact()
    }

    /// The formats of [`Timestamp::rfc3339`] and [`Timestamp::exact`], which pages show together.
    pub fn rfc3339_and_exact(self) -> (String, String) {
        let calendar = self.calendar();
        (calendar.rfc3339(), calendar.exact())
    }

    /// Formats relative to `now`: `3 hours ago`, `in 2 days`.
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
        let mut text = String::with_capacity("in 59 minutes".len());
        text.push_str(if past { "" } else { "in " });
        text.push_str(&count.to_string());
        text.push(' ');
        text.push_str(unit);
        text.push_str(if count == 1 { "" } else { "s" });
        text.push_str(if past { " ago" } else { "" });
        text
    }

    /// Splits into date and time of day.
    fn calendar(self) -> Calendar {
        let seconds = self.seconds().clamp(FIRST, LAST);
        let at = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let (year, month, day) = at.to_calendar_date();
        Calendar { date: (year.unsigned_abs(), month, day.into()), time: at.to_hms() }
    }
}

/// A date and a time of day.
struct Calendar {
    date: (u32, Month, u32),
    time: (u8, u8, u8),
}

impl Calendar {
    fn rfc3339(&self) -> String {
        let (year, month, day) = self.date;
        let mut text = *b"0000-00-00T00:00:00Z";
        digits(&mut text[..4], year);
        digits(&mut text[5..7], u32::from(u8::from(month)));
        digits(&mut text[8..10], day);
        time_of_day(&mut text[11..19], self.time);
        ascii(&text)
    }

    fn exact(&self) -> String {
        let (year, month, day) = self.date;
        let mut text = *b"00 Jan 0000, 00:00:00 UTC";
        digits(&mut text[..2], day);
        text[3..6].copy_from_slice(abbreviation(month));
        digits(&mut text[7..11], year);
        time_of_day(&mut text[13..21], self.time);
        ascii(if day < 10 { &text[1..] } else { &text })
    }
}

// A page of a list has hundreds of times, each in three formats. Formatting them by a description took 7
// % of the page's time, so their digits are written directly.

/// Fills the field with the number's last digits.
fn digits(field: &mut [u8], number: u32) {
    let mut rest = number;
    for place in field.iter_mut().rev() {
        *place = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
}

/// Writes `09:30:00`; the colons are already there.
fn time_of_day(field: &mut [u8], (hour, minute, second): (u8, u8, u8)) {
    digits(&mut field[..2], hour.into());
    digits(&mut field[3..5], minute.into());
    digits(&mut field[6..], second.into());
}

fn ascii(text: &[u8]) -> String {
    String::from_utf8(text.to_vec()).unwrap_or_default()
}

const fn abbreviation(month: Month) -> &'static [u8; 3] {
    match month {
        Month::January => b"Jan",
        Month::February => b"Feb",
        Month::March => b"Mar",
        Month::April => b"Apr",
        Month::May => b"May",
        Month::June => b"Jun",
        Month::July => b"Jul",
        Month::August => b"Aug",
        Month::September => b"Sep",
        Month::October => b"Oct",
        Month::November => b"Nov",
        Month::December => b"Dec",
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
            // In a query string an unescaped `+` is a space.
            let is_offset = text.rsplit_once(' ').is_some_and(|(time, offset)| {
                time.contains('T') && Self::parse(&format!("{time}+{offset}")).is_some()
            });
            serde::de::Error::custom(if is_offset {
                "must have its + written as %2B, or be in UTC and end in Z"
            } else {
                "must be a date, such as 2026-11-22, or an RFC 3339 date and time"
            })
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
    fn months_have_their_names() {
        let (mut months, begin) = (String::new(), Timestamp::parse("2026-01-15").unwrap());
        for month in 0..12 {
            months.push_str(&begin.plus_seconds(month * 2_629_800).exact()[2..6]);
        }
        assert_eq!(months, " Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec");
    }

    #[test]
    fn every_field_has_its_digits() {
        let at = Timestamp::parse("0907-01-02T03:04:05Z").unwrap();
        assert_eq!((&*at.rfc3339(), &*at.exact()), ("0907-01-02T03:04:05Z", "2 Jan 0907, 03:04:05 UTC"));
        let at = Timestamp::from_micros(1_709_164_799_999_999);
        assert_eq!((&*at.rfc3339(), &*at.exact()), ("2024-02-28T23:59:59Z", "28 Feb 2024, 23:59:59 UTC"));
        assert_eq!(Timestamp::from_micros(-1).rfc3339(), "1969-12-31T23:59:59Z");
    }

    #[test]
    fn moments_beyond_the_calendar_are_its_first_and_last() {
        let [first, last] = [i64::MIN, i64::MAX].map(Timestamp::from_micros);
        assert_eq!((&*first.rfc3339(), &*last.rfc3339()), ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"));
        assert_eq!(first.ago(last), "584942 years ago");
    }
}
