//! Choosing codes that the store will accept, to the last one of a space.

#![expect(clippy::cast_possible_truncation, reason = "counts are bounded by what one call may ask for")]

use std::{collections::HashSet, sync::atomic::Ordering};

use crate::{
    code::Codes,
    entropy::EntropyError,
    error::Error,
    registry::{
        Registry, contract,
        make::{Counting, Drawing},
        submit::{Attempt, Draft, Issued},
    },
    store::IndexGuard,
};

/// How many codes are compared with the store at a time where it is asked which are taken.
const TAKEN_AT_A_TIME: usize = 4096;

/// How often other codes are made for one call; more are only asked for by a store that contradicts itself.
const MOST_ROUNDS: usize = 1000;

/// How many counters in a row are passed over because of words. A format that the builder let pass never gets there, unless
/// check characters complete a word in nearly every code.
const MOST_WORDED: usize = 1_000_000;

/// How often others may get ahead in a group that counts before one call gives up.
const MOST_MOVES: usize = 1_000_000;

impl Registry {
    /// Random order: draw, and draw again what was issued before. Draws in vain are counted; once there were as many
    /// as the space has codes, the space is looked through and codes are picked from what is free. So the store is
    /// asked about a code a small number of times on average, however full the space is, and the last one is found.
    ///
    /// `false` where the group changed meanwhile.
    pub(super) fn issue_drawn(&self, draft: &Draft<'_>, drawing: &Drawing, issued: &mut Issued) -> Result<bool, Error> {
        let maker = &draft.known.maker;
        let space = maker.small_space;
        let hopeless = space.is_some_and(|space| space < draft.count as u64);
        if !hopeless && !drawing.looked_through() {
            match draft.count {
                1 => self.draw_one(draft, drawing, &mut issued.codes)?,
                count => issued.codes = maker.draw(drawing, &*self.inner.entropy, count)?,
            }
            for _ in 0..MOST_ROUNDS {
                let taken = match self.append(draft, None, issued)? {
                    Attempt::CodesTaken(positions) => positions,
                    other => return Ok(other.is_issued()),
                };
                if !self.draw_again(draft, drawing, &mut issued.codes, taken)? {
                    return self.issue_picked(draft, drawing, issued);
                }
            }
            return Err(contract("the store refuses codes that it says are free"));
        }
        self.issue_picked(draft, drawing, issued)
    }

    /// The next of the codes that are drawn ahead, which the store is told of.
    fn draw_one(&self, draft: &Draft<'_>, drawing: &Drawing, codes: &mut Codes) -> Result<(), EntropyError> {
        if let Err(count) = drawing.ahead.next(codes) {
            let drawn = draft.known.maker.draw(drawing, &*self.inner.entropy, count)?;
            if count > 1 {
                self.store().announce(draft.known.group.id, &drawn);
            }
            drawing.ahead.keep(drawn, codes);
        }
        Ok(())
    }

    /// Draws other codes for the positions of taken ones until all are free; `false` once enough draws were in vain to
    /// pay for looking through the space.
    fn draw_again(
        &self,
        draft: &Draft<'_>,
        drawing: &Drawing,
        codes: &mut Codes,
        mut positions: Vec<usize>,
    ) -> Result<bool, Error> {
        let maker = &draft.known.maker;
        let space = maker.small_space.unwrap_or(u64::MAX);
        let mut spent = drawing.waste(positions.len(), space);
        // Several candidates for each position, more every time: a store is asked few times, however full it is.
        let mut candidates = 1;
        for _ in 0..MOST_ROUNDS {
            if positions.is_empty() {
                return Ok(true);
            }
            if spent {
                return Ok(false);
            }
            let fresh = maker.draw(drawing, &*self.inner.entropy, positions.len() * candidates)?;
            if candidates >= 64 && fresh.iter().all(|code| Some(code) == fresh.get(0)) {
                return Err(EntropyError::new("the source of randomness repeats itself").into());
            }
            let taken: HashSet<usize> = self.taken(draft, &fresh)?.into_iter().collect();
            let mut left = Vec::new();
            for (number, position) in positions.into_iter().enumerate() {
                let mut own = number * candidates..(number + 1) * candidates;
                match own.find(|candidate| !taken.contains(candidate)) {
                    Some(free) => codes.replace(position, &fresh, free),
                    None => left.push(position),
                }
            }
            positions = left;
            spent = drawing.waste(taken.len(), space);
            candidates = (candidates * 2).min(TAKEN_AT_A_TIME / positions.len().max(1)).max(1);
        }
        Err(contract("the store says that every code is taken in a space that cannot be full"))
    }

