//! Deleting the references of scrapped pieces, in two steps.

use std::io::Write;

use serial_core::{Code, PendingDeletion, Registry, Selection};

use crate::{Answers, Console, Failure};

/// How many pieces final inspection scraps: the last one of so many groups.
pub(crate) const PIECES: usize = 5;

/// Deletes what final inspection scrapped, if the user agrees, and says how many references are gone.
///
/// `newest` has the last code of each group.
pub(crate) fn delete<'a>(
    registry: &Registry,
    newest: impl Iterator<Item = &'a Code>,
    console: &mut Console<'_>,
) -> Result<u64, Failure> {
    // The first step finds out what would go, and changes nothing.
    let pending = registry.delete(&Selection::codes(scrapped(newest)))?;
    writeln!(console.out, "\nScrapped: {} references would be deleted.", pending.count)?;
    for reference in &pending.sample {
        writeln!(console.out, "  {}", reference.code)?;
    }
    for unknown in &pending.unknown {
        writeln!(console.out, "  {unknown} is the code of no live reference and left alone.")?;
    }

    if pending.count == 0 || !confirmed(&pending, console)? {
        writeln!(console.out, "Nothing was deleted.")?;
        return Ok(0);
    }
    // The second step deletes exactly what was counted.
    let deleted = pending.confirm()?.deleted;
    writeln!(console.out, "{deleted} references were deleted; their codes are never issued again.")?;
    Ok(deleted)
}

/// The codes that final inspection has read off scrapped pieces: one piece of each of the first groups. One label
/// was misread.
fn scrapped<'a>(newest: impl Iterator<Item = &'a Code>) -> Vec<String> {
    let mut codes: Vec<String> = newest.take(PIECES).map(ToString::to_string).collect();
    codes.push("CP-40-SS-UNREADABLE".into());
    codes
}

fn confirmed(pending: &PendingDeletion, console: &mut Console<'_>) -> Result<bool, Failure> {
    let out = &mut console.out;
    match &mut console.answers {
        Answers::Yes => Ok(true),
        Answers::Nobody => {
            writeln!(out, "There is no terminal to ask on; run it with --yes to delete them.")?;
            Ok(false)
        }
        Answers::Ask(input) => {
            write!(out, "Delete these {} references? [y/N] ", pending.count)?;
            out.flush()?;
            let mut answer = String::new();
            input.read_line(&mut answer)?;
            Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
        }
    }
}
