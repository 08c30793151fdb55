//! The cells of one row.

use crate::transfer::RowFault;

/// The most bytes of a row, with all that separates its cells.
pub(super) const MOST_BYTES: usize = 8 << 20;

/// What a cell is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// The code.
    Code,
    /// The value of a field, by its position in the group's list.
    Field(u32),
    /// Something that an export says and an import has no use for.
    Ignored,
}

/// One row of a file, kept from row to row to be filled again.
#[derive(Default)]
pub(crate) struct Cells {
    /// Where the row begins in the file.
    pub(crate) line: u64,
    text: Vec<u8>,
    parts: Vec<Cell>,
    bytes: usize,
    begin: usize,
}

struct Cell {
    begin: usize,
    end: usize,
    meaning: Meaning,
    /// Whether something stands there, be it an empty text.
    is_given: bool,
}

impl Cells {
    pub(super) fn begin(&mut self, line: u64) {
        self.line = line;
        self.text.clear();
        self.parts.clear();
        (self.bytes, self.begin) = (0, 0);
    }

    /// Adds to the text of the cell that is being read; what comes behind the longest row is dropped.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.count(bytes.len());
        if !self.is_too_long() {
            self.text.extend_from_slice(bytes);
        }
    }

    /// Counts bytes of the row that are in no cell.
    pub(super) fn count(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_add(bytes);
    }

    pub(super) fn is_too_long(&self) -> bool {
        self.bytes > MOST_BYTES
    }

    /// Ends a cell, which was in quotes or not.
    pub(super) fn end_cell(&mut self, meaning: Meaning, is_quoted: bool) {
        if !self.is_too_long() {
            let (begin, end) = (self.begin, self.text.len());
            self.parts.push(Cell { begin, end, meaning, is_given: is_quoted || begin < end });
            self.begin = end;
        }
    }

    /// Adds a cell with a text, or one that says nothing.
    pub(super) fn add(&mut self, meaning: Meaning, text: Option<&str>) {
        self.push(text.unwrap_or_default().as_bytes());
        self.end_cell(meaning, text.is_some());
    }

    /// Whether there is a cell that means this.
    pub(super) fn has(&self, meaning: Meaning) -> bool {
        self.parts.iter().any(|cell| cell.meaning == meaning)
    }

    pub(super) fn len(&self) -> usize {
        self.parts.len()
    }

    /// Says what the cells mean, in their order.
    pub(super) fn give_meanings(&mut self, meanings: &[Meaning]) {
        self.parts.iter_mut().zip(meanings).for_each(|(cell, meaning)| cell.meaning = *meaning);
    }

    /// The fault of a row that is too long or not text.
    pub(super) fn fault(&self) -> Option<RowFault> {
        if self.is_too_long() {
            return Some(RowFault::TooLong { most: MOST_BYTES });
        }
        // Each cell for itself: one may end with the half of a character that the next begins with.
        let is_text = self.text.is_ascii() || self.iter_bytes().all(|cell| std::str::from_utf8(cell).is_ok());
        (!is_text).then_some(RowFault::NotUtf8)
    }

    /// The cells that say something.
    pub(crate) fn given(&self) -> impl Iterator<Item = (Meaning, &str)> {
        let given = self.parts.iter().filter(|cell| cell.is_given);
        given.map(|cell| (cell.meaning, self.text_of(cell)))
    }

    /// All cells as they are.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().map(|cell| self.text_of(cell))
    }

    fn text_of(&self, cell: &Cell) -> &str {
        std::str::from_utf8(&self.text[cell.begin..cell.end]).unwrap_or_default()
    }

    fn iter_bytes(&self) -> impl Iterator<Item = &[u8]> {
        self.parts.iter().map(|cell| &self.text[cell.begin..cell.end])
    }
}
