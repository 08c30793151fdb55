//! Writing references to a file.

use std::io::Write;

use crate::{
    error::Error,
    group::Group,
    ids::{BatchId, FieldId, GroupId, RowId},
    life::{Warranty, WarrantyPolicy},
    name::Name,
    query::{Direction, Filter, GroupFilter, Paging},
    reference::Reference,
    registry::{
        Registry, Selection,
        courses::Courses,
        read::{Part, Sought},
    },
    store::{Details, RowSet, Start},
    time::Timestamp,
    transfer::{Cell, ExportFormat, Sheet},
};

/// How many references are read, and written, at a time.
const AT_A_TIME: u32 = 4096;

/// How many groups are read at a time.
const GROUPS_AT_A_TIME: u32 = 1000;

/// Rows of a selection that are so near to each other that they are read together.
const NEAR: u64 = 64;

impl Registry {
    /// Writes live references to a file and says how many: a group, a batch, a search result or a selection, oldest first.
    ///
    /// Columns are `group` (its name), `code`, `created`, `batch` (its number), `batch_name`, `state`, one for each field in
    /// use, `warranty` (its status when the export began), `warranty_start` and `warranty_end`. Of several groups every
    /// distinct name of a field makes one column, in the order of first appearance; a group that has no such field has
    /// nothing there. The column of a field that is called like another column, as `state`, is `attribute:state`. Moments
    /// are written as [`Timestamp`] shows them.
    ///
    /// References are read page by page and written as they are read, so that memory does not grow with their number, and
    /// each comes once at the most while others issue and delete. Of a selection by codes or rows, what is deleted
    /// meanwhile is left out. Fields that are added meanwhile are not written.
    ///
    /// # Errors
    /// [`TransferFailed`](Error::TransferFailed) where the writer fails, with its error;
    /// [`SelectionInvalid`](Error::SelectionInvalid) where codes of a selection are unknown or ambiguous; the errors of
    /// [`references`](Self::references) that concern a filter; or a kind that begins with `Store`. What was written before
    /// stays written.
    ///
    /// ```
    /// use serial_core::{ExportFormat, Filter, MemoryStore, NewBatch, NewField, NewGroup, Registry, Selection};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let pumps = registry.create_group(NewGroup::batch("Pump AX-100").field(NewField::new("Colour").default("red")))?;
    /// registry.create_batch(pumps.id, NewBatch::of(20).name("Order 4711"))?;
    ///
    /// let mut file = Vec::new();
    /// let all = Selection::matching(Filter::group(pumps.id));
    /// assert_eq!(registry.export(&all, ExportFormat::JsonLines, &mut file)?, 20);
    /// let first = String::from_utf8(file).unwrap().lines().next().unwrap().to_owned();
    /// assert!(first.contains(r#""batch_name":"Order 4711","state":"available","Colour":"red""#), "{first}");
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn export(&self, selection: &Selection, format: ExportFormat, mut writer: impl Write) -> Result<u64, Error> {
        let writer: &mut dyn Write = &mut writer;
        let written = match selection {
            Selection::Matching(filter) => self.export_matching(filter, format, writer)?,
            other => {
                let targets = self.all_of(other)?;
                self.export_rows(&targets, format, writer)?
            }
        };
        writer.flush().map_err(Error::TransferFailed)?;
        Ok(written)
    }

    fn export_matching(&self, filter: &Filter, format: ExportFormat, writer: &mut dyn Write) -> Result<u64, Error> {
        let mut sought = self.sought(filter)?;
        let mut export = match filter.within.group() {
            Some(group) => Export::new(self, format, [Ok(self.group(group)?)])?,
            None => Export::new(self, format, self.each_group())?,
        };
        let mut start = Start::Skip(0);
        loop {
            let part = Part { start, size: AT_A_TIME, counted: false };
            let slice = self.slice_of_references(filter, &sought, Direction::OldestFirst, &part)?;
            // What the first part was searched for holds for all.
            sought.revision = None;
            export.page(&slice.items, writer)?;
            match slice.items.last() {
                Some(last) if slice.more => start = Start::After((last.group, last.row)),
                _ => return Ok(export.written),
            }
        }
    }

