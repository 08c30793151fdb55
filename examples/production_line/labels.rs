//! Writing the labels.

use std::{
    collections::HashMap,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use csv::{Terminator, Writer, WriterBuilder};
use serial_core::{BatchId, Direction, Filter, GroupFilter, Kind, Name, Registry, State};

use crate::{Failure, every};

/// The file of the labels, open for writing. It takes the place of an earlier one only when it is complete.
pub(crate) struct LabelFile {
    path: PathBuf,
    /// Where the labels are until then; the same where the path is a device.
    unfinished: PathBuf,
    writer: Writer<File>,
}

impl LabelFile {
    /// Creates the file, unless it is that of the orders.
    pub(crate) fn create(path: &Path, orders: &Path) -> Result<Self, Failure> {
        if matches!((fs::canonicalize(path), fs::canonicalize(orders)), (Ok(one), Ok(other)) if one == other) {
            return Err(Failure::LabelsAreOrders { path: path.into() });
        }
        let is_device = fs::metadata(path).is_ok_and(|found| !found.is_file());
        let unfinished = if is_device { path.to_owned() } else { unfinished_beside(path) };
        let file = File::create(&unfinished).map_err(|source| unwritable(path, source))?;
        // As RFC 4180 wants it.
        let writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(file);
        Ok(Self { path: path.into(), unfinished, writer })
    }

    /// Writes one line for every live reference that is not void, group by group, and says how many that are.
    pub(crate) fn write(mut self, registry: &Registry) -> Result<u64, Failure> {
        let mut labels = 0;
        self.line(["code", "part_number", "product", "batch", "created_at"])?;
        for group in every(|paging| registry.groups(&GroupFilter::all(), paging))? {
            let batches: HashMap<BatchId, Name> = match group.kind {
                Kind::Batch => every(|paging| registry.batches(group.id, paging))?,
                Kind::Continuous => Vec::new(),
            }
            .into_iter()
            .map(|batch| (batch.id, batch.name))
            .collect();
            for reference in registry.each_reference(Filter::group(group.id), Direction::OldestFirst) {
                let reference = reference?;
                if reference.state == State::Void {
                    continue;
                }
                let batch = reference.batch.and_then(|id| batches.get(&id));
                self.line([
                    &reference.code,
                    &group.name,
                    &group.description,
                    batch.map_or("", Name::as_str),
                    &reference.created_at.to_string(),
                ])?;
                labels += 1;
            }
        }
        self.writer.flush().map_err(|source| unwritable(&self.path, source))?;
        if self.unfinished != self.path {
            fs::rename(&self.unfinished, &self.path).map_err(|source| unwritable(&self.path, source))?;
        }
        // There is nothing to remove any more.
        self.unfinished.clone_from(&self.path);
        Ok(labels)
    }

    fn line(&mut self, fields: [&str; 5]) -> Result<(), Failure> {
        self.writer.write_record(fields).map_err(|error| unwritable(&self.path, error.into()))
    }
}

impl Drop for LabelFile {
    fn drop(&mut self) {
        if self.unfinished != self.path {
            // What is left behind does no harm.
            let _ = fs::remove_file(&self.unfinished);
        }
    }
}

/// A name that no other run has.
fn unfinished_beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.unfinished", std::process::id()));
    name.into()
}

fn unwritable(path: &Path, source: io::Error) -> Failure {
    Failure::LabelsUnwritable { path: path.into(), source }
}
