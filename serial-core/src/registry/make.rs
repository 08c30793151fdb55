//! Making the codes of one group.

#![expect(clippy::cast_possible_truncation, reason = "counts are bounded by what one call may ask for")]

use std::sync::{
    Mutex, MutexGuard, OnceLock, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use crate::{
    code::Codes,
    code_sequence::CodeSequence,
    draw::{Drawer, Words},
    entropy::{Entropy, EntropyError},
    format::{Format, Order},
    group::Group,
    registry::ahead::Ahead,
    sequence::Sequence,
};

/// How often a code is drawn again because it contains a word. Honest randomness never gets there, save in an alphabet of
/// few symbols where check characters complete most words.
const MOST_DRAWS: usize = 1000;

/// Makes codes of one format and remembers what helps to make the next ones.
///
/// Everything remembered is a hint or a bound that only ever tightens, so that it is right for several threads and
/// processes: only the store decides what is issued.
pub(super) struct Maker {
    pub(super) format: Format,
    pub(super) way: Way,
    /// How many codes the space has, where it is small enough to be looked through.
    pub(super) small_space: Option<u64>,
}

pub(super) enum Way {
    Draw(Box<Drawing>),
    Count(Counting),
    /// The store gave the group without the keys it needs, or with such that it cannot have.
    Nothing,
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

/// What Sequential and Keyed order remember.
pub(super) struct Counting {
    pub(super) sequence: CodeSequence,
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
            Order::Sequential { .. } | Order::Keyed => match CodeSequence::of_group(group) {
                Ok(sequence) => Way::Count(Counting {
                    sequence,
                    next: AtomicU64::new(group.next_index),
                    none_from: AtomicU64::new(u64::MAX),
                }),
                Err(_) => Way::Nothing,
            },
        };
        Self { format, way, small_space }
    }

    /// Codes with the bodies that `fill` writes, one call for each.
    fn codes<E>(&self, count: usize, mut fill: impl FnMut(&mut [u8]) -> Result<(), E>) -> Result<Codes, E> {
        let mut packed = self.format.blank_codes(count);
        for code in packed.chunks_exact_mut(self.format.width()) {
            fill(&mut code[self.format.body()])?;
        }
        Ok(self.format.complete(packed, count))
    }

    /// No codes yet, with room for so many.
    pub(super) fn no_codes(&self, count: usize) -> Codes {
        Codes::of_symbols(Vec::with_capacity(count * self.format.width()), self.format.width(), 0)
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
        if self.format.has_words() {
            return self.draw_without_words(drawing, &mut words, count);
        }
        self.codes(count, |body| drawing.drawer.draw(&mut words, body))
    }

    /// The same, drawing again what contains a word that is to be left out, which at most every second code does.
    fn draw_without_words(
        &self,
        drawing: &Drawing,
        words: &mut Words<'_>,
        count: usize,
    ) -> Result<Codes, EntropyError> {
        let mut packed = self.format.blank_codes(count);
        for code in packed.chunks_exact_mut(self.format.width()) {
            let mut draws = 0;
            loop {
                drawing.drawer.draw(words, &mut code[self.format.body()])?;
                self.format.write_check(code);
                if !self.format.has_word(code) {
                    break;
                }
                draws += 1;
                if draws > MOST_DRAWS {
                    return Err(EntropyError::new("the source of randomness repeats itself"));
                }
            }
        }
        Ok(Codes::of_symbols(packed, self.format.width(), count))
    }

    /// The codes whose bodies are `count` consecutive numbers.
    pub(super) fn count_from(&self, first: u64, count: usize) -> Codes {
        let mut sequence = Sequence::starting_at(self.format.alphabet(), self.format.length(), first.into());
        let mut packed = self.format.blank_codes(count);
        for code in packed.chunks_exact_mut(self.format.width()) {
            sequence.write(&mut code[self.format.body()]);
        }
        self.format.complete(packed, count)
    }

    /// The codes whose bodies are these numbers, in their order.
    pub(super) fn codes_of(&self, numbers: &[u64]) -> Codes {
        let (alphabet, length) = (self.format.alphabet(), self.format.length());
        let mut packed = self.format.blank_codes(numbers.len());
        for (number, code) in numbers.iter().zip(packed.chunks_exact_mut(self.format.width())) {
            Sequence::starting_at(alphabet, length, u128::from(*number)).write(&mut code[self.format.body()]);
        }
        self.format.complete(packed, numbers.len())
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
