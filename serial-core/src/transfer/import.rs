//! What to import, and what came of it.

use std::{
    fmt,
    io::{self, Read},
};

use crate::{
    code::Codes,
    fingerprint::Fingerprint,
    ids::{BatchId, GroupId, RequestId, RowId},
    life::Stock,
    name::Name,
    time::Timestamp,
    transfer::{Cells, Columns, ImportFault, RowFault, csv::CsvRows, defuse::undone, json::JsonRows},
};

/// A file with references to import into a group, as a reader gives it.
///
/// The columns of a CSV file, or keys of JSON objects, are
///
/// - `code`: the code of the reference. Left out where the group [issues the codes](Self::issue_codes).
/// - the names of fields of the group. What is not given has the field's default: in CSV an empty cell (an empty *text* is
///   written `""`), in JSON `null` or nothing. `attribute:NAME` means the field NAME, too, and is the only way to a field
///   that is called like another column.
/// - the other columns of an [export](crate::Registry::export), which are ignored: `group`, `created`, `batch`,
///   `batch_name`, `state`, `warranty`, `warranty_start`, `warranty_end`. So a file that was exported can be imported
///   elsewhere; the references begin their life anew there.
///
/// Anything else is a fault. CSV is read as RFC 4180 has it: UTF-8, with or without a byte order mark; the first line names
/// the columns; lines end with LF, CR or both; blank lines are no rows. An apostrophe that an export put before a cell, so
/// that a spreadsheet does not take it for a formula, is taken away. A row has at most 8 MiB.
///
/// [`Registry::review_import`](crate::Registry::review_import) takes one and has an example.
#[must_use = "nothing happens until it is given to `Registry::review_import`"]
pub struct Import<'a> {
    reader: Box<dyn Read + 'a>,
    delimiter: Option<u8>,
    pub(crate) is_issuing: bool,
    pub(crate) batch_name: Option<String>,
    pub(crate) request: Option<RequestId>,
}

impl<'a> Import<'a> {
    /// A CSV file. It need not be buffered.
    pub fn csv(reader: impl Read + 'a) -> Self {
        Self::new(Box::new(reader), Some(b','))
    }

    /// A file of JSON Lines: an object on every line. It need not be buffered.
    pub fn json_lines(reader: impl Read + 'a) -> Self {
        Self::new(Box::new(reader), None)
    }

    fn new(reader: Box<dyn Read + 'a>, delimiter: Option<u8>) -> Self {
        Self { reader, delimiter, is_issuing: false, batch_name: None, request: None }
    }

    /// The cells of the CSV file are set apart by semicolons, as spreadsheets write it where a comma is for decimals.
    pub fn semicolons(mut self) -> Self {
        self.delimiter = self.delimiter.map(|_| b';');
        self
    }

    /// Lets the group issue the codes, one for each row of attributes.
    pub fn issue_codes(mut self) -> Self {
        self.is_issuing = true;
        self
    }

    /// Names the batch that a Batch group makes of the rows; 1 to 200 characters. Otherwise it is named after the date and
    /// time. A Continuous group has no batches.
    pub fn batch_name(mut self, name: impl Into<String>) -> Self {
        self.batch_name = Some(name.into());
        self
    }

    /// Makes it safe to import the file again with the same id, also after a restart: it is imported once.
    pub fn request_id(mut self, request: RequestId) -> Self {
        self.request = Some(request);
        self
    }

    /// Tells the kinds of files from each other in the digest of a request.
    pub(crate) fn kind(&self) -> u64 {
        self.delimiter.map_or(0, u64::from)
    }

    pub(crate) fn into_rows(self) -> RowReader<'a> {
        let kind = match self.delimiter {
            Some(delimiter) => Kind::Csv(CsvRows::new(self.reader, delimiter)),
            None => Kind::Json(JsonRows::new(self.reader)),
        };
        RowReader { kind, is_issuing: self.is_issuing }
    }
}

impl fmt::Debug for Import<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Import")
            .field("is_issuing", &self.is_issuing)
            .field("batch_name", &self.batch_name)
            .field("request", &self.request)
            .finish_non_exhaustive()
    }
}

/// Reads rows of either kind of file.
pub(crate) struct RowReader<'a> {
    kind: Kind<'a>,
    is_issuing: bool,
}

enum Kind<'a> {
    Csv(CsvRows<'a>),
    Json(JsonRows<'a>),
}

impl RowReader<'_> {
    /// Reads what comes before the rows; `false` where that is beyond use and the rows cannot be understood.
    pub(crate) fn read_header(
        &mut self,
        columns: &Columns,
        cells: &mut Cells,
        faults: &mut Vec<ImportFault>,
    ) -> io::Result<bool> {
        match &mut self.kind {
            Kind::Csv(rows) => rows.read_header(columns, self.is_issuing, cells, faults),
            Kind::Json(_) => Ok(true),
        }
    }

    /// Reads the next row; `None` at the end of the file, a fault where nothing can be made of it.
    pub(crate) fn next(
        &mut self,
        columns: &Columns,
        cells: &mut Cells,
        faults: &mut Vec<ImportFault>,
    ) -> io::Result<Option<Result<(), RowFault>>> {
        match &mut self.kind {
            Kind::Csv(rows) => rows.next(cells),
            Kind::Json(rows) => rows.next(columns, cells, faults),
        }
    }

    /// The text that a cell stands for.
    pub(crate) fn meant<'t>(&self, cell: &'t str) -> &'t str {
        match self.kind {
            Kind::Csv(_) => undone(cell),
            Kind::Json(_) => cell,
        }
    }

    /// Whether a row without a code is a fault; of a CSV file without the column that was said once.
    pub(crate) fn asks_each_row_for_a_code(&self) -> bool {
        let has_column = match &self.kind {
            Kind::Csv(rows) => rows.has_codes(),
            Kind::Json(_) => true,
        };
        has_column && !self.is_issuing
    }

    /// Whether a row with a code is a fault; of a CSV file with the column that was said once.
    pub(crate) fn asks_each_row_for_no_code(&self) -> bool {
        self.is_issuing && matches!(&self.kind, Kind::Json(_))
    }

    pub(crate) fn digest(self) -> Fingerprint {
        match self.kind {
            Kind::Csv(rows) => rows.digest(),
            Kind::Json(rows) => rows.digest(),
        }
    }
}

/// References that were just imported.
///
/// [`ImportReview::commit`](crate::ImportReview::commit) returns one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Imported {
    /// The group they belong to.
    pub group: GroupId,
    /// The batch they make and its name; `None` in a Continuous group.
    pub batch: Option<(BatchId, Name)>,
    /// The row id of the first; the others follow without a gap.
    pub first_row: RowId,
    /// Their codes, in the order of the file.
    pub codes: Codes,
    /// When they were imported.
    pub created_at: Timestamp,
    /// Whether an earlier commit with the same request id imported them, and this one nothing.
    pub repeated: bool,
    /// What can be claimed in the group now; `None` where this commit imported nothing.
    pub stock: Option<Stock>,
}
