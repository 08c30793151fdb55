//! Names of groups and batches.

use std::{fmt, ops::Deref, sync::Arc};

use crate::error::Error;

/// The most characters a name can have.
pub(crate) const MAX_CHARACTERS: usize = 200;

/// The name of a group or batch: 1 to 200 characters of any script, without NUL; kept byte for byte.
///
/// ```
/// use serial_core::Name;
///
/// assert_eq!(Name::new("Pumpe für Wärme")?.as_str(), "Pumpe für Wärme");
/// assert!(Name::new("").is_err());
/// # Ok::<(), serial_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "String", into = "String")
)]
pub struct Name(Arc<str>);

impl Name {
    /// Checks a text and makes it a name.
    ///
    /// # Errors
    /// [`Error::NameInvalid`] where it is empty, longer than 200 characters, or has a NUL.
    pub fn new(text: impl Into<String>) -> Result<Self, Error> {
        let text = text.into();
        // A text of so many bytes is too long in any script; it need not be counted through.
        let characters = if text.len() > 4 * MAX_CHARACTERS { text.len() / 4 + 1 } else { text.chars().count() };
        if characters == 0 || characters > MAX_CHARACTERS || text.contains('\0') {
            return Err(Error::NameInvalid);
        }
        Ok(Self(text.into()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `part` stands anywhere in the name, in any letter case (Unicode's lower case decides).
    ///
    /// ```
    /// use serial_core::Name;
    ///
    /// assert!(Name::new("PUMPE ÄX-100")?.contains_in_any_case("äx"));
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn contains_in_any_case(&self, part: &str) -> bool {
        self.0.to_lowercase().contains(&part.to_lowercase())
    }
}

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl TryFrom<String> for Name {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        Self::new(text)
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0.as_ref().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_to_two_hundred_characters_of_any_script() {
        assert!(Name::new("字".repeat(200)).is_ok());
        assert!(Name::new("🏭".repeat(200)).is_ok());
        for bad in [String::new(), "字".repeat(201), "x".repeat(1_000_000), "a\0b".into()] {
            assert!(Name::new(bad).is_err());
        }
    }
}
