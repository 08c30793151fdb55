//! Finding everything that is wrong with a file.

use std::sync::Arc;

use crate::{
    error::Error,
    fingerprint::Fingerprint,
    format::Order,
    group::Group,
    limits::{Limit, Limits},
    registry::{Registry, error_of, issue::MOST_PER_CALL, submit::checked_positions},
    store::Answer,
    transfer::{Cells, Columns, Import, ImportFault, Meaning, RowFault, RowReader, Rows, Seen},
};

/// How many codes are compared with the store at a time.
const AT_A_TIME: u32 = 4096;

/// What a review has found out.
pub(super) struct Reviewed {
    /// The group as it was.
    pub(super) group: Group,
    pub(super) rows: Rows,
    pub(super) faults: Arc<[ImportFault]>,
    /// All rows of the file.
    pub(super) total: u64,
    /// The rows that can be imported.
    pub(super) good: u64,
    /// Tells the file from others.
    pub(super) file: Fingerprint,
}

impl Registry {
    /// Reads a file to its end.
    pub(super) fn reviewed(&self, group: &Group, import: Import<'_>) -> Result<Reviewed, Error> {
        let is_issuing = import.is_issuing;
        let mut review = Review::new(self, group, is_issuing);
        let mut file = import.into_rows();
        review.read(&mut file)?;
        Ok(review.finish(file.digest()))
    }
}

/// A review under way.
struct Review<'a> {
    registry: &'a Registry,
    group: &'a Group,
    limits: Limits,
    columns: Columns,
    is_issuing: bool,
    rows: Rows,
    /// Where the codes are that were entered.
    seen: Seen,
    faults: Vec<ImportFault>,
    total: u64,
    good: u64,
    /// How many more codes the format can make.
    free: u64,
    /// The first row that was not compared with the store yet.
    pending: u32,
    /// Whether something is wrong with the file as a whole.
    is_beyond_use: bool,
}

impl<'a> Review<'a> {
    fn new(registry: &'a Registry, group: &'a Group, is_issuing: bool) -> Self {
        let width = if is_issuing { 0 } else { group.format.width() };
        let capacity = group.format.capacity().exact().and_then(|exact| u64::try_from(exact).ok());
        let spent = match group.format.order() {
            Order::Random => group.issued,
            Order::Sequential { .. } => group.issued.max(group.next_index),
            Order::Keyed => {
                let before = group.keys.iter().last().map_or(0, |(from, _)| from);
                group.issued.max(group.next_index.saturating_sub(before))
            }
        };
        Self {
            registry,
            group,
            limits: registry.limits_of(group),
            columns: Columns::of(group),
            is_issuing,
            rows: Rows::new(width),
            seen: Seen::new(),
            faults: Vec::new(),
            total: 0,
            good: 0,
            free: capacity.map_or(u64::MAX, |capacity| capacity.saturating_sub(spent)),
            pending: 0,
            is_beyond_use: false,
        }
    }

    fn read(&mut self, file: &mut RowReader<'_>) -> Result<(), Error> {
        let mut cells = Cells::default();
        let is_understood =
            file.read_header(&self.columns, &mut cells, &mut self.faults).map_err(Error::TransferFailed)?;
        self.is_beyond_use = !self.faults.is_empty();
        if !is_understood {
            return Ok(());
        }
        loop {
            let before = self.faults.len();
            let row = file.next(&self.columns, &mut cells, &mut self.faults).map_err(Error::TransferFailed)?;
            let Some(row) = row else { break };
            if self.total == MOST_PER_CALL {
                self.faults.truncate(before);
                self.fault(cells.line, RowFault::TooManyRows { most: MOST_PER_CALL });
                self.is_beyond_use = true;
                break;
            }
            self.total += 1;
            match row {
                Ok(()) => self.row(file, &cells, before),
                Err(fault) => self.fault(cells.line, fault),
            }
            if self.rows.len() - self.pending >= AT_A_TIME {
                self.compare()?;
            }
        }
        if self.total == 0 {
            self.fault(cells.line.max(1), RowFault::NoRows);
        }
        self.compare()
    }

    fn fault(&mut self, line: u64, fault: RowFault) {
        self.faults.push(ImportFault::new(line, fault));
    }

