//! Reading the production orders.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    num::IntErrorKind,
    path::Path,
};

use csv::StringRecord;

use crate::{Failure, summary::Refused};

/// The columns that there must be; others are ignored.
const COLUMNS: [&str; 5] = ["order", "part_number", "product", "quantity", "service_tags"];

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct OrderFile {
    /// Lines below the header, empty ones aside.
    pub(crate) lines: u64,
    /// The orders, in the order of their lines.
    pub(crate) orders: Vec<Order>,
    /// The lines that are no orders.
    pub(crate) refused: Vec<Refused>,
}

/// One line: so many pieces of one product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    /// The line of the file, counted from 1.
    pub(crate) line: u64,
    /// The number of the order; an order for several products has several lines.
    pub(crate) number: String,
    /// The product's part number.
    pub(crate) part_number: String,
    /// The product's name.
    pub(crate) product: String,
    /// How many pieces.
    pub(crate) quantity: u64,
    /// How many service tags go along.
    pub(crate) service_tags: u64,
}

/// Reads all orders of a file.
pub(crate) fn read(path: &Path) -> Result<OrderFile, Failure> {
    let unreadable = |source| Failure::OrdersUnreadable { path: path.into(), source };
    let reader = BufReader::new(File::open(path).map_err(unreadable)?);
    // A line is a record. That way a quote that is never closed spoils its own line and no other.
    let mut lines = (1..).zip(reader.split(b'\n'));

    let header = match lines.next() {
        Some((_, line)) => line.map_err(unreadable)?,
        None => Vec::new(),
    };
    let columns = columns(&header).map_err(|reason| Failure::ColumnsMissing { path: path.into(), reason })?;

    let mut file = OrderFile::default();
    for (number, line) in lines {
        let line = line.map_err(unreadable)?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        file.lines += 1;
        match order(number, &line, &columns) {
            Ok(order) => file.orders.push(order),
            Err(reason) => file.refused.push(Refused { line: number, reason }),
        }
    }
    Ok(file)
}

/// Where the columns stand.
struct Columns {
    positions: [usize; COLUMNS.len()],
    /// How many columns the file has.
    count: usize,
}

fn columns(header: &[u8]) -> Result<Columns, String> {
    let names = fields(header)?;
    if names.iter().all(str::is_empty) {
        return Err("it is empty".into());
    }
    let position = |column: &str| names.iter().position(|name| name == column);
    let missing: Vec<_> = COLUMNS.into_iter().filter(|column| position(column).is_none()).collect();
    if !missing.is_empty() {
        let found: Vec<_> = names.iter().collect();
        return Err(format!("{} missing; it has {}", missing.join(", "), shown(&found.join(","))));
    }
    Ok(Columns { positions: COLUMNS.map(|column| position(column).unwrap_or_default()), count: names.len() })
}

fn order(line: u64, text: &[u8], columns: &Columns) -> Result<Order, String> {
    let fields = fields(text)?;
    if fields.len() != columns.count {
        return Err(format!(
            "{} fields where the header has {}; put quotes around a field with commas",
            fields.len(),
            columns.count
        ));
    }
    // Those would end up on labels, and upset the terminal that shows them.
    if let Some(control) = fields.iter().flat_map(str::chars).find(|character| character.is_control()) {
        return Err(format!("a field has the control character {control:?}; leave it out"));
    }
    let [number, part_number, product, quantity, service_tags] = columns.positions.map(|position| &fields[position]);
    Ok(Order {
        line,
        number: number.into(),
        part_number: part_number.into(),
        product: product.into(),
        quantity: whole_number("quantity", quantity)?,
        service_tags: whole_number("service_tags", service_tags)?,
    })
}

/// The fields of one line, without white space around them.
fn fields(line: &[u8]) -> Result<StringRecord, String> {
    let text = std::str::from_utf8(line)
        .map_err(|error| format!("byte {} is not UTF-8; save the file as UTF-8", error.valid_up_to() + 1))?;
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .buffer_capacity(text.len().max(1))
        .from_reader(text.as_bytes());
    let mut record = StringRecord::new();
    reader.read_record(&mut record).map_err(|error| error.to_string())?;
    Ok(record)
}

fn whole_number(column: &str, field: &str) -> Result<u64, String> {
    field.parse().map_err(|error: std::num::ParseIntError| match error.kind() {
        IntErrorKind::PosOverflow => format!("{column} {} is far too large", shown(field)),
        _ => format!("{column} {} is not a whole number", shown(field)),
    })
}

/// A field in quotes, cut short, with whatever would upset a terminal escaped.
fn shown(field: &str) -> String {
    let start: String = field.chars().take(40).collect();
    let dots = if start.len() < field.len() { "..." } else { "" };
    format!("{start:?}{dots}")
}
