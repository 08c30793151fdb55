//! How long a product is covered.

use std::{fmt, str::FromStr};

use crate::{
    error::Error,
    life::{Change, Event, State},
    time::Timestamp,
};

/// The most months or days of a warranty: a hundred years.
const MOST_MONTHS: u32 = 1200;
const MOST_DAYS: u32 = 36_525;

/// How long products are covered, and from when. A group has one, and a reference may have one of its own.
///
/// It is written as people say it: `none`, `24 months from commissioned`, `90 days from released`,
/// `12 months from 2026-11-23T00:00:00.000000Z`.
///
/// ```
/// use serial_core::{WarrantyPolicy, WarrantyStart};
///
/// let policy = WarrantyPolicy::months(24)?.from(WarrantyStart::Released);
/// assert_eq!(policy.to_string(), "24 months from released");
/// assert_eq!("24 months from released".parse::<WarrantyPolicy>()?, policy);
/// # Ok::<(), serial_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct WarrantyPolicy(Option<(WarrantyLength, WarrantyStart)>);

/// How long a warranty lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WarrantyLength {
    /// Calendar months: it ends on the same day of a later month, or on its last day where that is shorter. 31 January
    /// plus one month is 28 or 29 February.
    Months(u32),
    /// Days of 24 hours.
    Days(u32),
}

/// From when a warranty runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WarrantyStart {
    /// From when the reference was last commissioned.
    Commissioned,
    /// From when it was last released.
    Released,
    /// From this moment, in the years 1 to 9999.
    At(Timestamp),
}

impl WarrantyPolicy {
    /// No warranty.
    pub fn none() -> Self {
        Self::default()
    }

    /// So many calendar months, 1 to 1,200, from when a reference is commissioned.
    ///
    /// # Errors
    /// [`Error::WarrantyInvalid`] for another number.
    pub fn months(months: u32) -> Result<Self, Error> {
        Self::of(WarrantyLength::Months(months))
    }

    /// So many days, 1 to 36,525, from when a reference is commissioned.
    ///
    /// # Errors
    /// [`Error::WarrantyInvalid`] for another number.
    pub fn days(days: u32) -> Result<Self, Error> {
        Self::of(WarrantyLength::Days(days))
    }

    fn of(length: WarrantyLength) -> Result<Self, Error> {
        let fits = match length {
            WarrantyLength::Months(months) => (1..=MOST_MONTHS).contains(&months),
            WarrantyLength::Days(days) => (1..=MOST_DAYS).contains(&days),
        };
        if fits { Ok(Self(Some((length, WarrantyStart::Commissioned)))) } else { Err(Error::WarrantyInvalid) }
    }

    /// From another moment than the commissioning; where there is no warranty there is none from then either.
    #[must_use]
    pub fn from(self, start: WarrantyStart) -> Self {
        Self(self.0.map(|(length, _)| (length, start)))
    }

    /// The policy, if stores can keep it.
    pub(crate) fn checked(self) -> Result<Self, Error> {
        match self.0 {
            Some((_, WarrantyStart::At(moment))) if !moment.is_dated() => Err(Error::WarrantyInvalid),
            _ => Ok(self),
        }
    }

    /// Length and start; `None` where there is no warranty.
    pub fn terms(self) -> Option<(WarrantyLength, WarrantyStart)> {
        self.0
    }

    /// What it means at a moment for a reference with these events, oldest first.
    pub(crate) fn at(self, moment: Timestamp, events: &[Event]) -> Warranty {
        let mut course = Course::default();
        for event in events.iter().filter(|event| event.at <= moment) {
            if let Change::Moved { to, .. } = event.change {
                course.enter(to, event.at);
            }
        }
        self.for_course(moment, course)
    }

    /// What it means at a moment for a reference that has come so far until then.
    pub(crate) fn for_course(self, moment: Timestamp, course: Course) -> Warranty {
        let Some((length, start)) = self.0 else { return Warranty::NONE };
        let Course { commissioned, released, ended, is_void } = course;
        if is_void {
            return Warranty::NONE;
        }
        let start = match start {
            WarrantyStart::Commissioned => commissioned,
            WarrantyStart::Released => released,
            WarrantyStart::At(start) => Some(start),
        };
        let Some(start) = start else {
            // Destroyed before it began: it will never begin.
            let status = if ended.is_some() { WarrantyStatus::EndedEarly } else { WarrantyStatus::NotStarted };
            return Warranty { status, start: None, end: ended };
        };
        let end = match length {
            WarrantyLength::Months(months) => start.plus_months(months),
            WarrantyLength::Days(days) => start.plus_days(days),
        };
        // What ends after the year 9999 does not end.
        let end = end.unwrap_or(Timestamp::LAST_DATED);
        let (status, end) = match ended.filter(|ended| *ended < end) {
            Some(ended) => (WarrantyStatus::EndedEarly, ended.max(start)),
            None if moment < start => (WarrantyStatus::NotStarted, end),
            None if moment < end => (WarrantyStatus::Active, end),
            None => (WarrantyStatus::Expired, end),
        };
        Warranty { status, start: Some(start), end: Some(end) }
    }
}

