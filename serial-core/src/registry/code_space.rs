//! The numbers that a quality manager asks for.

use crate::{
    capacity::Capacity,
    error::Error,
    format::{Format, Order},
    group::Group,
    ids::GroupId,
    limits::{Limit, Limits},
    registry::Registry,
};

/// What a guess may hit at most as often as once in so many times, for medicines and tobacco products in the European
/// Union; strictly less often.
///
/// Source: Delegated Regulation (EU) 2016/161, article 4; Implementing Regulation (EU) 2018/574, article 8.
const DEMANDED_ONE_IN: u64 = 10_000;

/// How full the code space of a group is, and how easy it is to guess a code in it.
///
/// [`Group::code_space`] computes it, and [`Registry::code_space`] for a group as it is now. A guess is a code of the format
/// chosen at random, with its check characters computed; of a Sequential group nobody has to guess at random, whatever the
/// numbers say.
///
/// ```
/// use serial_core::{Format, MemoryStore, NewBatch, NewGroup, Preset, Registry};
///
/// let registry = Registry::new(MemoryStore::new());
/// let format = Format::builder().preset(Preset::Digits).length(6).build()?;
/// let group = registry.create_group(NewGroup::batch("Pump AX-100").format(format))?;
/// registry.create_batch(group.id, NewBatch::of(100))?;
/// let space = registry.code_space(group.id)?;
/// assert_eq!((space.issued, space.remaining, space.density), (100, Some(999_900), 0.0001));
/// // One in 10,000 is not below one in 10,000.
/// assert!(space.guess_probability == 0.0001 && !space.is_below_one_in_10_000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct CodeSpace {
    /// How many codes the format can make.
    pub capacity: Capacity,
    /// How many were ever issued, deleted ones included.
    pub issued: u64,
    /// How many of them are live.
    pub live: u64,
    /// How many codes are left, at most; fewer where other groups issue the same codes or words are left out. `None` where
    /// they have more than 128 bits.
    pub remaining: Option<u128>,
    /// Issued / capacity, from 0 to 1.
    pub density: f64,
    /// The chance that one random guess is the code of a live reference, from 0 to 1.
    pub guess_probability: f64,
    /// Whether that is less than 1 in 10,000, by exact integers.
    pub is_below_one_in_10_000: bool,
    /// How often the next code of a Random group will have to be drawn again on average, because it was issued before;
    /// `None` in a group that counts, and in a full one.
    pub expected_redraws: Option<f64>,
}

impl Group {
    /// How full the code space was when the group was read.
    pub fn code_space(&self) -> CodeSpace {
        let capacity = self.format.capacity();
        let words = self.format.words();
        let used = match self.format.order() {
            Order::Random => self.issued,
            Order::Sequential { .. } => self.next_index.max(self.issued),
            Order::Keyed => {
                let before = self.keys.iter().last().map_or(0, |(from, _)| from);
                self.next_index.saturating_sub(before).max(self.issued)
            }
        };
        let density = capacity.share(self.issued);
        CodeSpace {
            capacity,
            issued: self.issued,
            live: self.live,
            remaining: capacity.exact().map(|exact| exact.saturating_sub(used.into())),
            density,
            guess_probability: words.share(self.live),
            is_below_one_in_10_000: self.live <= words.most_live_below_one_in(DEMANDED_ONE_IN),
            // Of draws each of which is in vain with this chance.
            expected_redraws: (self.format.order() == Order::Random && density < 1.0)
                .then(|| density / (1.0 - density)),
        }
    }
}

impl Format {
    /// The shortest body, in characters of the same alphabet, for which a guess hits one of `live` codes less often than
    /// once in `one_in` times; `None` where 64 characters are too few.
    ///
    /// ```
    /// use serial_core::{Format, Preset};
    ///
    /// let digits = Format::builder().preset(Preset::Digits).build()?;
    /// assert_eq!(digits.shortest_length(1_000_000, 10_000), Some(11));
    /// let all = Format::builder().preset(Preset::UpperAlphanumeric).build()?;
    /// assert_eq!(all.shortest_length(1_000_000, 10_000), Some(7));
    /// # Ok::<(), serial_core::FormatError>(())
    /// ```
    pub fn shortest_length(&self, live: u64, one_in: u64) -> Option<usize> {
        let allows = |length: &usize| {
            let words = Capacity::of_words(self.alphabet().len(), *length);
            one_in > 0 && live <= words.most_live_below_one_in(one_in)
        };
        (1..=crate::format::MAX_LENGTH).find(allows)
    }
}

impl Registry {
    /// How full the code space of a group is now, and how easy it is to guess a code in it.
    ///
    /// # Errors
    /// [`GroupNotFound`](Error::GroupNotFound), or a kind that begins with `Store`.
    pub fn code_space(&self, group: GroupId) -> Result<CodeSpace, Error> {
        Ok(self.group(group)?.code_space())
    }

    /// The limits that hold for a group, the demand of its format on guesses among them.
    pub(super) fn limits_of(&self, group: &Group) -> Limits {
        Limits { max_live: self.max_live_of(group), ..self.limits().of_group(group.limits) }
    }

    /// The most live references of a group.
    pub(super) fn max_live_of(&self, group: &Group) -> Limit {
        let max_live = group.limits.max_live.unwrap_or_else(|| self.inner.limits.max_live());
        match group.format.most_live() {
            Some(most) if max_live.allows(most) => Limit::AtMost(most),
            _ => max_live,
        }
    }
}
