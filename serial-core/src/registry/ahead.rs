//! Codes of a group that were drawn before anyone asked for them.

use std::{
    mem,
    sync::{Mutex, MutexGuard},
};

use forkguard::Guard;
use zeroize::Zeroize;

use crate::code::Codes;

/// The most codes that are drawn ahead.
const MOST: usize = 64;

/// What is left of the codes that were drawn ahead for single references, given out in the order in which they were
/// drawn.
///
/// Drawing many at once costs less for each, and a store that is told what comes can get ready for it. A forked child
/// finds none: it would issue its parent's codes.
pub(super) struct Ahead(Mutex<Reserve>);

struct Reserve {
    /// Absent where forks cannot be noticed; then nothing is kept.
    fork: Option<Guard>,
    /// One code after the other, each `width` bytes wide, from `next` on those that were not given out.
    packed: String,
    width: usize,
    next: usize,
    /// How many to draw next time: more every time, so that a group that issues few draws few.
    wanted: usize,
}

impl Ahead {
    /// None yet.
    pub(super) fn new() -> Self {
        let fork = Guard::try_new().ok();
        Self(Mutex::new(Reserve { fork, packed: String::new(), width: 0, next: 0, wanted: 1 }))
    }

    /// Puts the next code into `codes`; `Err` is how many to draw where there is none.
    pub(super) fn next(&self, codes: &mut Codes) -> Result<(), usize> {
        let Some(mut reserve) = self.reserve() else { return Err(1) };
        let (start, end) = (reserve.next, reserve.next + reserve.width);
        match reserve.packed.get(start..end) {
            Some(code) if !code.is_empty() => {
                codes.write_one(code);
                reserve.next = end;
                Ok(())
            }
            _ => Err(reserve.wanted),
        }
    }

    /// Keeps codes that were drawn for later, all but the first, which it puts into `codes`.
    pub(super) fn keep(&self, drawn: Codes, codes: &mut Codes) {
        codes.write_one(drawn.get(0).unwrap_or_default());
        if let Some(mut reserve) = self.reserve() {
            reserve.wipe();
            reserve.wanted = (drawn.len() * 2).min(MOST);
            reserve.width = drawn.width();
            reserve.next = drawn.width();
            reserve.packed = drawn.into_packed();
        }
    }

    /// `None` where forks are not noticed, or another thread has it now, or had it when this process was forked and
    /// will never give it back.
    fn reserve(&self) -> Option<MutexGuard<'_, Reserve>> {
        let mut reserve = self.0.try_lock().ok()?;
        if reserve.fork.as_mut()?.detected_fork() {
            reserve.wipe();
        }
        Some(reserve)
    }
}

impl Reserve {
    /// Forgets the codes, and leaves nothing of those in memory that were not given out.
    fn wipe(&mut self) {
        let mut bytes = mem::take(&mut self.packed).into_bytes();
        if let Some(left) = bytes.get_mut(self.next..) {
            left.zeroize();
        }
    }
}

impl Drop for Reserve {
    fn drop(&mut self) {
        self.wipe();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(packed: &str) -> Codes {
        Codes::from_packed(packed.into(), 2).unwrap()
    }

    fn next(ahead: &Ahead) -> Result<Codes, usize> {
        let mut next = Codes::none();
        ahead.next(&mut next).map(|()| next)
    }

    fn keep(ahead: &Ahead, drawn: Codes) -> Codes {
        let mut first = Codes::none();
        ahead.keep(drawn, &mut first);
        first
    }

    #[test]
    fn codes_are_given_out_in_the_order_in_which_they_were_drawn_and_more_are_drawn_each_time() {
        let ahead = Ahead::new();
        assert_eq!(next(&ahead), Err(1));
        assert_eq!(keep(&ahead, codes("A1")), codes("A1"));
        assert_eq!(next(&ahead), Err(2));
        assert_eq!(keep(&ahead, codes("B1B2")), codes("B1"));
        assert_eq!(next(&ahead), Ok(codes("B2")));
        assert_eq!(next(&ahead), Err(4));
        keep(&ahead, codes(&"C1".repeat(MOST)));
        assert_eq!((1..MOST).filter(|_| next(&ahead).is_ok()).count(), MOST - 1);
        assert_eq!(next(&ahead), Err(MOST));
    }

    #[test]
    fn who_finds_the_codes_in_use_draws_one_and_keeps_none() {
        let ahead = Ahead::new();
        let held = ahead.0.lock().unwrap();
        assert_eq!(next(&ahead), Err(1));
        assert_eq!(keep(&ahead, codes("A1A2")), codes("A1"));
        drop(held);
        assert_eq!(next(&ahead), Err(1));
    }
}
