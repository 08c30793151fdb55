//! Codes: the text of references, one by one and packed.

use std::{
    borrow::Borrow,
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    mem,
    ops::Deref,
};

use arrayvec::ArrayString;

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
#[derive(Clone)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize), serde(from = "String"))]
pub struct Code(Text);

/// Most codes are short: kept in place, they cost no allocation.
#[derive(Clone)]
enum Text {
    Short(ArrayString<SHORT>),
    Long(Box<str>),
}

/// The most characters that are kept in place.
const SHORT: usize = 32;

impl Code {
    /// The text.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Text::Short(text) => text,
            Text::Long(text) => text,
        }
    }

    /// Without any text, to be [written](Self::write).
    #[inline]
    pub(crate) fn blank() -> Self {
        Self(Text::Short(ArrayString::new()))
    }

    /// Makes it another text, where it is: a short text that is made elsewhere and moved at once is written in pieces and
    /// read as a whole, for which a processor has to wait.
    #[inline]
    pub(crate) fn write(&mut self, text: &str) {
        if let Text::Short(short) = &mut self.0 {
            short.clear();
            if short.try_push_str(text).is_ok() {
                return;
            }
        }
        *self = Self::from(text);
    }
}

impl From<&str> for Code {
    fn from(text: &str) -> Self {
        Self(ArrayString::from(text).map_or_else(|_| Text::Long(text.into()), Text::Short))
    }
}

