//! The codes of one group, one after the other.

use std::mem;

use super::{
    large::Large,
    rows::{CHUNK, reserve_within},
};

/// So many chunks lie by themselves, since most groups are small: room is made as it is needed.
const FIRST: usize = 512;

/// Later chunks share slabs of memory, so many that each slab fills large pages and is small beside what is there.
const SLAB: usize = 64;

const _: () = assert!(FIRST % SLAB == 0, "a slab has first chunks or later ones");

/// The codes of a group in chunks of [`CHUNK`], each code as wide as the format makes it.
pub(super) struct PackedCodes {
    width: usize,
    /// The first chunks, as long as they lie by themselves. With each slab that a large group needs, those of another slab
    /// move there too, so that all codes of the largest groups are in large pages and no call has much to move.
    first: Vec<Vec<u8>>,
    /// Of the chunks from [`FIRST`] on.
    slabs: Vec<Large<u8>>,
    /// Of the first chunks, as far as they have moved.
    moved: Vec<Large<u8>>,
}

impl PackedCodes {
    pub(super) fn new(width: usize) -> Self {
        Self { width, first: Vec::new(), slabs: Vec::new(), moved: Vec::new() }
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// Adds codes to the chunk that is being filled, which has `used` of them and room for these. Where more room is
    /// made, it is for at least `ahead` codes.
    pub(super) fn add(&mut self, chunk: usize, used: usize, codes: &[u8], ahead: usize) {
        let size = CHUNK * self.width;
        let Some(later) = chunk.checked_sub(FIRST) else {
            if self.first.len() <= chunk {
                self.first.push(Vec::new());
            }
            let chunk = &mut self.first[chunk];
            reserve_within(chunk, codes.len(), ahead * self.width, size);
            return chunk.extend_from_slice(codes);
        };
        if self.slabs.len() <= later / SLAB {
            self.slabs.push(Large::zeroed(SLAB * size));
            self.move_some();
        }
        let start = later % SLAB * size + used * self.width;
        self.slabs[later / SLAB][start..start + codes.len()].copy_from_slice(codes);
    }

    /// Moves the next of the first chunks into a slab.
    fn move_some(&mut self) {
        let from = self.moved.len() * SLAB;
        if from == FIRST {
            return;
        }
        let size = CHUNK * self.width;
        let mut slab = Large::zeroed(SLAB * size);
        for (place, chunk) in slab.chunks_exact_mut(size).zip(&mut self.first[from..]) {
            place.copy_from_slice(&mem::take(chunk));
        }
        self.moved.push(slab);
    }

    /// The codes of a chunk; behind the last that was added there may be zeros.
    #[expect(clippy::inline_always, reason = "what is written to memory and read again makes a lookup wait")]
    #[inline(always)]
    pub(super) fn chunk(&self, chunk: usize) -> &[u8] {
        let slab = match chunk.checked_sub(FIRST) {
            Some(later) => &self.slabs[later / SLAB],
            None => match self.moved.get(chunk / SLAB) {
                Some(slab) => slab,
                None => return &self.first[chunk],
            },
        };
        let size = CHUNK * self.width;
        let start = chunk % SLAB * size;
        &slab[start..start + size]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_kept_in_chunks_of_their_own_and_across_slabs() {
        for width in [1, 25] {
            let mut packed = PackedCodes::new(width);
            let code = |chunk: usize, used: usize| vec![(chunk % 7 * 31 + used % 89) as u8; width];
            let chunks = 2 * FIRST + 1;
            let borders =
                [0, 1, SLAB - 1, SLAB, FIRST - 1, FIRST, FIRST + SLAB - 1, FIRST + SLAB, 2 * FIRST - 1, 2 * FIRST];
            for chunk in 0..chunks {
                // At the borders piece by piece.
                let mut used = 0;
                while used < CHUNK {
                    let count = (CHUNK - used).min(if borders.contains(&chunk) { 777 } else { CHUNK });
                    let codes: Vec<u8> = (used..used + count).flat_map(|used| code(chunk, used)).collect();
                    packed.add(chunk, used, &codes, 50);
                    used += count;
                }
            }
            for chunk in borders {
                let kept = packed.chunk(chunk).chunks_exact(width);
                assert_eq!(kept.len(), CHUNK);
                assert!((0..).zip(kept).all(|(used, kept)| kept == code(chunk, used)), "chunk {chunk}, width {width}");
            }
        }
    }
}