    fn export_rows(
        &self,
        targets: &[(GroupId, RowSet)],
        format: ExportFormat,
        writer: &mut dyn Write,
    ) -> Result<u64, Error> {
        let present = targets.iter().map(|(group, _)| self.group(*group));
        let present = present.filter(|group| !matches!(group, Err(Error::GroupNotFound { .. })));
        let mut export = Export::new(self, format, present)?;
        for (group, rows) in targets {
            let filter = Filter::group(*group);
            for (first, last) in spans(rows) {
                let mut start = Start::After((*group, RowId(first.0.saturating_sub(1))));
                let size = u32::try_from(last.0.saturating_sub(first.0).saturating_add(1)).unwrap_or(AT_A_TIME);
                let part = |start| Part { start, size: size.min(AT_A_TIME), counted: false };
                loop {
                    let part = part(start);
                    let slice =
                        match self.slice_of_references(&filter, &Sought::default(), Direction::OldestFirst, &part) {
                            // What is deleted meanwhile is left out.
                            Err(Error::GroupNotFound { .. }) => break,
                            slice => slice?,
                        };
                    let end = slice.items.last().map(|reference| reference.row);
                    let mut items = slice.items;
                    items.retain(|reference| rows.contains(reference.row));
                    // What lies behind the span comes with the next.
                    items.retain(|reference| reference.row <= last);
                    export.page(&items, writer)?;
                    match end {
                        Some(end) if slice.more && end < last => start = Start::After((*group, end)),
                        _ => break,
                    }
                }
            }
        }
        export.page(&[], writer)?;
        Ok(export.written)
    }

    fn each_group(&self) -> impl Iterator<Item = Result<Group, Error>> + use<'_> {
        let mut paging = Some(Paging::of(GROUPS_AT_A_TIME));
        let mut read = Vec::new().into_iter();
        std::iter::from_fn(move || {
            loop {
                if let Some(group) = read.next() {
                    return Some(Ok(group));
                }
                match self.groups(&GroupFilter::all(), paging.as_ref()?) {
                    Ok(page) => {
                        paging = page.next.and_then(|cursor| Some(paging?.after(cursor)));
                        read = page.items.into_iter();
                    }
                    Err(error) => {
                        paging = None;
                        return Some(Err(error));
                    }
                }
            }
        })
    }
}

/// The first and last rows of parts of a set that are read together.
fn spans(rows: &RowSet) -> Vec<(RowId, RowId)> {
    let mut spans: Vec<(RowId, RowId)> = Vec::new();
    for range in rows.ranges() {
        match spans.last_mut() {
            Some((_, last)) if range.start().0 - last.0 <= NEAR => *last = *range.end(),
            _ => spans.push((*range.start(), *range.end())),
        }
    }
    spans
}

/// An export under way.
struct Export<'a> {
    registry: &'a Registry,
    /// The names of the fields that have columns.
    fields: Vec<String>,
    sheet: Sheet,
    /// The group whose references are being written.
    group: Option<Shown>,
    batches: Vec<(BatchId, Name)>,
    courses: Courses<'a>,
    /// The moments in the row before, which the next rows often share: issued, begin and end of the warranty.
    moments: [Moment; 3],
    written: u64,
}

/// A moment and how it is written.
#[derive(Default)]
struct Moment(Option<(Timestamp, String)>);

impl Moment {
    fn text(&mut self, moment: Option<Timestamp>) -> Option<&str> {
        let moment = moment?;
        if self.0.as_ref().is_none_or(|(last, _)| *last != moment) {
            self.0 = Some((moment, moment.to_string()));
        }
        self.0.as_ref().map(|(_, text)| text.as_str())
    }
}

/// A group as far as its rows show it.
struct Shown {
    group: Group,
    /// The position in the group's list of the field that each column is for.
    fields: Vec<Option<usize>>,
}

impl<'a> Export<'a> {
    /// Begins an export of references of these groups.
    fn new(
        registry: &'a Registry,
        format: ExportFormat,
        groups: impl IntoIterator<Item = Result<Group, Error>>,
    ) -> Result<Self, Error> {
        let mut fields: Vec<String> = Vec::new();
        let mut known = std::collections::HashSet::new();
        let mut groups = groups.into_iter().peekable();
        let mut only = None;
        while let Some(group) = groups.next().transpose()? {
            for field in group.fields.iter().filter(|field| !field.is_retired) {
                if known.insert(field.name.clone()) {
                    fields.push(field.name.to_string());
                }
            }
            only = Some(group);
        }
        let sheet = Sheet::new(format, &fields).map_err(Error::TransferFailed)?;
        let courses = Courses::new(registry, registry.now());
        let (batches, moments, written) = (Vec::new(), <[Moment; 3]>::default(), 0);
        let mut export = Self { registry, fields, sheet, group: None, batches, courses, moments, written };
        if let Some(group) = only {
            export.show(group);
        }
        Ok(export)
    }

