//! The secret that chooses the codes of a Keyed group.

use std::{fmt, hint, str::FromStr, sync::Arc};

use aes::{
    Aes256, Block,
    cipher::{BlockCipherEncrypt, KeyInit},
};
use zeroize::{Zeroize, Zeroizing};

use crate::{entropy::Entropy, error::Error};

/// The length of a key in bytes.
const KEY_BYTES: usize = 32;

/// The length of a key and of the counter from which it holds, as stores keep them.
const PERIOD_BYTES: usize = 8 + KEY_BYTES;

/// The 256-bit secret that chooses the codes of a group of [`Order::Keyed`](crate::Order::Keyed).
///
/// Who has the key and the format knows every code that the group issued and will issue. So it is shown nowhere by
/// accident: `Debug` hides it, no serialized format or group contains it, and its memory is wiped when the last copy is
/// dropped. [`expose`](Self::expose) and [`expose_text`](Self::expose_text) are the only ways to see it.
///
/// A registry draws keys by itself. Give one where two systems are to make the same codes, or where keys are kept in a
/// vault.
///
/// ```
/// use serial_core::Key;
///
/// let key = Key::from_bytes(*b"32 bytes from a vault, as it is.")?;
/// assert_eq!(format!("{key:?}"), "Key(hidden)");
/// assert_eq!(key.expose_text().parse::<Key>()?, key);
/// # Ok::<(), serial_core::Error>(())
/// ```
#[derive(Clone, Eq)]
pub struct Key(Arc<Zeroizing<[u8; KEY_BYTES]>>);

impl Key {
    /// A key of these 32 bytes, which are drawn at random wherever they come from.
    ///
    /// # Errors
    /// [`KeyInvalid`](Error::KeyInvalid) where all bytes are the same, as in memory that nobody filled.
    pub fn from_bytes(mut bytes: [u8; KEY_BYTES]) -> Result<Self, Error> {
        if bytes.iter().all(|byte| *byte == bytes[0]) {
            return Err(Error::KeyInvalid);
        }
        // Written where they stay, and wiped where they came in: moving them would leave a copy behind.
        let mut kept = Arc::new(Zeroizing::new([0; KEY_BYTES]));
        Arc::make_mut(&mut kept).copy_from_slice(&bytes);
        bytes.zeroize();
        Ok(Self(kept))
    }

    /// A new key, for a program that keeps its keys itself; a registry draws those of its groups.
    ///
    /// # Errors
    /// [`EntropyUnavailable`](Error::EntropyUnavailable), and [`KeyInvalid`](Error::KeyInvalid) where the entropy gives the
    /// same byte all the time.
    ///
    /// ```
    /// use serial_core::{Key, SystemEntropy};
    ///
    /// assert_ne!(Key::drawn(&SystemEntropy::new())?, Key::drawn(&SystemEntropy::new())?);
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn drawn(entropy: &dyn Entropy) -> Result<Self, Error> {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        entropy.fill(&mut *bytes)?;
        Self::from_bytes(*bytes)
    }

    /// Six hexadecimal digits that tell keys from one another and may be shown: the beginning of what the key makes of a
    /// block of zeros, as is usual for AES keys.
    ///
    /// ```
    /// use serial_core::Key;
    ///
    /// let key = Key::from_bytes(*b"32 bytes from a vault, as it is.")?;
    /// assert_eq!(key.check_value().len(), 6);
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn check_value(&self) -> String {
        let mut block = Block::default();
        Aes256::new(self.expose().into()).encrypt_block(&mut block);
        hexadecimal(&block[..3])
    }

    /// The bytes of the key. Keep them out of logs, and wipe copies.
    pub fn expose(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// The key as 64 hexadecimal digits, which [`str::parse`] reads. Keep them out of logs.
    pub fn expose_text(&self) -> String {
        hexadecimal(self.expose())
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    // With room for all digits, since growing would leave a copy of a key behind.
    let mut text = String::with_capacity(2 * bytes.len());
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    text.extend(digits.filter_map(|digit| char::from_digit(digit.into(), 16)));
    text
}

/// Reads two digits for each byte; `None` where they are others, or more or fewer.
fn read_hexadecimal(text: &str, bytes: &mut [u8]) -> Option<()> {
    if text.len() != 2 * bytes.len() {
        return None;
    }
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        for digit in digits {
            *byte = *byte << 4 | u8::try_from(char::from(*digit).to_digit(16)?).ok()?;
        }
    }
    Some(())
}

/// Reads 64 hexadecimal digits, of either case.
///
/// # Errors
/// [`KeyInvalid`](Error::KeyInvalid), also where all bytes are the same.
impl FromStr for Key {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        read_hexadecimal(text, &mut *bytes).ok_or(Error::KeyInvalid)?;
        Self::from_bytes(*bytes)
    }
}

/// Takes as long wherever two keys begin to differ, so that nobody can measure how much of a key is right.
impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        let pairs = self.expose().iter().zip(other.expose());
        pairs.fold(0, |difference, (ours, theirs)| hint::black_box(difference | (ours ^ theirs))) == 0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(hidden)")
    }
}

