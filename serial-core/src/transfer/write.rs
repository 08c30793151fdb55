//! Writing rows, as CSV or as JSON Lines.

use std::io::{self, Write};

use crate::transfer::{
    columns::{BEFORE, BEHIND, attribute_column},
    defuse::needs_apostrophe,
};

/// What an export is written as.
///
/// ```
/// use serial_core::{ExportFormat, MemoryStore, NewBatch, NewGroup, Filter, Registry, Selection};
///
/// let registry = Registry::new(MemoryStore::new());
/// let pumps = registry.create_group(NewGroup::batch("Pump, AX-100"))?;
/// registry.create_batch(pumps.id, NewBatch::of(1))?;
/// let mut file = Vec::new();
/// registry.export(&Selection::matching(Filter::group(pumps.id)), ExportFormat::Csv, &mut file)?;
/// assert!(String::from_utf8(file).unwrap().contains("\r\n\"Pump, AX-100\","));
/// # Ok::<(), serial_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExportFormat {
    /// CSV as in RFC 4180: UTF-8, commas, lines that end with CR and LF, the names of the columns in the first. What is not
    /// there is an empty cell, and an empty text is `""`. A cell that a spreadsheet would take for a formula has a leading
    /// apostrophe: one that begins with `=`, `+`, `-`, `@`, a tab, CR or LF, or with apostrophes before one of them.
    Csv = 1,
    /// JSON Lines: an object on every line, with the columns as keys. What is not there is `null`.
    JsonLines = 2,
}

/// What stands in a column of a row.
#[derive(Clone, Copy)]
pub(crate) enum Cell<'a> {
    Text(&'a str),
    Number(u64),
    Nothing,
}

impl<'a> From<Option<&'a str>> for Cell<'a> {
    fn from(text: Option<&'a str>) -> Self {
        text.map_or(Self::Nothing, Self::Text)
    }
}

/// Rows of one file that are put together before they are written.
pub(crate) struct Sheet {
    format: ExportFormat,
    /// What comes before each cell.
    before: Vec<Vec<u8>>,
    behind: &'static [u8],
    next: usize,
    out: Vec<u8>,
}

impl Sheet {
    /// A sheet with a column for each of these fields, and its header.
    pub(crate) fn new(format: ExportFormat, fields: &[String]) -> io::Result<Self> {
        let before = BEFORE.iter().map(|name| (*name).to_owned());
        let attributes = fields.iter().map(|field| attribute_column(field));
        let columns: Vec<String> =
            before.chain(attributes).chain(BEHIND.iter().map(|name| (*name).to_owned())).collect();
        let mut sheet = Self { format, before: Vec::new(), behind: b"\r\n", next: 0, out: Vec::new() };
        match format {
            ExportFormat::Csv => {
                sheet.before = (0..columns.len()).map(|at| if at == 0 { vec![] } else { vec![b','] }).collect();
                for column in &columns {
                    sheet.cell(Cell::Text(column))?;
                }
                sheet.end_row();
            }
            ExportFormat::JsonLines => {
                sheet.behind = b"}\n";
                for (at, column) in columns.iter().enumerate() {
                    let mut key = vec![if at == 0 { b'{' } else { b',' }];
                    serde_json::to_writer(&mut key, column)?;
                    key.push(b':');
                    sheet.before.push(key);
                }
            }
        }
        Ok(sheet)
    }

    /// Adds the next cell of the row.
    pub(crate) fn cell(&mut self, cell: Cell<'_>) -> io::Result<()> {
        if let Some(before) = self.before.get(self.next) {
            self.out.extend_from_slice(before);
        }
        self.next += 1;
        match (cell, self.format) {
            (Cell::Text(text), ExportFormat::Csv) => self.csv_text(text),
            (Cell::Text(text), ExportFormat::JsonLines) => serde_json::to_writer(&mut self.out, text)?,
            (Cell::Number(number), _) => write!(self.out, "{number}")?,
            (Cell::Nothing, ExportFormat::Csv) => {}
            (Cell::Nothing, ExportFormat::JsonLines) => self.out.extend_from_slice(b"null"),
        }
        Ok(())
    }

    pub(crate) fn end_row(&mut self) {
        self.out.extend_from_slice(self.behind);
        self.next = 0;
    }

    /// Writes what was put together.
    pub(crate) fn write_to(&mut self, writer: &mut dyn Write) -> io::Result<()> {
        writer.write_all(&self.out)?;
        self.out.clear();
        Ok(())
    }

    fn csv_text(&mut self, text: &str) {
        let apostrophe: &[u8] = if needs_apostrophe(text) { b"'" } else { b"" };
        let is_special = |byte| matches!(byte, b'"' | b',' | b'\r' | b'\n');
        if !text.is_empty() && !text.bytes().any(is_special) {
            self.out.extend_from_slice(apostrophe);
            self.out.extend_from_slice(text.as_bytes());
            return;
        }
        self.out.push(b'"');
        self.out.extend_from_slice(apostrophe);
        for (at, part) in text.split('"').enumerate() {
            self.out.extend_from_slice(if at == 0 { b"" } else { b"\"\"" });
            self.out.extend_from_slice(part.as_bytes());
        }
        self.out.push(b'"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(format: ExportFormat, cell: Cell<'_>) -> String {
        let mut sheet = Sheet::new(format, &[]).unwrap();
        sheet.out.clear();
        sheet.cell(cell).unwrap();
        String::from_utf8(sheet.out).unwrap()
    }

    #[test]
    fn cells_are_quoted_where_they_have_to_be() {
        let cells = [
            ("plain", "plain"),
            ("", "\"\""),
            ("a,b", "\"a,b\""),
            ("5\" valve", "\"5\"\" valve\""),
            ("\"", "\"\"\"\""),
            ("a\nb", "\"a\nb\""),
            ("-1", "'-1"),
            ("=1,2", "\"'=1,2\""),
            ("\rx", "\"'\rx\""),
        ];
        for (text, written) in cells {
            assert_eq!(row(ExportFormat::Csv, Cell::Text(text)), written);
        }
        assert_eq!(row(ExportFormat::JsonLines, Cell::Text("-1\"\n")), r#"{"group":"-1\"\n""#);
        assert_eq!(row(ExportFormat::JsonLines, Cell::Nothing), r#"{"group":null"#);
        assert_eq!(row(ExportFormat::JsonLines, Cell::Number(7)), r#"{"group":7"#);
    }
}
