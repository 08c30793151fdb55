//! Identifiers as types of their own, so that one cannot be passed for another.

use std::{fmt, str::FromStr};

macro_rules! ordinal {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

ordinal! {
    /// Names a group for as long as its store exists; the store gives it, and never gives it again.
    ///
    /// ```
    /// use serial_core::GroupId;
    ///
    /// assert_eq!(GroupId(7).to_string(), "7");
    /// ```
    GroupId
}

ordinal! {
    /// The ordinal of a batch in its group: 1, 2, 3 ... in the order of issue, never given again.
    ///
    /// ```
    /// use serial_core::BatchId;
    ///
    /// assert!(BatchId(1) < BatchId(2));
    /// ```
    BatchId
}

ordinal! {
    /// The ordinal of a reference in its group: 1, 2, 3 ... in the order of issue, never given again.
    ///
    /// ```
    /// use serial_core::RowId;
    ///
    /// assert_eq!(RowId(3).0, 3);
    /// ```
    RowId
}

ordinal! {
    /// The ordinal of a claim in its group: 1, 2, 3 ..., never given again.
    ///
    /// ```
    /// use serial_core::ClaimId;
    ///
    /// assert!(ClaimId(1) < ClaimId(2));
    /// ```
    ClaimId
}

ordinal! {
    /// The ordinal of an event in its group: 1, 2, 3 ... in the order of commits, without a gap.
    ///
    /// ```
    /// use serial_core::EventId;
    ///
    /// assert!(EventId(1) < EventId(2));
    /// ```
    EventId
}

ordinal! {
    /// The ordinal of a field in its group: 1, 2, 3 ..., never given again.
    ///
    /// ```
    /// use serial_core::FieldId;
    ///
    /// assert_eq!(FieldId(1).to_string(), "1");
    /// ```
    FieldId
}

/// The caller's 128-bit id of one issuing call, which makes repeating that call safe.
///
/// Keep it with the order you issue for. When a reply is lost or a program is interrupted, the same call with
/// the same id returns the first result and issues nothing more. Written as a UUID: 32 hexadecimal digits,
/// hyphens optional.
///
/// ```
/// use serial_core::RequestId;
///
/// let id: RequestId = "0192f3a4-5b6c-7d8e-9fa0-b1c2d3e4f506".parse()?;
/// assert_eq!(id.to_string(), "0192f3a4-5b6c-7d8e-9fa0-b1c2d3e4f506");
/// assert_eq!(id, RequestId(0x0192f3a4_5b6c_7d8e_9fa0_b1c2d3e4f506));
///
/// // Its number lies where it cannot be borrowed, as macros that format do; a copy can be.
/// let number = id.0;
/// assert_eq!(format!("{number:x}"), "192f3a45b6c7d8e9fa0b1c2d3e4f506");
/// # Ok::<(), serial_core::Error>(())
/// ```
// Aligned to 16 bytes, as a u128 is, it would give every result that may carry one a mark of 16 bytes: written in two
// steps and read in one, for which a processor has to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(Rust, packed(8))]
pub struct RequestId(pub u128);

impl RequestId {
    /// The id of a request that is known by a text, such as an order number: the same for the same text, in every
    /// version of the library.
    ///
    /// It is the 128-bit FNV-1a hash (Fowler, Noll and Vo). Texts of your own do not collide by chance; do not make
    /// ids of texts that somebody hostile can choose.
    ///
    /// ```
    /// use serial_core::RequestId;
    ///
    /// assert_eq!(RequestId::of_text("Order 4711, batch 1"), RequestId::of_text("Order 4711, batch 1"));
    /// assert_ne!(RequestId::of_text("Order 4711, batch 1"), RequestId::of_text("Order 4711, batch 2"));
    /// ```
    pub fn of_text(text: &str) -> Self {
        const OFFSET_BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
        const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
        Self(text.bytes().fold(OFFSET_BASIS, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME)))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:032x}", { self.0 });
        let (a, b, c) = (&digits[..8], &digits[8..12], &digits[12..16]);
        write!(f, "{a}-{b}-{c}-{}-{}", &digits[16..20], &digits[20..])
    }
}

impl FromStr for RequestId {
    type Err = crate::Error;

    /// Reads 32 hexadecimal digits, with hyphens anywhere between them.
    ///
    /// # Errors
    /// [`Error::RequestIdInvalid`](crate::Error::RequestIdInvalid) for anything else.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits: String = text.chars().filter(|c| *c != '-').collect();
        let all_hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if digits.len() != 32 || !all_hexadecimal {
            return Err(crate::Error::RequestIdInvalid);
        }
        u128::from_str_radix(&digits, 16).map(Self).map_err(|_| crate::Error::RequestIdInvalid)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for RequestId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for RequestId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_texts_are_the_published_fnv_1a_hashes() {
        assert_eq!(RequestId::of_text(""), RequestId(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d));
        assert_eq!(RequestId::of_text("a"), RequestId(0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964));
    }

    #[test]
    fn a_request_id_is_read_with_and_without_hyphens_and_nothing_else() {
        let id = RequestId(0x00ff << 64);
        assert_eq!(id.to_string().parse::<RequestId>().unwrap(), id);
        assert_eq!(id.to_string().replace('-', "").parse::<RequestId>().unwrap(), id);
        for bad in [
            "",
            "1",
            "-",
            "0192f3a4-5b6c-7d8e-9fa0-b1c2d3e4f50",
            "é",
            &"g".repeat(32),
            "+0192f3a45b6c7d8e9fa0b1c2d3e4f50",
        ] {
            assert!(bad.parse::<RequestId>().is_err(), "{bad:?}");
        }
    }
}
