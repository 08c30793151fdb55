//! Codes: the text of references, one by one and packed.

use std::{borrow::Borrow, fmt, ops::Deref};

/// The text of one serial reference: printable ASCII, what is printed on the product.
///
/// A code is often a bearer secret (whoever knows it may claim the warranty), so think before you log one.
///
/// ```
/// use serial_core::Code;
///
/// let code = Code::from("H829");
/// assert_eq!(code.as_str(), "H829");
/// assert!(code.starts_with("H8"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct Code(Box<str>);

impl Code {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Code {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Code {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<Code> for String {
    fn from(code: Code) -> Self {
        code.0.into()
    }
}

impl Deref for Code {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Code {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Code {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Many codes of one width, one after the other in a single text, in issue order.
///
/// This is how codes travel between a registry and its store: a batch of 500 is one allocation.
///
/// ```
/// use serial_core::Codes;
///
/// let codes = Codes::from_packed("A1A2A3".into(), 2).unwrap();
/// assert_eq!(codes.len(), 3);
/// assert_eq!(codes.get(1), Some("A2"));
/// assert_eq!(codes.iter().collect::<Vec<_>>(), ["A1", "A2", "A3"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Codes {
    packed: String,
    width: usize,
    /// Kept, because dividing takes longer than most of what is done with it.
    len: usize,
}

impl Codes {
    /// Codes of `width` bytes each, one after the other; `None` where `packed` is not ASCII, `width` is 0, or the
    /// last code is cut short.
    pub fn from_packed(packed: String, width: usize) -> Option<Self> {
        let fits = width > 0 && packed.len() % width == 0 && packed.is_ascii();
        fits.then(|| Self { len: packed.len() / width, packed, width })
    }

    /// Codes made of a format's symbols, which are all ASCII.
    pub(crate) fn of_symbols(packed: Vec<u8>, width: usize, len: usize) -> Self {
        let packed = String::from_utf8(packed).expect("symbols of formats are ASCII");
        Self { packed, width, len }
    }

    /// One code, which is not empty.
    pub(crate) fn of_one(code: &str) -> Self {
        Self { packed: code.into(), width: code.len(), len: 1 }
    }

    /// The length of each code in bytes, which is its length in characters.
    pub fn width(&self) -> usize {
        self.width
    }

    /// How many codes there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.packed.is_empty()
    }

    /// The code at `index`, counted from 0.
    pub fn get(&self, index: usize) -> Option<&str> {
        let start = index.checked_mul(self.width)?;
        self.packed.get(start..start.checked_add(self.width)?)
    }

    /// The codes in issue order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> + DoubleEndedIterator + '_ {
        (0..self.len()).map(|index| &self.packed[index * self.width..(index + 1) * self.width])
    }

    /// Puts a code of `others`, which are as wide, in the place of one of these.
    pub(crate) fn replace(&mut self, position: usize, others: &Self, other: usize) {
        if let Some(code) = others.get(other) {
            self.packed.replace_range(position * self.width..(position + 1) * self.width, code);
        }
    }

    /// All codes as one text.
    pub(crate) fn into_packed(self) -> String {
        self.packed
    }

    /// The first code alone.
    pub(crate) fn into_first(mut self) -> Code {
        self.packed.truncate(self.width);
        Code::from(self.packed)
    }

    /// All codes, one after the other without separators.
    pub fn as_packed(&self) -> &str {
        &self.packed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_codes_are_refused_when_they_cannot_be_told_apart() {
        assert_eq!(Codes::from_packed("abc".into(), 2), None);
        assert_eq!(Codes::from_packed("abc".into(), 0), None);
        assert_eq!(Codes::from_packed("é".into(), 2), None);
        assert!(Codes::from_packed(String::new(), 2).unwrap().is_empty());
    }

    #[test]
    fn an_index_past_the_end_gives_none() {
        let codes = Codes::from_packed("abcd".into(), 2).unwrap();
        assert_eq!(codes.get(2), None);
        assert_eq!(codes.get(usize::MAX), None);
        assert_eq!(codes.get(usize::MAX / 2), None);
    }
}
