//! One stable hash, for whatever has to be recognised again in a later version.

use std::fmt;

/// A 64-bit value that is the same for equal things in every version of the library.
///
/// A format's fingerprint tells quickly whether two systems mean the same format; a request's tells whether
/// a request id is repeated with the same request. It is FNV-1a (Fowler, Noll and Vo, 64 bits): it detects
/// differences that happen by chance, it does not resist somebody who looks for a collision.
///
/// ```
/// use serial_core::Format;
///
/// let one = Format::default().fingerprint();
/// assert_eq!(one, Format::default().fingerprint());
/// assert_eq!(one.to_string().len(), 16);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(pub u64);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Collects fields into a fingerprint; each field is preceded by its length, so that no two lists of fields
/// look alike.
pub(crate) struct Fingerprinter(u64);

impl Fingerprinter {
    const OFFSET_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;

    pub(crate) fn new(purpose: &str) -> Self {
        Self(Self::OFFSET_BASIS).text(purpose)
    }

    pub(crate) fn text(self, text: &str) -> Self {
        let length = text.len() as u64;
        self.bytes(&length.to_le_bytes()).bytes(text.as_bytes())
    }

    pub(crate) fn optional_text(self, text: Option<&str>) -> Self {
        match text {
            None => self.number(0),
            Some(text) => self.number(1).text(text),
        }
    }

    pub(crate) fn number(self, number: u64) -> Self {
        self.bytes(&number.to_le_bytes())
    }

    pub(crate) fn finish(self) -> Fingerprint {
        Fingerprint(self.0)
    }

    fn bytes(mut self, bytes: &[u8]) -> Self {
        self.add(bytes);
        self
    }

    /// Adds bytes as they are, in any number of parts.
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(Self::PRIME);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_fnv_1a_vectors_hold() {
        let of = |text: &str| Fingerprinter(Fingerprinter::OFFSET_BASIS).bytes(text.as_bytes()).0;
        assert_eq!(of(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(of("a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(of("foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn fields_cannot_slide_into_each_other() {
        let one = Fingerprinter::new("x").text("ab").text("c").finish();
        let other = Fingerprinter::new("x").text("a").text("bc").finish();
        assert_ne!(one, other);
    }
}
