//! What a line does with references: claim them, print them, bind them to products, and account for the torn ones.

use std::io::Write;

use serial_core::{
    Batch, Change, Code, Error, Filter, Group, GroupFilter, Kind, NewClaim, Registry, Selection, State, Within,
};

use crate::{Failure, every};

/// Claims for the line what the batches of all products have available, and says how many references that are.
///
/// Where an interrupted run has claimed some already, they are allocated and not available any more.
pub(crate) fn claim(line: &Registry) -> Result<u64, Failure> {
    let mut claimed = 0;
    for (group, batch) in batches(line)? {
        let available = line.inventory(Within::Batch(group.id, batch.id))?.counts[State::Available];
        if available == 0 {
            continue;
        }
        match line.claim(group.id, NewClaim::of(available).from_batch(batch.id)) {
            Ok(claim) => claimed += claim.references.len() as u64,
            // Another line was faster.
            Err(Error::TooFewAvailable { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(claimed)
}

/// Notes that the labels of what the line holds are printed.
pub(crate) fn print(line: &Registry) -> Result<u64, Failure> {
    bring(line, State::Allocated, State::Encoded)
}

/// Voids the labels that were torn when they were applied, and binds all others to a product.
pub(crate) fn commission<'a>(
    line: &Registry,
    torn_labels: impl Iterator<Item = &'a Code>,
    out: &mut dyn Write,
) -> Result<(u64, u64), Failure> {
    let mut torn = Vec::new();
    for code in torn_labels {
        // What an earlier run has dealt with is void, or deleted by now.
        match line.lookup(code) {
            Ok(reference) if reference.state == State::Encoded => torn.push(reference),
            Ok(_) | Err(Error::ReferenceNotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let voided = line.because("label torn").transition(&Selection::references(&torn), State::Void)?;
    let commissioned = bring(line, State::Encoded, State::Commissioned)?;
    writeln!(out, "{commissioned} references were bound to products; {voided} labels were torn and are void.")?;
    Ok((commissioned, voided))
}

/// Brings everything of all products that is in one state to another.
fn bring(line: &Registry, from: State, to: State) -> Result<u64, Failure> {
    let mut brought = 0;
    for (group, batch) in batches(line)? {
        let waiting = Selection::matching(Filter::batch(group.id, batch.id).in_state(from));
        brought += line.transition(&waiting, to)?;
    }
    Ok(brought)
}

/// Every batch of every product.
fn batches(registry: &Registry) -> Result<Vec<(Group, Batch)>, Error> {
    let mut all = Vec::new();
    for group in every(|paging| registry.groups(&GroupFilter::all(), paging))? {
        if group.kind == Kind::Batch {
            let batches = every(|paging| registry.batches(group.id, paging))?;
            all.extend(batches.into_iter().map(|batch| (group.clone(), batch)));
        }
    }
    Ok(all)
}

/// Prints how many references are in which state, in all and group by group.
pub(crate) fn inventory(registry: &Registry, out: &mut dyn Write) -> Result<(), Failure> {
    let counts = registry.inventory(Within::Registry)?.counts;
    writeln!(out, "\nInventory:")?;
    for (state, count) in counts.iter().filter(|(_, count)| *count > 0) {
        writeln!(out, "  {state:<15}{count:>7}")?;
    }
    Ok(())
}

/// Prints what happened to one reference, and what its customer may see.
pub(crate) fn story(registry: &Registry, code: &Code, out: &mut dyn Write) -> Result<(), Failure> {
    writeln!(out, "\nThe history of {code}:")?;
    for event in registry.history(code)? {
        let what = match &event.change {
            Change::Issued { .. } => "issued".into(),
            Change::Moved { from, to, .. } => format!("{from} -> {to}"),
            other => other.kind().into(),
        };
        let by = event.cause.actor().map(|actor| format!(" by {actor}")).unwrap_or_default();
        let why = event.cause.reason().map(|reason| format!(": {reason}")).unwrap_or_default();
        writeln!(out, "  {}  {what}{by}{why}", event.at.date_time())?;
    }
    match registry.public_view(code) {
        Ok(view) => writeln!(out, "What its customer may see:\n{}", view.to_json())?,
        Err(Error::ReferenceNotFound) => writeln!(out, "Its customer may see nothing: it was deleted.")?,
        Err(error) => return Err(error.into()),
    }
    Ok(())
}
