//! The codes of one group, one after the other.

use super::{
    large::Large,
    rows::{CHUNK, reserve_within},
};

/// So many chunks lie by themselves, since most groups are small: room is made as it is needed.
const FIRST: usize = 512;

/// Later chunks share pieces of memory, so many that each piece fills large pages and is small beside what is there.
const SLAB: usize = 64;

/// The codes of a group in chunks of [`CHUNK`], each code as wide as the format makes it.
pub(super) struct PackedCodes {
    width: usize,
    first: Vec<Vec<u8>>,
    slabs: Vec<Large<u8>>,
}

impl PackedCodes {
    pub(super) fn new(width: usize) -> Self {
        Self { width, first: Vec::new(), slabs: Vec::new() }
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
        }
        let start = later % SLAB * size + used * self.width;
        self.slabs[later / SLAB][start..start + codes.len()].copy_from_slice(codes);
    }

    /// The codes of a chunk; behind the last that was added there may be zeros.
    #[expect(clippy::inline_always, reason = "what is written to memory and read again makes a lookup wait")]
    #[inline(always)]
    pub(super) fn chunk(&self, chunk: usize) -> &[u8] {
        match chunk.checked_sub(FIRST) {
            None => &self.first[chunk],
            Some(later) => {
                let size = CHUNK * self.width;
                let start = later % SLAB * size;
                &self.slabs[later / SLAB][start..start + size]
            }
        }
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
            let chunks = FIRST + SLAB + 1;
            for chunk in 0..chunks {
                // Some codes of most chunks, and all of those at the borders, piece by piece.
                let is_at_border = [0, 1, FIRST - 1, FIRST, FIRST + SLAB - 1, FIRST + SLAB].contains(&chunk);
                let mut used = 0;
                while used < if is_at_border { CHUNK } else { 1 } {
                    let count = (CHUNK - used).min(if is_at_border { 777 } else { 1 });
                    let codes: Vec<u8> = (used..used + count).flat_map(|used| code(chunk, used)).collect();
                    packed.add(chunk, used, &codes, 50);
                    used += count;
                }
            }
            for chunk in [0, 1, FIRST - 1, FIRST, FIRST + SLAB - 1, FIRST + SLAB] {
                let kept = packed.chunk(chunk).chunks_exact(width);
                assert_eq!(kept.len(), CHUNK);
                assert!((0..).zip(kept).all(|(used, kept)| kept == code(chunk, used)), "chunk {chunk}, width {width}");
            }
        }
    }
}