    /// Writes references that are in the order of their groups and rows.
    fn page(&mut self, page: &[Reference], writer: &mut dyn Write) -> Result<(), Error> {
        for references in page.chunk_by(|one, next| one.group == next.group) {
            let group = references[0].group;
            match self.rows_of(group, references) {
                // It was deleted meanwhile, and its references with it.
                Err(Error::GroupNotFound { group: gone }) if gone == group => {}
                other => other?,
            }
        }
        self.sheet.write_to(writer).map_err(Error::TransferFailed)
    }

    fn show(&mut self, group: Group) {
        let position = |name: &String| group.fields.iter().position(|field| !field.is_retired && *field.name == **name);
        let fields = self.fields.iter().map(position).collect();
        self.batches.clear();
        self.courses.begin(&group);
        self.group = Some(Shown { group, fields });
    }

    fn rows_of(&mut self, group: GroupId, references: &[Reference]) -> Result<(), Error> {
        if self.group.as_ref().is_none_or(|shown| shown.group.id != group) {
            let group = self.registry.group(group)?;
            self.show(group);
        }
        let rows: RowSet = references.iter().map(|reference| reference.row).collect();
        let mut details = self.registry.details(group, &rows)?.into_iter().peekable();
        let mut batch = None;
        for (at, reference) in references.iter().enumerate() {
            while details.next_if(|details| details.row < reference.row).is_some() {}
            let details = details.next_if(|details| details.row == reference.row);
            if let Some(id) = reference.batch.filter(|id| batch != Some(*id)) {
                self.find_batch(group, id, &references[at..])?;
                batch = Some(id);
            }
            let warranty = self.warranty(reference, details.as_ref().and_then(|details| details.warranty))?;
            self.row(reference, details.as_ref(), warranty).map_err(Error::TransferFailed)?;
            self.written += 1;
        }
        Ok(())
    }

    /// Sees that the name of a batch is at hand, and those of the batches that come next.
    fn find_batch(&mut self, group: GroupId, id: BatchId, next: &[Reference]) -> Result<(), Error> {
        if self.batches.binary_search_by_key(&id, |(id, _)| *id).is_ok() {
            return Ok(());
        }
        // Together with those between them, as long as these are not many more.
        let mut size = 1;
        for (before, reference) in (1..).zip(next.chunk_by(|one, next| one.batch == next.batch).skip(1)) {
            let last = reference[0].batch.map_or(0, |last| last.0);
            match last.saturating_sub(id.0) {
                span if span <= 4 * before => size = span + 1,
                _ => break,
            }
        }
        let start = Start::After(BatchId(id.0.saturating_sub(1)));
        let part = Part { start, size: u32::try_from(size).unwrap_or(1), counted: false };
        let slice = self.registry.slice_of_batches(group, Direction::OldestFirst, &part)?;
        self.batches = slice.items.into_iter().map(|batch| (batch.id, batch.name)).collect();
        Ok(())
    }

    fn warranty(&mut self, reference: &Reference, own: Option<WarrantyPolicy>) -> Result<Warranty, Error> {
        let policy = own.or_else(|| Some(self.group.as_ref()?.group.warranty)).unwrap_or_default();
        self.courses.warranty(reference, policy)
    }

    fn row(&mut self, reference: &Reference, details: Option<&Details>, warranty: Warranty) -> std::io::Result<()> {
        let Some(Shown { group, fields }) = &self.group else { return Ok(()) };
        let [created, start, end] = &mut self.moments;
        let found = reference.batch.and_then(|id| self.batches.binary_search_by_key(&id, |(id, _)| *id).ok());
        let batch_name = found.map(|at| &*self.batches[at].1);
        let sheet = &mut self.sheet;
        sheet.cell(Cell::Text(&group.name))?;
        sheet.cell(Cell::Text(&reference.code))?;
        sheet.cell(created.text(Some(reference.created_at)).into())?;
        sheet.cell(reference.batch.map_or(Cell::Nothing, |batch| Cell::Number(batch.0)))?;
        sheet.cell(batch_name.into())?;
        sheet.cell(Cell::Text(reference.state.name()))?;
        let own = |id: FieldId| details?.values.iter().find(|(field, _)| *field == id).map(|(_, value)| value.as_str());
        for position in fields {
            let field = position.map(|position| &group.fields[position]);
            sheet.cell(field.map(|field| own(field.id).unwrap_or(&field.default)).into())?;
        }
        sheet.cell(Cell::Text(warranty.status.name()))?;
        sheet.cell(start.text(warranty.start).into())?;
        sheet.cell(end.text(warranty.end).into())?;
        sheet.end_row();
        Ok(())
    }
}