/// What became of a reference, as far as a warranty depends on it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Course {
    commissioned: Option<Timestamp>,
    released: Option<Timestamp>,
    ended: Option<Timestamp>,
    /// What is void never had a product.
    is_void: bool,
}

impl Course {
    /// The reference comes to a state, after all before.
    pub(crate) fn enter(&mut self, state: State, at: Timestamp) {
        match state {
            State::Commissioned => (self.commissioned, self.released) = (Some(at), None),
            State::Released => self.released = Some(at),
            State::Destroyed => self.ended = Some(at),
            State::Void => self.is_void = true,
            _ => {}
        }
    }
}

impl fmt::Display for WarrantyPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((length, start)) = self.0 else { return f.write_str("none") };
        match length {
            WarrantyLength::Months(months) => write!(f, "{months} months from ")?,
            WarrantyLength::Days(days) => write!(f, "{days} days from ")?,
        }
        match start {
            WarrantyStart::Commissioned => f.write_str("commissioned"),
            WarrantyStart::Released => f.write_str("released"),
            WarrantyStart::At(moment) => moment.fmt(f),
        }
    }
}

impl FromStr for WarrantyPolicy {
    type Err = Error;

    /// Reads what a policy was shown as.
    ///
    /// # Errors
    /// [`Error::WarrantyInvalid`] for anything else.
    fn from_str(text: &str) -> Result<Self, Error> {
        if text == "none" {
            return Ok(Self::none());
        }
        let mut words = text.split(' ');
        let mut word = || words.next().ok_or(Error::WarrantyInvalid);
        let number = word()?.parse().map_err(|_| Error::WarrantyInvalid)?;
        let policy = match word()? {
            "months" => Self::months(number)?,
            "days" => Self::days(number)?,
            _ => return Err(Error::WarrantyInvalid),
        };
        if word()? != "from" {
            return Err(Error::WarrantyInvalid);
        }
        let start = match word()? {
            "commissioned" => WarrantyStart::Commissioned,
            "released" => WarrantyStart::Released,
            moment => WarrantyStart::At(moment.parse().map_err(|_| Error::WarrantyInvalid)?),
        };
        if words.next().is_some() { Err(Error::WarrantyInvalid) } else { Ok(policy.from(start)) }
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for WarrantyPolicy {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for WarrantyPolicy {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The warranty of one product at one moment.
///
/// [`Registry::warranty`](crate::Registry::warranty) returns one and has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Warranty {
    /// Whether it holds.
    pub status: WarrantyStatus,
    /// The first moment covered, where it is known.
    pub start: Option<Timestamp>,
    /// The first moment no longer covered, where it is known.
    pub end: Option<Timestamp>,
}

impl Warranty {
    /// No warranty.
    pub(crate) const NONE: Self = Self { status: WarrantyStatus::None, start: None, end: None };
}

/// Whether a warranty holds.
///
/// ```
/// use serial_core::WarrantyStatus;
///
/// assert_eq!(WarrantyStatus::EndedEarly.to_string(), "ended early");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum WarrantyStatus {
    /// There is none.
    None = 1,
    /// It has not begun.
    NotStarted = 2,
    /// The product is covered.
    Active = 3,
    /// It is over.
    Expired = 4,
    /// It was over before its time, because the product was destroyed.
    EndedEarly = 5,
}

impl WarrantyStatus {
    /// The stable name, in small letters.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::NotStarted => "not started",
            Self::Active => "active",
            Self::Expired => "expired",
            Self::EndedEarly => "ended early",
        }
    }
}

