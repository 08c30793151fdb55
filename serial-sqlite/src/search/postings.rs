//! Lists of the blocks that have a trigram.

use rusqlite::Result;

use super::segment::{corrupt, put_number, take_number};

/// Rows of a block. Smaller ones make the index larger, larger ones make a search test more codes in vain.
pub(super) const BLOCK: usize = 16;

/// Most blocks of a segment: the distance between two takes two bytes at most.
pub(super) const MOST_BLOCKS: usize = 1 << 12;

/// Bytes of a row of lists: what goes on one page.
const ROW: usize = 2000;

/// Three characters that stand together, whatever the case of their letters, as a number.
pub(super) type Trigram = u32;

/// Bits of a trigram; rows of lists are numbered by segment and first trigram.
pub(super) const TRIGRAM_BITS: u32 = 19;

/// The characters of codes are 1 to 68; all else, which only damage or another program can bring in, is 0. Those that
/// most codes are made of come first, so that the tables for them are small.
static SYMBOL: [u8; 256] = {
    let order = b"0123456789abcdefghijklmnopqrstuvwxyz-./_:+*#$%&=?@!\"'(),;<>[\\]^`{|}~";
    let mut symbols = [0; 256];
    let mut at = 0;
    while at < order.len() {
        symbols[order[at] as usize] = at as u8 + 1;
        symbols[order[at].to_ascii_uppercase() as usize] = at as u8 + 1;
        at += 1;
    }
    symbols
};

const SYMBOLS: usize = 69;

fn trigram(symbols: &[u8]) -> Trigram {
    symbols.iter().fold(0, |number, &symbol| number * SYMBOLS as Trigram + Trigram::from(symbol))
}

/// The trigrams of a term, or `None` where it is too short to have one. Those that cover it come first: those in
/// between tell less.
pub(super) fn trigrams_of(term: &str) -> Option<Vec<Trigram>> {
    let symbols: Vec<u8> = term.bytes().map(|byte| SYMBOL[usize::from(byte)]).collect();
    let last = symbols.len().checked_sub(3)?;
    let covering = (0..last).step_by(3).chain([last]);
    let between = (0..last).filter(|at| at % 3 != 0);
    Some(covering.chain(between).map(|at| trigram(&symbols[at..at + 3])).collect())
}

/// The codes of a segment in the order of its rows.
#[derive(Default)]
pub(super) struct Codes {
    symbols: Vec<u8>,
    ends: Vec<usize>,
}

impl Codes {
    pub(super) fn push(&mut self, code: &[u8]) {
        self.symbols.extend(code.iter().map(|&byte| SYMBOL[usize::from(byte)]));
        self.ends.push(self.symbols.len());
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Makes the lists, and gives them to `put` in rows with the first trigram of each.
    ///
    /// A list is written as the distances between its blocks, of one or two bytes. The first walk over the codes finds
    /// how much room each list needs at most, the second writes all of them, in the order of the trigrams.
    pub(super) fn lists(&self, mut put: impl FnMut(Trigram, &[u8]) -> Result<()>) -> Result<()> {
        let base = self.symbols.iter().max().map_or(0, |&symbol| usize::from(symbol) + 1);
        let mut starts = vec![0_u32; base * base * base + 1];
        self.walk(base, |trigram, _| starts[trigram + 1] += 2);
        let mut room = 0;
        for start in &mut starts {
            room += *start;
            *start = room;
        }
        let mut lists: Vec<List> = starts.iter().map(|&start| List { end: start, next: 0 }).collect();
        let mut bytes = vec![0; room as usize];
        self.walk(base, |trigram, block| {
            let list = &mut lists[trigram];
            // Whether it has the block already.
            let Some(distance) = block.checked_sub(list.next) else { return };
            let two = u32::from(distance >= 0x80);
            let end = list.end as usize;
            bytes[end..end + 2].copy_from_slice(&[(distance | two << 7) as u8, (distance >> 7) as u8]);
            *list = List { end: list.end + 1 + two, next: block + 1 };
        });
        let (mut row, mut first, mut previous) = (Vec::with_capacity(2 * ROW), 0, 0);
        for (number, (start, list)) in starts.iter().zip(&lists).enumerate() {
            let (start, end) = (*start as usize, list.end as usize);
            if start == end {
                continue;
            }
            let trigram =
                trigram(&[number / base / base, number / base % base, number % base].map(|symbol| symbol as u8));
            if row.len() + (end - start) > ROW && !row.is_empty() {
                put(first, &row)?;
                row.clear();
            }
            if row.is_empty() {
                (first, previous) = (trigram, trigram);
            }
            put_number(&mut row, u64::from(trigram - previous));
            put_number(&mut row, (end - start) as u64);
            row.extend_from_slice(&bytes[start..end]);
            previous = trigram;
        }
        if row.is_empty() { Ok(()) } else { put(first, &row) }
    }

    /// Shows each trigram of each code with its block.
    fn walk(&self, base: usize, mut visit: impl FnMut(usize, u32)) {
        let mut start = 0;
        for (rows, block) in self.ends.chunks(BLOCK).zip(0..) {
            for &end in rows {
                for s in self.symbols[start..end].windows(3) {
                    visit((usize::from(s[0]) * base + usize::from(s[1])) * base + usize::from(s[2]), block);
                }
                start = end;
            }
        }
    }
}

/// A list that is being written.
struct List {
    /// Where its next byte goes.
    end: u32,
    /// The block after its last one.
    next: u32,
}

/// A set of blocks of a segment.
pub(super) struct Blocks([u64; MOST_BLOCKS / 64]);

impl Blocks {
    pub(super) fn all() -> Self {
        Self([u64::MAX; MOST_BLOCKS / 64])
    }

    pub(super) fn none() -> Self {
        Self([0; MOST_BLOCKS / 64])
    }

    /// Those of a trigram, from the row of lists that has it if any does.
    pub(super) fn of(wanted: Trigram, first: Trigram, mut row: &[u8]) -> Result<Self> {
        let (mut blocks, mut trigram) = (Self::none(), u64::from(first));
        while !row.is_empty() {
            trigram = trigram.saturating_add(take_number(&mut row)?);
            let length = usize::try_from(take_number(&mut row)?).unwrap_or(usize::MAX);
            let (mut list, rest) = row.split_at_checked(length).ok_or_else(corrupt)?;
            if trigram == u64::from(wanted) {
                let mut next = 0_u64;
                while !list.is_empty() {
                    let block = next.saturating_add(take_number(&mut list)?);
                    let word = usize::try_from(block / 64).ok().and_then(|word| blocks.0.get_mut(word));
                    *word.ok_or_else(corrupt)? |= 1 << (block % 64);
                    next = block + 1;
                }
            }
            if trigram >= u64::from(wanted) {
                break;
            }
            row = rest;
        }
        Ok(blocks)
    }

    pub(super) fn keep(&mut self, others: &Self) {
        self.0.iter_mut().zip(&others.0).for_each(|(word, other)| *word &= other);
    }

    pub(super) fn len(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// Ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        (0..).zip(&self.0).filter(|(_, word)| **word != 0).flat_map(|(number, word)| {
            (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| number * 64 + bit)
        })
    }
}
