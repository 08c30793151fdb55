//! The codes of a format that counts, by their counters.

use std::fmt;

use crate::{
    code::{Code, Codes},
    error::Error,
    format::{Format, Mismatch, Order},
    group::Group,
    key::{GroupKeys, Key},
    permute::Permutation,
    sequence::Sequence,
};

/// The codes of a Sequential or Keyed format in the order of their counters 0, 1, 2 ...; what issuing takes them from.
///
/// It needs no registry and issues nothing: use it to compute what a code will be, or which counter a code has, in another
/// program. The codes of given format, key and counter are the same in every version of the library.
///
/// A group passes over counters whose codes have words that are to be left out; those are codes here, and
/// [`counter`](Self::counter) refuses them. After the key of a group was changed its counters go on while those of
/// [`keyed`](Self::keyed) begin at 0 with each key; [`of_group`](Self::of_group) counts as the group does.
///
/// ```
/// use serial_core::{CodeSequence, Format, Key, Order, Preset};
///
/// let format = Format::builder().preset(Preset::Digits).length(10).order(Order::Keyed).build()?;
/// let key = Key::from_bytes(*b"32 bytes from a vault, as it is.")?;
/// let sequence = CodeSequence::keyed(&format, &key)?;
/// let codes = sequence.codes(0, 1000).unwrap();
/// assert_eq!(sequence.counter(codes.get(999).unwrap())?, Some(999));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct CodeSequence {
    format: Format,
    way: Way,
    capacity: u64,
}

enum Way {
    Consecutive {
        start: u128,
    },
    /// Each with the counter from which it holds, ascending; at least one.
    Permuted(Vec<(u64, Permutation)>),
}

impl CodeSequence {
    /// The codes of a Sequential format.
    ///
    /// # Errors
    /// [`NoCounter`](Error::NoCounter) for a Random format, [`KeyInvalid`](Error::KeyInvalid) for a Keyed one.
    pub fn sequential(format: &Format) -> Result<Self, Error> {
        Self::new(format, &GroupKeys::default())
    }

    /// The codes that a key chooses in a Keyed format.
    ///
    /// # Errors
    /// [`NoCounter`](Error::NoCounter) for a Random format, [`KeyInvalid`](Error::KeyInvalid) for a Sequential one, which
    /// has no key.
    pub fn keyed(format: &Format, key: &Key) -> Result<Self, Error> {
        Self::new(format, &GroupKeys::of(key.clone()))
    }

    /// The codes of a group.
    ///
    /// # Errors
    /// [`NoCounter`](Error::NoCounter) for a Random group, [`KeyInvalid`](Error::KeyInvalid) for a Keyed one that comes
    /// without its keys, as from a serialized form.
    pub fn of_group(group: &Group) -> Result<Self, Error> {
        Self::new(&group.format, &group.keys)
    }

    fn new(format: &Format, keys: &GroupKeys) -> Result<Self, Error> {
        let words = format.capacity().exact().and_then(|exact| u64::try_from(exact).ok()).unwrap_or(u64::MAX);
        let (way, capacity) = match (format.order(), keys.iter().last()) {
            (Order::Random, _) => return Err(Error::NoCounter),
            (Order::Sequential { start }, None) => (Way::Consecutive { start }, words),
            (Order::Keyed, Some((from, _))) => {
                let permutation = |key| Permutation::new(key, format.alphabet(), format.length());
                let permuted = keys.iter().map(|(from, key)| (from, permutation(key))).collect();
                // Each key begins anew with all bodies; those that were issued before are passed over.
                (Way::Permuted(permuted), from.saturating_add(words))
            }
            (Order::Sequential { .. }, Some(_)) | (Order::Keyed, None) => return Err(Error::KeyInvalid),
        };
        Ok(Self { format: format.clone(), way, capacity })
    }

    /// The format of the codes.
    pub fn format(&self) -> &Format {
        &self.format
    }

    /// How many counters there are; the last one is one less.
    pub fn capacity(&self) -> u64 {
        self.capacity
    }

    /// The code of one counter; `None` beyond the last.
    pub fn code(&self, counter: u64) -> Option<Code> {
        self.codes(counter, 1).map(Codes::into_first)
    }

    /// The codes of `count` counters from `first` on; `None` where some are beyond the last.
    pub fn codes(&self, first: u64, count: usize) -> Option<Codes> {
        let end = first.checked_add(count as u64).filter(|end| *end <= self.capacity)?;
        let mut packed = self.format.blank_codes(count);
        let (width, body) = (self.format.width(), self.format.body());
        match &self.way {
            Way::Consecutive { start } => {
                let number = start + u128::from(first);
                let mut sequence = Sequence::starting_at(self.format.alphabet(), self.format.length(), number);
                for code in packed.chunks_exact_mut(width) {
                    sequence.write(&mut code[body.clone()]);
                }
            }
            Way::Permuted(periods) => {
                let mut rest = packed.as_mut_slice();
                for (index, (from, permutation)) in periods.iter().enumerate() {
                    let until = periods.get(index + 1).map_or(end, |(next, _)| end.min(*next));
                    let begin = first.max(*from);
                    if begin < until {
                        #[expect(clippy::cast_possible_truncation, reason = "no more than `count`")]
                        let (now, later) = rest.split_at_mut((until - begin) as usize * width);
                        permutation.write(begin - from, now, width, body.start);
                        rest = later;
                    }
                }
            }
        }
        Some(self.format.complete(packed, count))
    }

    /// The counter that has a code; `None` where no counter has it. Where the key of a group was changed, a code can have
    /// a counter of an earlier key: then it was issued by that one and passed over by the later.
    ///
    /// # Errors
    /// [`Mismatch`] where the format does not make such codes.
    pub fn counter(&self, code: &str) -> Result<Option<u64>, Mismatch> {
        self.format.matches(code)?;
        let body = &code.as_bytes()[self.format.body()];
        let counter = match &self.way {
            Way::Consecutive { start } => {
                let above = self.format.number(body).and_then(|number| number.checked_sub(*start));
                above.and_then(|above| u64::try_from(above).ok())
            }
            Way::Permuted(periods) => periods.iter().enumerate().find_map(|(index, (from, permutation))| {
                let counter = permutation.counter(body)?.checked_add(*from)?;
                let is_over = periods.get(index + 1).is_some_and(|(next, _)| *next <= counter);
                (!is_over).then_some(counter)
            }),
        };
        Ok(counter.filter(|counter| *counter < self.capacity))
    }
}

impl fmt::Debug for CodeSequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CodeSequence").field("format", &self.format).finish_non_exhaustive()
    }
}
