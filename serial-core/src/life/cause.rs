//! Who changed something, and why.

use std::sync::Arc;

use crate::{error::Error, name::Name};

/// The most characters of a reason, a note, and a text for customers.
pub(crate) const MAX_TEXT: usize = 1000;

/// Who made a change, and why: part of every event.
///
/// A registry fills it in; [`Registry::acting_as`](crate::Registry::acting_as),
/// [`because`](crate::Registry::because) and [`noting`](crate::Registry::noting) say with what.
///
/// ```
/// use serial_core::Cause;
///
/// let cause = Cause::new(Some("Line 3"), Some("label torn"), None)?;
/// assert_eq!((cause.actor(), cause.reason(), cause.note()), (Some("Line 3"), Some("label torn"), None));
/// # Ok::<(), serial_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Cause {
    actor: Option<Name>,
    reason: Option<Arc<str>>,
    note: Option<Arc<str>>,
}

impl Cause {
    /// A change that nobody put a name or reason to.
    pub const NONE: &'static Self = &Self { actor: None, reason: None, note: None };

    /// What stands in the events of a claim that fell back because its time was over.
    pub(crate) const EXPIRED: &'static str = "the claim expired";

    /// A cause of its parts. An empty text is no text.
    ///
    /// # Errors
    /// [`Error::NameInvalid`] for an actor of more than 200 characters or with a NUL; [`Error::TextInvalid`] for a
    /// reason or note of more than 1,000 characters or with a NUL.
    pub fn new(actor: Option<&str>, reason: Option<&str>, note: Option<&str>) -> Result<Self, Error> {
        let actor = match actor.filter(|actor| !actor.is_empty()) {
            Some(actor) => Some(Name::new(actor)?),
            None => None,
        };
        let text = |text: Option<&str>| match text.filter(|text| !text.is_empty()) {
            Some(text) => checked_text(text).map(|()| Some(Arc::from(text))),
            None => Ok(None),
        };
        Ok(Self { actor, reason: text(reason)?, note: text(note)? })
    }

    /// The cause of the events with which a claim falls back when its time is over; for stores.
    ///
    /// ```
    /// use serial_core::Cause;
    ///
    /// assert_eq!(Cause::expired().reason(), Some("the claim expired"));
    /// ```
    pub fn expired() -> Self {
        Self { reason: Some(Arc::from(Self::EXPIRED)), ..Self::default() }
    }

    /// Who made the change.
    pub fn actor(&self) -> Option<&str> {
        self.actor.as_deref()
    }

    /// Who made the change, as a name.
    pub(crate) fn actor_name(&self) -> Option<Name> {
        self.actor.clone()
    }

    /// Why.
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// What else is worth knowing.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// Whether nothing is known.
    pub fn is_none(&self) -> bool {
        self == Self::NONE
    }
}

/// A text of up to [`MAX_TEXT`] characters without NUL.
pub(crate) fn checked_text(text: &str) -> Result<(), Error> {
    // A text of so many bytes is too long in any script; it need not be counted through.
    let is_short = text.len() <= 4 * MAX_TEXT && text.chars().count() <= MAX_TEXT;
    if is_short && !text.contains('\0') { Ok(()) } else { Err(Error::TextInvalid) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_are_too_long_or_have_a_nul_are_refused_and_empty_ones_are_none() {
        assert!(Cause::new(Some(""), Some(""), Some("")).unwrap().is_none());
        assert!(Cause::new(None, Some(&"字".repeat(1000)), None).is_ok());
        assert!(matches!(Cause::new(None, Some(&"字".repeat(1001)), None), Err(Error::TextInvalid)));
        assert!(matches!(Cause::new(None, None, Some("a\0")), Err(Error::TextInvalid)));
        assert!(matches!(Cause::new(Some(&"x".repeat(201)), None, None), Err(Error::NameInvalid)));
    }
}
