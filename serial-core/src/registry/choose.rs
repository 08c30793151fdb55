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

/// How often others may get ahead in a group that counts before one call gives up.
const MOST_MOVES: usize = 1_000_000;

impl Registry {
    /// Random order: draw, and draw again what was issued before. Draws in vain are counted; once there were as many
    /// as the space has codes, the space is looked through and codes are picked from what is free. So the store is
    /// asked about a code a small number of times on average, however full the space is, and the last one is found.
    pub(super) fn issue_drawn(&self, draft: &Draft<'_>, drawing: &Drawing) -> Result<Option<Issued>, Error> {
        let maker = &draft.known.maker;
        let space = maker.small_space;
        let hopeless = space.is_some_and(|space| space < draft.count as u64);
        if !hopeless && !drawing.looked_through() {
            let mut codes = match draft.count {
                1 => self.draw_one(draft, drawing)?,
                count => maker.draw(drawing, &*self.inner.entropy, count)?,
            };
            for _ in 0..MOST_ROUNDS {
                let taken = match self.append(draft, &codes, None)? {
                    Attempt::CodesTaken(positions) => positions,
                    other => return Ok(other.issued(draft, codes)),
                };
                if !self.draw_again(draft, drawing, &mut codes, taken)? {
                    return self.issue_picked(draft, drawing);
                }
            }
            return Err(contract("the store refuses codes that it says are free"));
        }
        self.issue_picked(draft, drawing)
    }

    /// The next of the codes that are drawn ahead, which the store is told of.
    fn draw_one(&self, draft: &Draft<'_>, drawing: &Drawing) -> Result<Codes, EntropyError> {
        match drawing.ahead.next() {
            Ok(code) => Ok(code),
            Err(count) => {
                let drawn = draft.known.maker.draw(drawing, &*self.inner.entropy, count)?;
                if count > 1 {
                    self.store().announce(draft.known.group.id, &drawn);
                }
                Ok(drawing.ahead.keep(drawn))
            }
        }
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
    fn issue_picked(&self, draft: &Draft<'_>, drawing: &Drawing) -> Result<Option<Issued>, Error> {
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
            let numbers: Vec<u128> = picked.iter().map(|body| u128::from(*body)).collect();
            let codes = maker.codes_of(&numbers);
            match self.append(draft, &codes, None)? {
                Attempt::CodesTaken(positions) => {
                    let taken: Vec<u64> = positions.into_iter().map(|position| picked[position]).collect();
                    drawing.strike(&taken);
                }
                other => {
                    if matches!(other, Attempt::Issued(_)) {
                        drawing.strike(&picked);
                    }
                    return Ok(other.issued(draft, codes));
                }
            }
        }
    }

    /// Every body of a small space that is not taken, as a number.
    fn look_through(&self, draft: &Draft<'_>) -> Result<Vec<u64>, Error> {
        let space = draft.known.maker.small_space.unwrap_or(u64::MAX);
        let mut free = Vec::new();
        let mut first = 0;
        while first < space {
            let count = (space - first).min(TAKEN_AT_A_TIME as u64) as usize;
            let codes = draft.known.maker.count_from(u128::from(first), count);
            let taken: HashSet<usize> = self.taken(draft, &codes)?.into_iter().collect();
            free.extend((first..).take(count).zip(0..).filter(|(_, i)| !taken.contains(i)).map(|(body, _)| body));
            first += count as u64;
        }
        Ok(free)
    }

    /// Sequential order: the next numbers, without those that were issued in another way in the same scope.
    pub(super) fn issue_counted(&self, draft: &Draft<'_>, counting: &Counting) -> Result<Option<Issued>, Error> {
        let maker = &draft.known.maker;
        for _ in 0..MOST_MOVES {
            let expected = counting.next.load(Ordering::Relaxed);
            if expected >= counting.none_from.load(Ordering::Relaxed) {
                return Err(exhausted(draft, 0));
            }
            if counting.capacity - expected.min(counting.capacity) < draft.count as u64 {
                let next = self.group(draft.known.group.id)?.next_index;
                counting.next.fetch_max(next, Ordering::Relaxed);
                return Err(exhausted(draft, counting.capacity - next.min(counting.capacity)));
            }
            let next = expected + draft.count as u64;
            let mut codes = maker.count_from(counting.number(expected), draft.count);
            let mut attempt = self.append(draft, &codes, Some(IndexGuard { expected, next }))?;
            if let Attempt::CodesTaken(_) = attempt {
                let (indexes, next) = self.next_free(draft, counting, expected)?;
                let numbers: Vec<u128> = indexes.into_iter().map(|index| counting.number(index)).collect();
                codes = maker.codes_of(&numbers);
                attempt = self.append(draft, &codes, Some(IndexGuard { expected, next }))?;
            }
            match attempt {
                Attempt::CodesTaken(_) | Attempt::IndexMoved => {}
                other => return Ok(other.issued(draft, codes)),
            }
        }
        Err(contract("the store says that the group counts on whenever references are to be issued"))
    }

    /// The next free numbers from `first` on, as many as are wanted, and the index after the last of them.
    fn next_free(&self, draft: &Draft<'_>, counting: &Counting, first: u64) -> Result<(Vec<u64>, u64), Error> {
        let mut free = Vec::with_capacity(draft.count);
        let mut at = first;
        // Larger steps each time: a long run of taken numbers costs few calls, a short one little work.
        let mut step = draft.count.clamp(16, TAKEN_AT_A_TIME);
        while free.len() < draft.count {
            let count = (counting.capacity - at).min(step as u64) as usize;
            if count == 0 {
                if free.is_empty() {
                    counting.none_from.fetch_min(first, Ordering::Relaxed);
                }
                return Err(exhausted(draft, free.len() as u64));
            }
            let codes = draft.known.maker.count_from(counting.number(at), count);
            let taken: HashSet<usize> = self.taken(draft, &codes)?.into_iter().collect();
            free.extend((at..).take(count).zip(0..).filter(|(_, i)| !taken.contains(i)).map(|(index, _)| index));
            at += count as u64;
            step = (step * 2).min(TAKEN_AT_A_TIME);
        }
        free.truncate(draft.count);
        let next = free.last().map_or(at, |last| last + 1);
        Ok((free, next))
    }
}

fn exhausted(draft: &Draft<'_>, free: u64) -> Error {
    Error::SpaceExhausted { group: draft.known.group.id, free, asked: draft.count as u64 }
}