/// The keys that a group of [`Order::Keyed`](crate::Order::Keyed) ever had, each with the counter from which it holds;
/// none in a group of another order.
///
/// The last one makes the codes to come; the earlier ones tell which counters the codes from before have. Stores keep
/// them as bytes, and give them back with the group.
///
/// ```
/// use serial_core::{GroupKeys, Key};
///
/// let keys = GroupKeys::of(Key::from_bytes(*b"32 bytes from a vault, as it is.")?);
/// assert_eq!(format!("{keys:?}"), "GroupKeys(1 hidden)");
/// assert_eq!(GroupKeys::from_bytes(&keys.expose()), Some(keys));
/// # Ok::<(), serial_core::Error>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct GroupKeys(Vec<(u64, Key)>);

impl GroupKeys {
    /// The first key of a group.
    pub fn of(key: Key) -> Self {
        Self(vec![(0, key)])
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The key that makes the codes to come.
    pub fn current(&self) -> Option<&Key> {
        self.0.last().map(|(_, key)| key)
    }

    /// Every key with the counter from which it holds, ascending.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (u64, &Key)> {
        self.0.iter().map(|(from, key)| (*from, key))
    }

    /// Makes a key the one that holds from a counter on. A key that no code was made with goes.
    pub(crate) fn add(&mut self, from: u64, key: Key) {
        self.0.retain(|(before, _)| *before < from);
        self.0.push((from, key));
    }

    /// The keys as stores keep them: for each the counter from which it holds, in 8 bytes with the highest first, and
    /// its 32 bytes. Keep them out of logs, and where only the store can read them.
    pub fn expose(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.0.len() * PERIOD_BYTES);
        for (from, key) in &self.0 {
            bytes.extend_from_slice(&from.to_be_bytes());
            bytes.extend_from_slice(key.expose());
        }
        bytes
    }

    /// Keys that [`expose`](Self::expose) wrote; `None` where these bytes are no keys.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.len() % PERIOD_BYTES != 0 {
            return None;
        }
        let mut keys: Vec<(u64, Key)> = Vec::new();
        for period in bytes.chunks_exact(PERIOD_BYTES) {
            let (from, key) = period.split_at(8);
            let from = u64::from_be_bytes(from.try_into().ok()?);
            let ascends = keys.last().map_or(from == 0, |(last, _)| *last < from);
            let key = Key::from_bytes(key.try_into().ok()?).ok().filter(|_| ascends)?;
            keys.push((from, key));
        }
        Some(Self(keys))
    }
}

impl GroupKeys {
    /// The bytes as hexadecimal digits, for a store that keeps texts. Keep them out of logs.
    ///
    /// ```
    /// use serial_core::{GroupKeys, Key};
    ///
    /// let key: Key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f".parse()?;
    /// let keys = GroupKeys::of(key);
    /// assert_eq!(GroupKeys::from_text(&keys.expose_text()), Some(keys));
    /// assert_eq!(GroupKeys::from_text("no keys"), None);
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn expose_text(&self) -> String {
        hexadecimal(&Zeroizing::new(self.expose()))
    }

    /// Reads what [`expose_text`](Self::expose_text) wrote; `None` of any other text.
    pub fn from_text(text: &str) -> Option<Self> {
        let mut bytes = Zeroizing::new(vec![0; text.len() / 2]);
        read_hexadecimal(text, &mut bytes)?;
        Self::from_bytes(&bytes)
    }
}

impl fmt::Debug for GroupKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GroupKeys({} hidden)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(first: u8) -> Key {
        let bytes: Vec<u8> = (first..=first + 31).collect();
        Key::from_bytes(bytes.try_into().unwrap()).unwrap()
    }

    #[test]
    fn texts_and_bytes_that_are_no_key_are_refused() {
        let text = key(1).expose_text();
        assert_eq!(text.to_uppercase().parse::<Key>().unwrap(), key(1));
        let zeros = "0".repeat(64);
        for text in ["", &text[1..], &format!("{text}0"), &text.replace('1', "g"), &"é".repeat(32), &zeros] {
            assert!(matches!(text.parse::<Key>(), Err(Error::KeyInvalid)), "{text}");
        }
    }

    #[test]
    fn keys_are_kept_with_the_counters_from_which_they_hold() {
        let mut keys = GroupKeys::of(key(1));
        keys.add(500, key(2));
        // No code was made with the second one, which therefore goes.
        keys.add(500, key(3));
        assert_eq!(keys.iter().collect::<Vec<_>>(), [(0, &key(1)), (500, &key(3))]);
        assert_eq!(keys.current(), Some(&key(3)));
        assert_eq!(GroupKeys::from_bytes(&keys.expose()), Some(keys.clone()));
        keys.add(0, key(4));
        assert_eq!(keys, GroupKeys::of(key(4)));
    }

    #[test]
    fn bytes_that_are_no_keys_are_refused() {
        let mut keys = GroupKeys::of(key(1));
        keys.add(500, key(2));
        let bytes = keys.expose();
        assert_eq!(GroupKeys::from_bytes(&[]), Some(GroupKeys::default()));
        assert_eq!(GroupKeys::from_bytes(&bytes[1..]), None);
        assert_eq!(GroupKeys::from_bytes(&bytes[40..]), None, "the first holds from 0");
        assert_eq!(GroupKeys::from_bytes(&bytes.repeat(2)), None, "the counters ascend");
        assert_eq!(GroupKeys::from_bytes(&[0; 40]), None);
    }
}