    /// Random order in a space that is nearly used up: pick from what may still be free.
    fn issue_picked(&self, draft: &Draft<'_>, drawing: &Drawing, issued: &mut Issued) -> Result<bool, Error> {
        let maker = &draft.known.maker;
        if !drawing.looked_through() {
            drawing.set_free(self.look_through(draft)?);
        }
        // Every round strikes off what is taken, so that the list ends sooner or later.
        loop {
            let picked = match drawing.pick(draft.count, &*self.inner.entropy)? {
                Ok(picked) => picked,
                Err(free) => return Err(exhausted(draft, free)),
            };
            issued.codes = maker.codes_of(&picked);
            match self.append(draft, None, issued)? {
                Attempt::CodesTaken(positions) => {
                    let taken: Vec<u64> = positions.into_iter().map(|position| picked[position]).collect();
                    drawing.strike(&taken);
                }
                other => {
                    if other.is_issued() && !issued.repeated {
                        drawing.strike(&picked);
                    }
                    return Ok(other.is_issued());
                }
            }
        }
    }

    /// Every body of a small space that is not taken, as a number.
    fn look_through(&self, draft: &Draft<'_>) -> Result<Vec<u64>, Error> {
        let maker = &draft.known.maker;
        let space = maker.small_space.unwrap_or(u64::MAX);
        let mut free = Vec::new();
        let mut first = 0;
        while first < space {
            let count = (space - first).min(TAKEN_AT_A_TIME as u64) as usize;
            let codes = maker.count_from(first, count);
            let taken: HashSet<usize> = self.taken(draft, &codes)?.into_iter().collect();
            let is_free =
                |position: usize, code: &str| !taken.contains(&position) && !maker.format.has_word(code.as_bytes());
            let bodies = (first..).zip(codes.iter().enumerate());
            free.extend(bodies.filter(|(_, (position, code))| is_free(*position, code)).map(|(body, _)| body));
            first += count as u64;
        }
        Ok(free)
    }

    /// Sequential and Keyed order: the codes of the next counters, without those that contain words or were issued in
    /// another way in the same scope.
    ///
    /// `false` where the group changed meanwhile.
    pub(super) fn issue_counted(
        &self,
        draft: &Draft<'_>,
        counting: &Counting,
        issued: &mut Issued,
    ) -> Result<bool, Error> {
        let capacity = counting.sequence.capacity();
        for _ in 0..MOST_MOVES {
            let expected = counting.next.load(Ordering::Relaxed);
            if expected >= counting.none_from.load(Ordering::Relaxed) {
                return Err(exhausted(draft, 0));
            }
            let Some(codes) = counting.sequence.codes(expected, draft.count) else {
                let next = self.group(draft.known.group.id)?.next_index;
                counting.next.fetch_max(next, Ordering::Relaxed);
                return Err(exhausted(draft, capacity - next.min(capacity)));
            };
            issued.codes = codes;
            let next = expected + draft.count as u64;
            let format = &draft.known.maker.format;
            let has_words = format.has_words() && issued.codes.iter().any(|code| format.has_word(code.as_bytes()));
            let mut attempt = if has_words {
                Attempt::CodesTaken(Vec::new())
            } else {
                self.append(draft, Some(&IndexGuard { expected, next }), issued)?
            };
            if let Attempt::CodesTaken(_) = attempt {
                let (free, next) = self.next_free(draft, counting, expected)?;
                issued.codes = free;
                attempt = self.append(draft, Some(&IndexGuard { expected, next }), issued)?;
            }
            match attempt {
                Attempt::CodesTaken(_) | Attempt::IndexMoved => {}
                other => return Ok(other.is_issued()),
            }
        }
        Err(contract("the store says that the group counts on whenever references are to be issued"))
    }

    /// The next free codes without words from a counter on, as many as are wanted, and the counter after the last of them.
    fn next_free(&self, draft: &Draft<'_>, counting: &Counting, first: u64) -> Result<(Codes, u64), Error> {
        let mut free = draft.known.maker.no_codes(draft.count);
        let mut at = first;
        let (mut next, mut worded) = (first, 0);
        // Larger steps each time: a long run of taken numbers costs few calls, a short one little work.
        let mut step = draft.count.clamp(16, TAKEN_AT_A_TIME);
        while free.len() < draft.count {
            let count = (counting.sequence.capacity() - at).min(step as u64) as usize;
            let Some(codes) = counting.sequence.codes(at, count).filter(|codes| !codes.is_empty()) else {
                if free.is_empty() {
                    counting.none_from.fetch_min(first, Ordering::Relaxed);
                }
                return Err(exhausted(draft, free.len() as u64));
            };
            let taken: HashSet<usize> = self.taken(draft, &codes)?.into_iter().collect();
            for (position, code) in codes.iter().enumerate() {
                let has_word = draft.known.maker.format.has_word(code.as_bytes());
                worded += usize::from(has_word);
                if !taken.contains(&position) && !has_word && free.len() < draft.count {
                    free.push(code);
                    next = at + position as u64 + 1;
                }
            }
            at += count as u64;
            step = (step * 2).min(TAKEN_AT_A_TIME);
            if free.is_empty() && worded > MOST_WORDED {
                return Err(exhausted(draft, 0));
            }
        }
        Ok((free, next))
    }
}

fn exhausted(draft: &Draft<'_>, free: u64) -> Error {
    Error::SpaceExhausted { group: draft.known.group.id, free, asked: draft.count as u64 }
}
