//! Showing groups, a page of references, and a search.

use std::io::Write;

use comfy_table::{Cell, CellAlignment, Table, presets::UTF8_FULL_CONDENSED};
use serial_core::{Code, Filter, GroupFilter, Kind, Numbering, Paging, Registry};

use crate::{Failure, every};

/// How many references a page shows.
const PAGE_SIZE: u32 = 8;

/// How many characters of a code to search for.
const TERM_LENGTH: usize = 4;

/// Prints what was issued, group by group.
pub(crate) fn groups(registry: &Registry, out: &mut dyn Write) -> Result<(), Failure> {
    let mut table = table(["Group", "Description", "Kind", "Live", "Possible codes"]);
    for group in every(|paging| registry.groups(&GroupFilter::all(), paging))? {
        table.add_row([
            Cell::new(&group.name),
            Cell::new(&group.description),
            Cell::new(group.kind),
            Cell::new(group.live).set_alignment(CellAlignment::Right),
            Cell::new(group.format.capacity()).set_alignment(CellAlignment::Right),
        ]);
    }
    writeln!(out, "{table}")?;
    Ok(())
}

/// Prints one page of the first product's references, and gives the last code on it.
pub(crate) fn page(registry: &Registry, out: &mut dyn Write) -> Result<Option<Code>, Failure> {
    let groups = every(|paging| registry.groups(&GroupFilter::all(), paging))?;
    let Some(group) = groups.into_iter().find(|group| group.kind == Kind::Batch && group.live > 0) else {
        return Ok(None);
    };
    let page = registry.numbered_references(&Filter::group(group.id), &Numbering::page(1).of(PAGE_SIZE))?;

    let mut table = table(["Row", "Code", "Batch", "Created"]);
    for reference in &page.items {
        let batch = match reference.batch {
            Some(id) => registry.batch(group.id, id)?.name.to_string(),
            None => String::new(),
        };
        table.add_row([
            Cell::new(reference.row).set_alignment(CellAlignment::Right),
            Cell::new(&reference.code),
            Cell::new(batch),
            Cell::new(reference.created_at.date_time()),
        ]);
    }
    let (name, number, pages, total) = (&group.name, page.number, page.pages(), page.total);
    writeln!(out, "\n{name}, page {number} of {pages} ({total} references)\n{table}")?;
    Ok(page.items.into_iter().next_back().map(|reference| reference.code))
}

/// Searches for a part of a code, in the other letter case, and prints what is found.
pub(crate) fn search(registry: &Registry, code: &Code, out: &mut dyn Write) -> Result<(), Failure> {
    let term = code[code.len().saturating_sub(TERM_LENGTH)..].to_lowercase();
    let filter = Filter::all().containing(&term);
    let total = registry.count(&filter)?;
    writeln!(out, "\nSearching everything for {term:?} finds {total}:")?;
    for reference in registry.references(&filter, &Paging::of(5))?.items {
        writeln!(out, "  {}", reference.code)?;
    }
    Ok(())
}

fn table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(header);
    table
}
