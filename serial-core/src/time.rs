//! Moments, and where they come from.

use std::{
    fmt,
    str::FromStr,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use jiff::{SignedDuration, civil::DateTime};

use crate::error::Error;

/// A moment: whole microseconds since 1970-01-01 00:00:00 UTC.
///
/// Shown as RFC 3339; [`date_time`](Self::date_time) gives the short form that names a batch by default.
///
/// ```
/// use serial_core::Timestamp;
///
/// let moment = Timestamp::from_micros(1_795_432_738_000_000);
/// assert_eq!(moment.to_string(), "2026-11-23T11:18:58.000000Z");
/// assert_eq!(moment.date_time(), "2026-11-23 11:18:58");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment `micros` microseconds after 1970-01-01 00:00:00 UTC; negative values lie before it.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970-01-01 00:00:00 UTC.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Date and time in UTC to the second, as `2026-11-23 11:18:58`.
    pub fn date_time(self) -> String {
        match self.civil() {
            Some(moment) => moment.strftime("%Y-%m-%d %H:%M:%S").to_string(),
            None => self.to_string(),
        }
    }

    /// Whether it lies in the years 1 to 9999, which stores keep and texts show.
    pub(crate) fn is_dated(self) -> bool {
        self.civil().is_some_and(|moment| moment.year() >= 1)
    }

    /// The last moment of the year 9999.
    pub(crate) const LAST_DATED: Self = Self(253_402_300_799_999_999);

    /// The same time of day so many calendar months later, on the last day of a month that is too short; `None` outside
    /// the years -9999 to 9999.
    pub(crate) fn plus_months(self, months: u32) -> Option<Self> {
        Self::of_civil(self.civil()?.checked_add(jiff::Span::new().try_months(i64::from(months)).ok()?).ok()?)
    }

    /// So many days of 24 hours later; `None` outside the years -9999 to 9999.
    pub(crate) fn plus_days(self, days: u32) -> Option<Self> {
        let later = Self(self.0.checked_add(i64::from(days) * 86_400_000_000)?);
        later.civil().map(|_| later)
    }

    fn of_civil(moment: DateTime) -> Option<Self> {
        let since = moment.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0));
        i64::try_from(since.as_micros()).ok().map(Self)
    }

    /// Date and time in UTC; `None` before the year -9999 and after the year 9999.
    fn civil(self) -> Option<DateTime> {
        DateTime::constant(1970, 1, 1, 0, 0, 0, 0).checked_add(SignedDuration::from_micros(self.0)).ok()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.civil() {
            // Always six digits, so that the order of texts is the order of time.
            Some(moment) => write!(f, "{moment:.6}Z"),
            // The years before -9999 and after 9999 have no date in RFC 3339.
            None => write!(f, "{} us", self.0),
        }
    }
}

impl FromStr for Timestamp {
    type Err = Error;

    /// Reads a moment of the years 1 to 9999 as it is shown, in UTC with a `Z`; fewer digits of the second will do.
    ///
    /// # Errors
    /// [`Error::TimestampInvalid`] for anything else.
    fn from_str(text: &str) -> Result<Self, Error> {
        let moment = text.strip_suffix('Z').and_then(|text| text.parse::<DateTime>().ok());
        moment.and_then(Self::of_civil).filter(|moment| moment.is_dated()).ok_or(Error::TimestampInvalid)
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let micros = |span: Duration| {
            let seconds = i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
            seconds.saturating_mul(1_000_000).saturating_add(span.subsec_micros().into())
        };
        match time.duration_since(UNIX_EPOCH) {
            Ok(after) => Self(micros(after)),
            Err(before) => Self(-micros(before.duration())),
        }
    }
}

/// Tells a registry what time it is.
///
/// Give your own to a registry for repeatable tests, or where the line has a better clock than the computer.
/// It is asked once per call that changes something.
///
/// ```
/// use serial_core::{Clock, MemoryStore, Registry, Timestamp};
///
/// struct Noon;
/// impl Clock for Noon {
///     fn now(&self) -> Timestamp {
///         Timestamp::from_micros(43_200_000_000)
///     }
/// }
/// let registry = Registry::builder(MemoryStore::new()).clock(Noon).build();
/// ```
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// The clock of the operating system; what a registry uses unless told otherwise.
///
/// ```
/// use serial_core::{Clock, SystemClock, Timestamp};
///
/// assert!(SystemClock.now() > Timestamp::from_micros(0));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        SystemTime::now().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_outside_the_calendar_are_shown_without_panic() {
        for micros in [i64::MIN, i64::MAX] {
            assert!(Timestamp::from_micros(micros).date_time().ends_with(" us"));
        }
    }

    #[test]
    fn the_last_moment_of_the_calendar_has_a_date() {
        let last = Timestamp::from_micros(253_402_300_799_999_999);
        assert_eq!(last.to_string(), "9999-12-31T23:59:59.999999Z");
        assert_eq!(last.date_time(), "9999-12-31 23:59:59");
    }

    #[test]
    fn moments_are_read_as_they_are_shown_and_nothing_else() {
        for micros in [0, -1, 1_795_432_738_123_456, 253_402_300_799_999_999] {
            let moment = Timestamp::from_micros(micros);
            assert_eq!(moment.to_string().parse::<Timestamp>().unwrap(), moment);
        }
        assert_eq!("1970-01-01T00:00:01Z".parse::<Timestamp>().unwrap(), Timestamp::from_micros(1_000_000));
        for bad in ["", "Z", "2026-11-23", "2026-11-23T11:18:58+01:00", "2026-02-30T00:00:00Z", "11 us", "now"] {
            assert!(bad.parse::<Timestamp>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn system_times_before_1970_are_negative() {
        let before = UNIX_EPOCH - Duration::from_micros(5);
        assert_eq!(Timestamp::from(before), Timestamp::from_micros(-5));
    }
}