impl From<String> for Code {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<Code> for String {
    fn from(code: Code) -> Self {
        match code.0 {
            Text::Short(text) => text.as_str().into(),
            Text::Long(text) => text.into(),
        }
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Code {}

impl Hash for Code {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl PartialOrd for Code {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Code {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Code").field(&self.as_str()).finish()
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl Deref for Code {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Code {
    fn as_ref(&self) -> &str {
        self
    }
}

impl Borrow<str> for Code {
    fn borrow(&self) -> &str {
        self
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
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
#[derive(Clone)]
pub struct Codes {
    packed: Packed,
    width: usize,
    /// Kept, because dividing takes longer than most of what is done with it.
    len: usize,
}

/// A single code is kept in place where it is short, and otherwise like many.
#[derive(Clone)]
enum Packed {
    One(Code),
    Many(String),
}

impl Codes {
    /// Codes of `width` bytes each, one after the other; `None` where `packed` is not ASCII, `width` is 0, or the
    /// last code is cut short.
    pub fn from_packed(packed: String, width: usize) -> Option<Self> {
        let fits = width > 0 && packed.len() % width == 0 && packed.is_ascii();
        fits.then(|| Self { len: packed.len() / width, packed: Packed::Many(packed), width })
    }

    /// Codes made of a format's symbols, which are all ASCII.
    pub(crate) fn of_symbols(packed: Vec<u8>, width: usize, len: usize) -> Self {
        let packed = String::from_utf8(packed).expect("symbols of formats are ASCII");
        Self { packed: Packed::Many(packed), width, len }
    }

    /// No codes, for now.
    #[inline]
    pub(crate) fn none() -> Self {
        Self { packed: Packed::One(Code::blank()), width: 0, len: 0 }
    }

    /// Makes it one code, which is not empty.
    #[inline]
    pub(crate) fn write_one(&mut self, code: &str) {
        (self.width, self.len) = (code.len(), 1);
        match &mut self.packed {
            Packed::One(one) => one.write(code),
            Packed::Many(_) => self.packed = Packed::One(code.into()),
        }
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
        self.len == 0
    }

    /// The code at `index`, counted from 0.
    pub fn get(&self, index: usize) -> Option<&str> {
        let start = index.checked_mul(self.width)?;
        self.as_packed().get(start..start.checked_add(self.width)?)
    }

    /// The codes in issue order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> + DoubleEndedIterator + '_ {
        let packed = self.as_packed();
        (0..self.len()).map(move |index| &packed[index * self.width..(index + 1) * self.width])
    }

    /// Adds a code that is as wide.
    pub(crate) fn push(&mut self, code: &str) {
        self.change(|packed| packed.push_str(code));
        self.len += 1;
    }

    /// Puts a code of `others`, which are as wide, in the place of one of these.
    pub(crate) fn replace(&mut self, position: usize, others: &Self, other: usize) {
        if let Some(code) = others.get(other) {
            let range = position * self.width..(position + 1) * self.width;
            self.change(|packed| packed.replace_range(range, code));
        }
    }

    fn change(&mut self, change: impl FnOnce(&mut String)) {
        let mut packed = mem::replace(&mut self.packed, Packed::Many(String::new())).into_text();
        change(&mut packed);
        self.packed = Packed::Many(packed);
    }

    /// All codes as one text.
    pub(crate) fn into_packed(self) -> String {
        self.packed.into_text()
    }

    /// The first code alone.
    #[inline]
    pub(crate) fn into_first(self) -> Code {
        match self.packed {
            Packed::One(code) => code,
            Packed::Many(_) => Code::from(self.get(0).unwrap_or_default()),
        }
    }

    /// All codes, one after the other without separators.
    #[inline]
    pub fn as_packed(&self) -> &str {
        match &self.packed {
            Packed::One(code) => code,
            Packed::Many(packed) => packed,
        }
    }
}

impl Packed {
    fn into_text(self) -> String {
        match self {
            Self::One(code) => code.into(),
            Self::Many(packed) => packed,
        }
    }
}

impl PartialEq for Codes {
    fn eq(&self, other: &Self) -> bool {
        self.width == other.width && self.as_packed() == other.as_packed()
    }
}

impl Eq for Codes {}

impl Hash for Codes {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_packed().hash(state);
        self.width.hash(state);
    }
}

impl fmt::Debug for Codes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Codes").field("packed", &self.as_packed()).field("width", &self.width).finish_non_exhaustive()
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
    fn codes_of_every_length_are_told_apart_and_ordered_as_their_texts() {
        let texts: Vec<String> = (0..=SHORT + 2).map(|length| "A7".chars().cycle().take(length).collect()).collect();
        for text in &texts {
            let code = Code::from(text.as_str());
            assert_eq!(code, Code::from(text.clone()));
            assert_eq!((code.as_str(), String::from(code.clone())), (text.as_str(), text.clone()));
            for other in &texts {
                assert_eq!(code.cmp(&Code::from(other.as_str())), text.cmp(other));
                assert_eq!(code == Code::from(other.as_str()), text == other);
            }
        }
        let found: std::collections::HashSet<Code> = texts.iter().map(|text| Code::from(text.as_str())).collect();
        assert!(texts.iter().all(|text| found.contains(text.as_str())), "a code is found by its text");
    }

    #[test]
    fn one_code_is_the_same_in_place_and_in_a_text_whatever_was_there_before() {
        let mut one = Codes::none();
        for length in [1, SHORT, SHORT + 1, 2, SHORT + 2, 3] {
            let text = "A".repeat(length);
            one.write_one(&text);
            let packed = Codes::from_packed(text.clone(), length).unwrap();
            assert_eq!((&one, one.len(), one.get(0)), (&packed, 1, Some(text.as_str())));
            assert!(std::collections::HashSet::from([packed.clone()]).contains(&one));
            assert_eq!(one.clone().into_packed(), text);

            let others = Codes::from_packed("B".repeat(2 * length), length).unwrap();
            let mut changed = one.clone();
            changed.replace(0, &others, 1);
            changed.push(&text);
            assert_eq!(changed.as_packed(), "B".repeat(length) + &text);
            one = changed;
        }
    }

    #[test]
    fn an_index_past_the_end_gives_none() {
        let codes = Codes::from_packed("abcd".into(), 2).unwrap();
        assert_eq!(codes.get(2), None);
        assert_eq!(codes.get(usize::MAX), None);
        assert_eq!(codes.get(usize::MAX / 2), None);
    }
}