impl fmt::Display for WarrantyStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ids::{EventId, GroupId, RowId},
        life::Cause,
    };

    fn moment(text: &str) -> Timestamp {
        format!("{text}T12:00:00.000000Z").parse().unwrap()
    }

    fn moved(to: State, day: &str) -> Event {
        let change = Change::Moved { row: RowId(1), from: State::Available, to, claim: None };
        Event::new(GroupId(1), EventId(1), moment(day), change, Cause::default())
    }

    #[test]
    fn months_end_on_the_same_day_or_the_last_of_a_shorter_month() {
        let policy = WarrantyPolicy::months(1).unwrap();
        for (start, end) in [
            ("2026-01-31", "2026-02-28"),
            ("2028-01-31", "2028-02-29"),
            ("2026-12-31", "2027-01-31"),
            ("2026-03-30", "2026-04-30"),
            ("2026-05-31", "2026-06-30"),
        ] {
            let warranty = policy.at(moment(start), &[moved(State::Commissioned, start)]);
            assert_eq!(warranty.status, WarrantyStatus::Active);
            assert_eq!((warranty.start, warranty.end), (Some(moment(start)), Some(moment(end))));
        }
    }

    #[test]
    fn a_warranty_is_judged_by_what_had_happened_at_the_moment_asked_for() {
        let policy = WarrantyPolicy::days(10).unwrap();
        let events = [moved(State::Commissioned, "2026-01-01"), moved(State::Destroyed, "2026-01-05")];
        let status = |day| policy.at(moment(day), &events).status;
        assert_eq!(status("2025-12-31"), WarrantyStatus::NotStarted);
        assert_eq!(status("2026-01-01"), WarrantyStatus::Active);
        assert_eq!(status("2026-01-05"), WarrantyStatus::EndedEarly);
        let whole = &events[..1];
        assert_eq!(policy.at(moment("2026-01-10"), whole).status, WarrantyStatus::Active);
        assert_eq!(policy.at(moment("2026-01-11"), whole).status, WarrantyStatus::Expired);
        assert_eq!(WarrantyPolicy::none().at(moment("2026-01-01"), whole), Warranty::NONE);
        let void = [moved(State::Void, "2026-01-01")];
        assert_eq!(policy.at(moment("2026-01-02"), &void), Warranty::NONE);
    }

    #[test]
    fn what_is_destroyed_after_its_warranty_had_expired_did_not_end_early() {
        let policy = WarrantyPolicy::days(10).unwrap();
        let events = [moved(State::Commissioned, "2026-01-01"), moved(State::Destroyed, "2026-03-05")];
        assert_eq!(policy.at(moment("2026-04-01"), &events).status, WarrantyStatus::Expired);
    }

    #[test]
    fn a_date_or_the_release_can_be_the_start() {
        let events = [moved(State::Commissioned, "2026-01-01"), moved(State::Released, "2026-02-01")];
        let policy = WarrantyPolicy::months(1).unwrap();
        let released = policy.from(WarrantyStart::Released);
        assert_eq!(released.at(moment("2026-01-15"), &events).status, WarrantyStatus::NotStarted);
        assert_eq!(released.at(moment("2026-02-15"), &events).end, Some(moment("2026-03-01")));
        let dated = policy.from(WarrantyStart::At(moment("2026-06-01")));
        assert_eq!(dated.at(moment("2026-02-15"), &events).status, WarrantyStatus::NotStarted);
        assert_eq!(dated.at(moment("2026-06-02"), &events).status, WarrantyStatus::Active);
    }

    #[test]
    fn policies_are_read_as_they_are_shown_and_nothing_else() {
        let dated = WarrantyPolicy::days(1).unwrap().from(WarrantyStart::At(moment("2026-06-01")));
        for policy in [WarrantyPolicy::none(), WarrantyPolicy::months(1200).unwrap(), dated] {
            assert_eq!(policy.to_string().parse::<WarrantyPolicy>().unwrap(), policy);
        }
        for bad in
            ["", "no", "0 months from released", "1 months", "-1 days from released", "1201 months from released"]
        {
            assert!(bad.parse::<WarrantyPolicy>().is_err(), "{bad:?}");
        }
        for bad in ["1 weeks from released", "1 days from void", "1 days from released now", "1 days after released"] {
            assert!(bad.parse::<WarrantyPolicy>().is_err(), "{bad:?}");
        }
        assert!(WarrantyPolicy::days(36_526).is_err() && WarrantyPolicy::days(0).is_err());
    }

    #[test]
    fn a_warranty_beyond_the_calendar_ends_with_it() {
        let last = Timestamp::from_micros(253_402_300_799_999_999);
        let policy = WarrantyPolicy::months(1200).unwrap().from(WarrantyStart::At(last));
        let expired = Warranty { status: WarrantyStatus::Expired, start: Some(last), end: Some(last) };
        assert_eq!(policy.at(last, &[]), expired);
        let before = policy.at(moment("2026-01-01"), &[]);
        assert_eq!((before.status, before.end), (WarrantyStatus::NotStarted, Some(last)));
    }
}