    /// Takes in a row; `before` is how many faults there were before it.
    fn row(&mut self, file: &RowReader<'_>, cells: &Cells, before: usize) {
        let line = cells.line;
        let code = cells.given().find(|(meaning, _)| *meaning == Meaning::Code).map(|(_, cell)| file.meant(cell));
        let mut row = None;
        match code {
            Some(code) if !self.is_issuing => row = self.enter_code(line, code),
            Some(_) if file.asks_each_row_for_no_code() => self.fault(line, RowFault::CodeGiven),
            None if file.asks_each_row_for_a_code() => self.fault(line, RowFault::NoCode),
            _ => {}
        }
        for (position, value) in values_in(file, cells) {
            self.check_value(line, position, value);
        }
        let is_good = self.faults.len() == before;
        if self.is_issuing && is_good {
            row = Some(self.rows.push(line, ""));
        }
        let Some(row) = row else { return };
        if !is_good {
            self.rows.set_bad(row);
            return;
        }
        for (position, value) in values_in(file, cells) {
            // A default never changes, hence what is equal to it need not be kept.
            if *value != *self.group.fields[position as usize].default {
                self.rows.set_value(position, value, value.chars().count() as u64);
            }
        }
    }

    fn check_value(&mut self, line: u64, position: u32, value: &str) {
        let field = || self.group.fields[position as usize].name.to_string();
        // A text has no more characters than bytes.
        let is_short = self.limits.max_value.allows(value.len() as u64);
        let found = if is_short { 0 } else { value.chars().count() as u64 };
        if let (false, Limit::AtMost(most)) = (self.limits.max_value.allows(found), self.limits.max_value) {
            self.fault(line, RowFault::ValueTooLong { field: field(), most, found });
        }
        if memchr::memchr(0, value.as_bytes()).is_some() {
            self.fault(line, RowFault::ValueInvalid { field: field() });
        }
    }

    /// Adds a row with its code if that is in the format.
    fn enter_code(&mut self, line: u64, code: &str) -> Option<u32> {
        if let Err(mismatch) = self.group.format.matches(code) {
            self.fault(line, RowFault::NotInFormat(mismatch));
            return None;
        }
        let row = self.rows.push(line, code);
        let rows = &self.rows;
        let first = self.seen.enter(code.as_bytes(), row, |other| rows.code(other) == code.as_bytes());
        if let Some(first) = first {
            self.fault(line, RowFault::Repeated { first_line: self.rows.line(first) });
        }
        Some(row)
    }

    /// Compares the rows that were added with the store and the limits.
    fn compare(&mut self) -> Result<(), Error> {
        if self.pending == self.rows.len() {
            return Ok(());
        }
        if !self.is_issuing {
            let codes = self.rows.codes_from(self.pending);
            let taken = match self.registry.store().taken(self.group.id, &codes)? {
                Answer::Done(taken) => checked_positions(&taken, &codes)?,
                Answer::Refused(refusal) => return Err(error_of(refusal)),
            };
            let pending = (self.pending..self.rows.len()).enumerate();
            let mut taken = taken.into_iter().peekable();
            for (_, row) in pending.filter(|(position, _)| taken.next_if_eq(position).is_some()) {
                self.rows.set_bad(row);
                self.fault(self.rows.line(row), RowFault::Taken);
            }
        }
        for row in self.pending..self.rows.len() {
            if self.rows.is_bad(row) {
                continue;
            }
            let room = self.limits.max_live.allows(self.group.live.saturating_add(self.good + 1));
            let has_code = !self.is_issuing || self.good < self.free;
            let line = self.rows.line(row);
            if let (false, Limit::AtMost(value)) = (room, self.limits.max_live) {
                self.fault(line, RowFault::LiveLimit { value, present: self.group.live });
            }
            if !has_code {
                self.fault(line, RowFault::NoCodeLeft);
            }
            if room && has_code {
                self.good += 1;
            } else {
                self.rows.set_bad(row);
            }
        }
        self.pending = self.rows.len();
        Ok(())
    }

    fn finish(mut self, file: Fingerprint) -> Reviewed {
        self.faults.sort_by_key(|fault| fault.line);
        Reviewed {
            group: self.group.clone(),
            rows: self.rows,
            faults: self.faults.into(),
            total: self.total,
            good: if self.is_beyond_use { 0 } else { self.good },
            file,
        }
    }
}

/// The values of a row with the positions of their fields.
fn values_in<'c>(file: &RowReader<'_>, cells: &'c Cells) -> impl Iterator<Item = (u32, &'c str)> {
    cells.given().filter_map(|(meaning, cell)| match meaning {
        Meaning::Field(position) => Some((position, file.meant(cell))),
        Meaning::Code | Meaning::Ignored => None,
    })
}
