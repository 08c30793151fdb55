//! What is wrong with the rows of an import.

use std::fmt;

use crate::format::Mismatch;

/// What is wrong with one line of a file that is to be imported.
///
/// [`ImportReview::faults`](crate::ImportReview::faults) lists them and has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportFault {
    /// The line, counted from 1; of a row that goes over several lines the first.
    pub line: u64,
    /// What is wrong with it.
    pub fault: RowFault,
}

impl ImportFault {
    #[cfg(feature = "transfer")]
    pub(crate) fn new(line: u64, fault: RowFault) -> Self {
        Self { line, fault }
    }
}

impl fmt::Display for ImportFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.fault)
    }
}

/// Why a row cannot be imported, or a whole file.
///
/// ```
/// use serial_core::RowFault;
///
/// assert_eq!(RowFault::Repeated { first_line: 7 }.to_string(), "its code stands in line 7 already");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowFault {
    /// The file is empty, and a CSV file begins with the names of its columns. Nothing of it can be imported.
    #[error("the file is empty; its first line names the columns")]
    NoHeader,
    /// There are no rows.
    #[error("the file has no rows")]
    NoRows,
    /// No column is named `code`. Nothing of the file can be imported.
    #[error("no column is named \"code\"; add it, or let the group issue the codes")]
    NoCodeColumn,
    /// The file has codes although the group is to issue them.
    #[error("it has a code although the group is to issue them; leave the codes out")]
    CodeGiven,
    /// A column or key is no field of the group that is in use. Of a CSV file nothing can be imported.
    #[error("the group has no field {name:?}")]
    UnknownField {
        /// The name in the file, cut short where it is very long.
        name: String,
    },
    /// Two columns, or two keys of a JSON object, mean the same. Of a CSV file nothing can be imported.
    #[error("{name:?} comes twice")]
    FieldTwice {
        /// The name in the file, cut short where it is very long.
        name: String,
    },
    /// It has bytes that are not UTF-8.
    #[error("it is not UTF-8 text")]
    NotUtf8,
    /// A quote is opened and never closed: the rest of the file was taken for one cell.
    #[error("a quote is opened and never closed")]
    QuoteNotClosed,
    /// A cell in quotes is followed by something else than the next cell.
    #[error("a cell goes on after its closing quote; write a quote within quotes twice")]
    TextAfterQuote,
    /// It is not JSON.
    #[error("it is not JSON, seen from byte {column} on")]
    NotJson {
        /// Where that shows, counted in bytes from 1.
        column: usize,
    },
    /// It is JSON, but not an object.
    #[error("it is not a JSON object")]
    NotAnObject,
    /// It is longer than rows can be.
    #[error("it has more than {most} bytes")]
    TooLong {
        /// The most bytes of a row.
        most: usize,
    },
    /// It has more or fewer cells than there are columns.
    #[error("it has {found} cells where there are {expected} columns")]
    CellCount {
        /// How many columns there are.
        expected: usize,
        /// How many cells it has.
        found: usize,
    },
    /// A JSON value is a number, a list or something else that is neither text nor null.
    #[error("the value of {name:?} is not a text; write it in quotes")]
    NotText {
        /// The key.
        name: String,
    },
    /// It has no code.
    #[error("it has no code")]
    NoCode,
    /// Its code is not in the format of the group.
    #[error("its code is not in the format of the group: {0}")]
    NotInFormat(Mismatch),
    /// An earlier row of the file has its code.
    #[error("its code stands in line {first_line} already")]
    Repeated {
        /// The line of the first row that has it.
        first_line: u64,
    },
    /// Its code was issued before; perhaps it was deleted since.
    #[error("its code was issued before")]
    Taken,
    /// A value is too long.
    #[error("the value of {field:?} has {found} characters and may have {most}")]
    ValueTooLong {
        /// The field.
        field: String,
        /// The most characters of a value.
        most: u64,
        /// How many it has.
        found: u64,
    },
    /// A value has a NUL.
    #[error("the value of {field:?} has a NUL; leave it out")]
    ValueInvalid {
        /// The field.
        field: String,
    },
    /// The good rows before it use up the room that the group has.
    #[error("the group may have {value} live references and has {present}; there is no room for this row")]
    LiveLimit {
        /// The limit.
        value: u64,
        /// How many live references the group had.
        present: u64,
    },
    /// The good rows before it use up the codes that the format has left.
    #[error("the format has no code left for this row")]
    NoCodeLeft,
    /// The file has more rows than one import can have; what follows was not read, and nothing of it can be imported.
    #[error("a file has at most {most} rows; split it")]
    TooManyRows {
        /// The most rows of a file.
        most: u64,
    },
}
