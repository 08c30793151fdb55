//! What is known of codes that come from a counter, and what helps after an old backup was restored.

use crate::{
    code_sequence::CodeSequence,
    error::Error,
    format::Order,
    group::Group,
    ids::GroupId,
    key::Key,
    registry::{Registry, contract, make::Way},
    store::GroupChange,
};

/// What a code of a Sequential or Keyed group says about itself, without a search.
///
/// [`Registry::decode`] gives one, and [`Group::decode`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Decoded {
    /// The counter that has this code; `None` where no counter has it, so that it can never be issued by counting.
    pub counter: Option<u64>,
    /// Whether the group has counted past it: only then it may have been issued. It is not certain: what was imported,
    /// passed over, or issued before an older backup was restored, shows only in a [lookup](Registry::lookup).
    pub may_be_issued: bool,
}

impl Decoded {
    pub(super) fn of(sequence: &CodeSequence, code: &str, next: u64) -> Result<Self, Error> {
        let counter = sequence.counter(&sequence.format().canonical(code))?;
        Ok(Self { counter, may_be_issued: counter.is_some_and(|counter| counter < next) })
    }
}

impl Group {
    /// Which counter a code has, and whether the group had counted past it when it was read.
    ///
    /// For many codes, [`Registry::decode`] is faster: it remembers what was made of the keys.
    ///
    /// # Errors
    /// [`NoCounter`](Error::NoCounter) in a group of Random order, [`CodeInvalid`](Error::CodeInvalid) for a text that
    /// the format does not make, [`KeyInvalid`](Error::KeyInvalid) for a Keyed group that was read from a serialized
    /// form, which has no key.
    ///
    /// ```
    /// use serial_core::{Format, MemoryStore, NewGroup, Order, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let format = Format::builder().length(12).order(Order::Keyed).build()?;
    /// let group = registry.create_group(NewGroup::continuous("Service tags").format(format))?;
    /// let first = registry.create_reference(group.id)?;
    /// assert_eq!(group.decode(&first.code)?.counter, Some(0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn decode(&self, code: &str) -> Result<Decoded, Error> {
        Decoded::of(&CodeSequence::of_group(self)?, code, self.next_index)
    }
}

impl Registry {
    /// Which counter a code of a Sequential or Keyed group has, and whether the group has counted past it: whether it
    /// could have been issued, and when in order. No reference is searched. The code may be typed as people type, as
    /// [`Format::canonical`](crate::Format::canonical) says.
    ///
    /// # Errors
    /// [`GroupNotFound`](Error::GroupNotFound), [`NoCounter`](Error::NoCounter) in a group of Random order,
    /// [`CodeInvalid`](Error::CodeInvalid) for a text that the format does not make, or a kind that begins with `Store`.
    ///
    /// ```
    /// use serial_core::{Format, MemoryStore, NewBatch, NewGroup, Order, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let format = Format::builder().length(12).order(Order::Keyed).build()?;
    /// let group = registry.create_group(NewGroup::batch("Pump AX-100").format(format))?;
    /// let batch = registry.create_batch(group.id, NewBatch::of(500))?;
    /// let decoded = registry.decode(group.id, batch.codes.get(42).unwrap())?;
    /// assert_eq!((decoded.counter, decoded.may_be_issued), (Some(42), true));
    /// assert!(!registry.decode(group.id, "MADEUP000000")?.may_be_issued);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn decode(&self, group: GroupId, code: &str) -> Result<Decoded, Error> {
        // Where it has counted to is never remembered well enough.
        let known = self.inner.groups.remember(self.group(group)?);
        match &known.maker.way {
            Way::Count(counting) => Decoded::of(&counting.sequence, code, known.group.next_index),
            Way::Draw(_) => Err(Error::NoCounter),
            Way::Nothing => Err(keyless()),
        }
    }

    /// Makes a group of Sequential or Keyed order go on at a counter, or later where it already is further. The counters
    /// before are never used.
    ///
    /// This is the remedy after an older backup was restored: the group would issue codes that are printed already. Go
    /// on at the first counter that cannot have been used. Counters begin with 0; a Sequential group's first number has
    /// counter 0.
    ///
    /// # Errors
    /// [`GroupNotFound`](Error::GroupNotFound), [`NoCounter`](Error::NoCounter) in a group of Random order,
    /// [`CounterInvalid`](Error::CounterInvalid) for a counter that was used already or that is beyond the last, or a
    /// kind that begins with `Store`.
    ///
    /// ```
    /// use serial_core::{Format, MemoryStore, NewGroup, Order, Preset, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let format = Format::builder().preset(Preset::Digits).length(6).order(Order::sequential()).build()?;
    /// let group = registry.create_group(NewGroup::continuous("Service tags").format(format))?;
    /// registry.advance_counter(group.id, 5_000)?;
    /// assert_eq!(registry.create_reference(group.id)?.code.as_str(), "005001");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn advance_counter(&self, group: GroupId, next: u64) -> Result<Group, Error> {
        let known = self.inner.groups.remember(self.group(group)?);
        let capacity = match &known.maker.way {
            Way::Count(counting) => counting.sequence.capacity(),
            Way::Draw(_) => return Err(Error::NoCounter),
            Way::Nothing => return Err(keyless()),
        };
        let present = known.group.next_index;
        if !(present..=capacity).contains(&next) {
            return Err(Error::CounterInvalid { group, next: present, capacity });
        }
        self.change_group(&GroupChange { next_index: Some(next), ..self.change_of(group)? })
    }

    /// Gives a Keyed group another key for the codes to come: the one that is given, or one that is drawn. Codes from
    /// before stay what they are and are still decoded.
    ///
    /// Do this when the key may be known to others, or after an older backup was restored where nobody can say how far
    /// the group had counted. A code of the new key equals a lost one of the old key only by chance: in a space of a
    /// million million codes of which a thousand were lost, once in a thousand million codes.
    ///
    /// # Errors
    /// [`GroupNotFound`](Error::GroupNotFound), [`KeyInvalid`](Error::KeyInvalid) in a group of another order,
    /// [`EntropyUnavailable`](Error::EntropyUnavailable), or a kind that begins with `Store`.
    ///
    /// ```
    /// use serial_core::{Format, MemoryStore, NewGroup, Order, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let format = Format::builder().length(12).order(Order::Keyed).build()?;
    /// let group = registry.create_group(NewGroup::continuous("Service tags").format(format))?;
    /// let before = registry.create_reference(group.id)?;
    /// let group = registry.change_key(group.id, None)?;
    /// assert_eq!(group.keys.len(), 2);
    /// assert_eq!(group.decode(&before.code)?.counter, Some(0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn change_key(&self, group: GroupId, key: Option<Key>) -> Result<Group, Error> {
        if self.known(group)?.group.format.order() != Order::Keyed {
            return Err(Error::KeyInvalid);
        }
        let key = match key {
            Some(key) => key,
            None => Key::drawn(&*self.inner.entropy)?,
        };
        self.change_group(&GroupChange { key: Some(key), ..self.change_of(group)? })
    }
}

pub(super) fn keyless() -> Error {
    contract("the store gave a group of Keyed order without its keys, or another with some")
}
