//! Reading CSV as RFC 4180 has it, and as people write it.

use std::io::{self, Read};

use memchr::{memchr, memchr2_iter, memchr3};

use crate::{
    fingerprint::Fingerprint,
    transfer::{
        Cells, Columns, ImportFault, Meaning, RowFault,
        columns::{twice, unknown},
        defuse::undone,
        input::Input,
    },
};

const QUOTE: u8 = b'"';

/// The rows of a CSV file.
///
/// Lines end with LF, CR or both, and blank lines are no rows. A quote that begins a cell opens it; any other is itself. A
/// row that breaks the rules ends where it would end if it did not, so that the rows behind it are read.
pub(super) struct CsvRows<'a> {
    input: Input<'a>,
    delimiter: u8,
    meanings: Vec<Meaning>,
}

/// Where in a cell the next byte is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Begin,
    Bare,
    Quoted,
    /// Behind a quote within a cell in quotes: it closes the cell, or is the first of two that mean one.
    Quote,
    /// Behind the closing quote of a cell that goes on against the rules.
    Behind,
}

impl<'a> CsvRows<'a> {
    pub(super) fn new(reader: Box<dyn Read + 'a>, delimiter: u8) -> Self {
        Self { input: Input::new(reader), delimiter, meanings: Vec::new() }
    }

    pub(super) fn digest(self) -> Fingerprint {
        self.input.digest()
    }

    /// Whether one of the columns is for codes.
    pub(super) fn has_codes(&self) -> bool {
        self.meanings.contains(&Meaning::Code)
    }

    /// Reads the names of the columns; `false` where nothing can be made of them.
    pub(super) fn read_header(
        &mut self,
        columns: &Columns,
        is_issuing: bool,
        cells: &mut Cells,
        faults: &mut Vec<ImportFault>,
    ) -> io::Result<bool> {
        let mut say = |line, fault| faults.push(ImportFault::new(line, fault));
        match self.read_row(cells)? {
            None => {
                say(1, RowFault::NoHeader);
                return Ok(false);
            }
            Some(Err(fault)) => {
                say(cells.line, fault);
                return Ok(false);
            }
            Some(Ok(())) => {}
        }
        let mut hint = 0;
        for name in cells.iter().map(undone) {
            let meaning = columns.meaning(name, &mut hint);
            match meaning {
                None => say(cells.line, unknown(name)),
                Some(Meaning::Ignored) => {}
                Some(meaning) if self.meanings.contains(&meaning) => say(cells.line, twice(name)),
                Some(_) => {}
            }
            self.meanings.push(meaning.unwrap_or(Meaning::Ignored));
        }
        match (self.has_codes(), is_issuing) {
            (false, false) => say(cells.line, RowFault::NoCodeColumn),
            (true, true) => say(cells.line, RowFault::CodeGiven),
            _ => {}
        }
        Ok(true)
    }

    /// Reads the next row; `None` at the end of the file, a fault where nothing can be made of it.
    pub(super) fn next(&mut self, cells: &mut Cells) -> io::Result<Option<Result<(), RowFault>>> {
        let row = self.read_row(cells)?;
        if let Some(Ok(())) = row {
            let (expected, found) = (self.meanings.len(), cells.len());
            if expected != found {
                return Ok(Some(Err(RowFault::CellCount { expected, found })));
            }
            cells.give_meanings(&self.meanings);
        }
        Ok(row)
    }

    fn read_row(&mut self, cells: &mut Cells) -> io::Result<Option<Result<(), RowFault>>> {
        loop {
            match self.input.fill()?.first() {
                None => return Ok(None),
                Some(b'\r' | b'\n') => self.input.end_line()?,
                Some(_) => break,
            }
        }
        cells.begin(self.input.line());
        let fault = self.read_cells(cells)?;
        // A row that is too long was not kept; whatever else is wrong with it matters less.
        let fault = if cells.is_too_long() { cells.fault() } else { fault.or_else(|| cells.fault()) };
        Ok(Some(fault.map_or(Ok(()), Err)))
    }

    /// Reads to the end of the row and of its last line.
    fn read_cells(&mut self, cells: &mut Cells) -> io::Result<Option<RowFault>> {
        let (mut state, mut fault) = (State::Begin, None);
        let is_quoted = |state| !matches!(state, State::Begin | State::Bare);
        let mut was_return = false;
        loop {
            let at_hand = self.input.fill()?;
            let Some(first) = at_hand.first().copied() else {
                if state == State::Quoted {
                    fault = Some(RowFault::QuoteNotClosed);
                }
                cells.end_cell(Meaning::Ignored, is_quoted(state));
                return Ok(fault);
            };
            match state {
                State::Begin if first == QUOTE => {
                    cells.count(1);
                    self.input.consume(1);
                    (state, was_return) = (State::Quoted, false);
                }
                State::Quote if first == QUOTE => {
                    cells.push(&[QUOTE]);
                    self.input.consume(1);
                    (state, was_return) = (State::Quoted, false);
                }
                State::Quoted => {
                    let length = memchr(QUOTE, at_hand).unwrap_or(at_hand.len());
                    let ended = length < at_hand.len();
                    let lines = lines_in(&at_hand[..length], &mut was_return);
                    cells.push(&at_hand[..length]);
                    self.input.consume(length + usize::from(ended));
                    self.input.add_lines(lines);
                    if ended {
                        cells.count(1);
                        state = State::Quote;
                    }
                }
                State::Begin | State::Bare | State::Quote | State::Behind => {
                    let end = memchr3(self.delimiter, b'\n', b'\r', at_hand);
                    let length = end.unwrap_or(at_hand.len());
                    if length > 0 {
                        state = match state {
                            State::Begin | State::Bare => State::Bare,
                            _ => {
                                fault = Some(RowFault::TextAfterQuote);
                                State::Behind
                            }
                        };
                        cells.push(&at_hand[..length]);
                    }
                    let end = end.map(|end| at_hand[end]);
                    self.input.consume(length);
                    let Some(end) = end else { continue };
                    cells.end_cell(Meaning::Ignored, is_quoted(state));
                    if end != self.delimiter {
                        self.input.end_line()?;
                        return Ok(fault);
                    }
                    cells.count(1);
                    self.input.consume(1);
                    state = State::Begin;
                }
            }
        }
    }
}

/// How many lines end in a part of a cell: with LF, CR or both. `was_return` is whether the part before ended with a CR.
fn lines_in(part: &[u8], was_return: &mut bool) -> u64 {
    let mut lines = 0;
    for position in memchr2_iter(b'\n', b'\r', part) {
        let behind_return = match position.checked_sub(1) {
            Some(before) => part[before] == b'\r',
            None => *was_return,
        };
        if part[position] == b'\r' || !behind_return {
            lines += 1;
        }
    }
    if let Some(last) = part.last() {
        *was_return = *last == b'\r';
    }
    lines
}
