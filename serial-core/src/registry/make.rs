//! Making the codes of one group.

#![expect(clippy::cast_possible_truncation, reason = "counts are bounded by what one call may ask for")]

use std::sync::{
    Mutex, MutexGuard, OnceLock, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use crate::{
    code::Codes,
    draw::{Drawer, Words},
    entropy::{Entropy, EntropyError},
    format::{Format, MAX_LENGTH, Order},
    group::Group,
    registry::ahead::Ahead,
    sequence::Sequence,
};

/// Makes codes of one format and remembers what helps to make the next ones.
///
/// Everything remembered is a hint or a bound that only ever tightens, so that it is right for several threads and
/// processes: only the store decides what is issued.
pub(super) struct Maker {
    format: Format,
    pub(super) way: Way,
    /// How many codes the space has, where it is small enough to be looked through.
    pub(super) small_space: Option<u64>,
}

pub(super) enum Way {
    Draw(Box<Drawing>),
    Count(Counting),
}

/// What Random order remembers.
pub(super) struct Drawing {
    drawer: Drawer,
    pub(super) ahead: Ahead,
    /// Draws that hit a code issued before. As many as the space has codes pay for looking through all of it.
    wasted: AtomicU64,
    /// Once the space was looked through: every body that may still be free, as a number.
    free: OnceLock<Mutex<Vec<u64>>>,
}

/// What Sequential order remembers.
pub(super) struct Counting {
    start: u128,
    /// The number of codes from the start on, as far as a counter can reach.
    pub(super) capacity: u64,
    /// How far the group had counted when it was last seen.
    pub(super) next: AtomicU64,
    /// From this index on nothing is free; codes never become free again.
    pub(super) none_from: AtomicU64,
}

impl Maker {
    pub(super) fn new(group: &Group) -> Self {
        let format = group.format.clone();
        let small_space = format.capacity().exact().and_then(|exact| u64::try_from(exact).ok());
        let way = match format.order() {
            Order::Random => Way::Draw(Box::new(Drawing {
                drawer: Drawer::new(&format),
                ahead: Ahead::new(),
                wasted: AtomicU64::new(0),
                free: OnceLock::new(),
            })),
            Order::Sequential { start } => Way::Count(Counting {
                start,
                capacity: small_space.unwrap_or(u64::MAX),
                next: AtomicU64::new(group.next_index),
                none_from: AtomicU64::new(u64::MAX),
            }),
        };
        Self { format, way, small_space }
    }

    /// Codes with the bodies that `fill` writes, one call for each.
    fn codes<E>(&self, count: usize, mut fill: impl FnMut(&mut [u8]) -> Result<(), E>) -> Result<Codes, E> {
        let (prefix, suffix) = (self.format.prefix().as_bytes(), self.format.suffix().as_bytes());
        let mut body = [0; MAX_LENGTH];
        let body = &mut body[..self.format.length()];
        let mut packed = Vec::with_capacity(self.format.width() * count);
        for _ in 0..count {
            fill(body)?;
            packed.extend_from_slice(prefix);
            packed.extend_from_slice(body);
            packed.extend_from_slice(suffix);
        }
        Ok(Codes::of_symbols(packed, self.format.width(), count))
    }

    /// `count` codes with drawn bodies.
    pub(super) fn draw(&self, drawing: &Drawing, entropy: &dyn Entropy, count: usize) -> Result<Codes, EntropyError> {
        let expected = count.saturating_mul(drawing.drawer.words_per_body());
        // A single reference should not pay for clearing the room that a batch uses.
        let (mut few, mut many);
        let buffer: &mut [u64] = if count == 1 {
            few = [0; 8];
            &mut few
        } else {
            many = [0; 64];
            &mut many
        };
        let mut words = Words::new(entropy, buffer, expected);
        self.codes(count, |body| drawing.drawer.draw(&mut words, body))
    }

    /// The codes of consecutive numbers; `first` counts from the lowest body in the space.
    pub(super) fn count_from(&self, first: u128, count: usize) -> Codes {
        let mut sequence = Sequence::starting_at(self.format.alphabet(), self.format.length(), first);
        let codes = self.codes(count, |body| -> Result<(), std::convert::Infallible> {
            sequence.write(body);
            Ok(())
        });
        match codes {
            Ok(codes) => codes,
            Err(never) => match never {},
        }
    }

    /// The codes of these numbers, in their order; they count from the lowest body in the space.
    pub(super) fn codes_of(&self, numbers: &[u128]) -> Codes {
        let mut packed = String::with_capacity(numbers.len() * self.format.width());
        for number in numbers {
            packed.push_str(self.count_from(*number, 1).as_packed());
        }
        Codes::of_symbols(packed.into_bytes(), self.format.width(), numbers.len())
    }
}

impl Counting {
    /// The number in the space that a counter stands for.
    pub(super) fn number(&self, index: u64) -> u128 {
        self.start + u128::from(index)
    }
}

impl Drawing {
    /// Counts draws that were in vain; tells whether they have paid for looking through a space of this size.
    pub(super) fn waste(&self, draws: usize, space: u64) -> bool {
        let before = self.wasted.fetch_add(draws as u64, Ordering::Relaxed);
        before.saturating_add(draws as u64) >= space
    }

    pub(super) fn looked_through(&self) -> bool {
        self.free.get().is_some()
    }

    /// Notes which bodies may still be free, unless another thread has done so.
    pub(super) fn set_free(&self, bodies: Vec<u64>) {
        self.free.get_or_init(|| Mutex::new(bodies));
    }

    /// Picks `count` different bodies of those that may be free, each with the same chance, and leaves them there;
    /// `Err` is how many there are where they are too few.
    pub(super) fn pick(&self, count: usize, entropy: &dyn Entropy) -> Result<Result<Vec<u64>, u64>, EntropyError> {
        let mut buffer = [0; 64];
        let mut words = Words::new(entropy, &mut buffer, count);
        loop {
            let length = self.free().map_or(0, |free| free.len());
            if length < count {
                return Ok(Err(length as u64));
            }
            // Nothing is locked while the entropy, perhaps foreign code, works.
            let mut chosen = Vec::with_capacity(count);
            for done in 0..count {
                chosen.push(words.below((length - done) as u64)? as usize);
            }
            let Some(mut free) = self.free() else { return Ok(Err(0)) };
            if free.len() == length {
                // The beginning of a Fisher-Yates shuffle, from the end.
                for (done, chosen) in chosen.into_iter().enumerate() {
                    free.swap(chosen, length - done - 1);
                }
                return Ok(Ok(free[length - count..].to_vec()));
            }
        }
    }

    /// Strikes off bodies that are issued now.
    pub(super) fn strike(&self, issued: &[u64]) {
        let Some(mut free) = self.free() else { return };
        if free.ends_with(issued) {
            let left = free.len() - issued.len();
            free.truncate(left);
        } else {
            let issued: std::collections::HashSet<u64> = issued.iter().copied().collect();
            free.retain(|body| !issued.contains(body));
        }
    }

    /// `None` before the space was looked through.
    fn free(&self) -> Option<MutexGuard<'_, Vec<u64>>> {
        Some(self.free.get()?.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
