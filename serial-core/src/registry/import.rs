//! Importing references in two steps: see what is wrong, then commit.

use std::{fmt, sync::Arc};

use crate::{
    error::Error,
    fingerprint::Fingerprint,
    group::Group,
    ids::{FieldId, GroupId, RequestId},
    limits::{Limit, LimitName},
    name::Name,
    registry::{
        Registry, contract,
        import_review::Reviewed,
        issue::MOST_CHANGES,
        known::KnownGroup,
        submit::{Attempt, Draft, Issued, checked_repetition},
    },
    store::{Outcome, Request, RequestRecord},
    transfer::{Import, ImportFault, Imported, RowFault},
};

/// An import that was reviewed and waits to be committed; dropping it changes nothing.
///
/// [`Registry::review_import`] makes one and has an example.
#[derive(Clone)]
#[must_use = "nothing is imported until it is committed"]
pub struct ImportReview {
    registry: Registry,
    group: GroupId,
    batch_name: Option<Name>,
    request: Request,
    /// Whether the caller gave the request id, and so may have committed the file before.
    may_be_repeated: bool,
    reviewed: Arc<Reviewed>,
}

impl Registry {
    /// Reads a file of references and finds out what would go wrong with an import into a group, and changes nothing.
    ///
    /// The file brings codes of its own, which have to be in the format of the group and new, or the group issues one for
    /// each row ([`Import::issue_codes`]). The rows of a Batch group become one batch. The limit of live references holds
    /// for imports and the limit of a batch call does not; a file has at most 10,000,000 rows. Memory grows with the codes
    /// and the attributes in the file, and with what is wrong with it.
    ///
    /// # Errors
    /// [`GroupNotFound`](Error::GroupNotFound); [`NameInvalid`](Error::NameInvalid) for the name of the batch;
    /// [`TransferFailed`](Error::TransferFailed) where the reader fails, with its error;
    /// [`EntropyUnavailable`](Error::EntropyUnavailable); or a kind that begins with `Store`. What is wrong with the file is
    /// no error: the review [lists](ImportReview::faults) it.
    ///
    /// ```
    /// use serial_core::{Format, Import, MemoryStore, NewField, NewGroup, Preset, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let format = Format::builder().preset(Preset::Digits).length(4).build()?;
    /// let pumps = NewGroup::batch("Pump AX-100").format(format).field(NewField::new("Colour"));
    /// let pumps = registry.create_group(pumps)?;
    ///
    /// let file = "code,Colour\n0001,red\n0002,blue\n001,red\n0002,green\n";
    /// let review = registry.review_import(pumps.id, Import::csv(file.as_bytes()).batch_name("Old stock"))?;
    /// let faults: Vec<String> = review.faults().iter().map(ToString::to_string).collect();
    /// assert!(faults[0].starts_with("line 4: its code is not in the format of the group"), "{}", faults[0]);
    /// assert_eq!(faults[1], "line 5: its code stands in line 3 already");
    /// assert_eq!((review.rows(), review.good()), (4, 2));
    ///
    /// assert!(review.commit().is_err());
    /// let imported = review.commit_good()?;
    /// assert_eq!(imported.codes.as_packed(), "00010002");
    /// assert_eq!(registry.attributes("0002")?[0].value, "blue");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn review_import(&self, group: GroupId, mut import: Import<'_>) -> Result<ImportReview, Error> {
        let batch_name = import.batch_name.take().map(Name::new).transpose()?;
        let group = self.group(group)?;
        let (given, kind, is_issuing) = (import.request, import.kind(), import.is_issuing);
        let id = given.map_or_else(|| self.drawn_request_id(), Ok)?;
        let reviewed = self.reviewed(&group, import)?;
        // Of the file as it is, so that it is known again whatever became of its rows.
        let digest = crate::fingerprint::Fingerprinter::new("import").number(group.id.0).number(kind);
        let digest = digest.number(is_issuing.into()).optional_text(batch_name.as_deref());
        let Fingerprint(file) = reviewed.file;
        let request = Request { id, digest: digest.number(file).finish().into() };
        let id = self.inner.groups.remember(group).group.id;
        Ok(ImportReview {
            registry: self.clone(),
            group: id,
            batch_name,
            request,
            may_be_repeated: given.is_some(),
            reviewed: Arc::new(reviewed),
        })
    }
}

impl ImportReview {
    /// How many rows the file has, without the header of a CSV file.
    pub fn rows(&self) -> u64 {
        self.reviewed.total
    }

    /// How many rows nothing is wrong with; none where the file as a whole cannot be used.
    pub fn good(&self) -> u64 {
        self.reviewed.good
    }

    /// In which lines these rows are, in their order; [`Imported::codes`] has the code of each.
    ///
    /// ```
    /// use serial_core::{Import, MemoryStore, NewField, NewGroup, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let tags = registry.create_group(NewGroup::continuous("Service tags").field(NewField::new("Owner")))?;
    /// let file = "Owner\nAnna\n\nBert\n";
    /// let review = registry.review_import(tags.id, Import::csv(file.as_bytes()).issue_codes())?;
    /// assert!(review.good_lines().eq([2, 4]));
    /// assert_eq!(review.commit()?.codes.len(), 2);
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn good_lines(&self) -> impl Iterator<Item = u64> + '_ {
        let rows = &self.reviewed.rows;
        let good = if self.reviewed.good > 0 { rows.len() } else { 0 };
        (0..good).filter(|row| !rows.is_bad(*row)).map(|row| rows.line(row))
    }

    /// Everything that is wrong with every row, by line.
    ///
    /// What others do after the review can make more of it: the commit tells.
    pub fn faults(&self) -> &[ImportFault] {
        &self.reviewed.faults
    }

    /// The request id of the import: the one that was given, or one of its own.
    pub fn request_id(&self) -> RequestId {
        self.request.id
    }

    /// Imports all rows in one step, or none.
    ///
    /// It can be repeated: whatever was imported first from this file under this request id is what every commit gives,
    /// also one of another review and after a restart, where the caller gave the id.
    ///
    /// # Errors
    /// [`ImportFaulty`](Error::ImportFaulty) where something is wrong with a row, or codes were issued by others since the
    /// review; [`LimitReached`](Error::LimitReached) and [`FieldNotFound`](Error::FieldNotFound) where the limits or fields
    /// of the group were changed since, or others issued meanwhile; [`GroupNotFound`](Error::GroupNotFound);
    /// [`SpaceExhausted`](Error::SpaceExhausted); [`RequestMismatch`](Error::RequestMismatch);
    /// [`EntropyUnavailable`](Error::EntropyUnavailable); or a kind that begins with `Store`, and
    /// [`OutcomeUnknown`](Error::OutcomeUnknown), after which committing again tells the outcome.
    pub fn commit(&self) -> Result<Imported, Error> {
        if self.reviewed.faults.is_empty() { self.import() } else { self.first_result()?.ok_or_else(|| self.faulty()) }
    }

    /// Imports the rows that nothing is wrong with in one step; otherwise like [`commit`](Self::commit).
    ///
    /// # Errors
    /// Those of [`commit`](Self::commit); [`ImportFaulty`](Error::ImportFaulty) where no row is good, or codes of good rows
    /// were issued by others since the review.
    pub fn commit_good(&self) -> Result<Imported, Error> {
        if self.reviewed.good > 0 { self.import() } else { self.first_result()?.ok_or_else(|| self.faulty()) }
    }

    fn faulty(&self) -> Error {
        Error::ImportFaulty { faults: Arc::clone(&self.reviewed.faults) }
    }

    /// What was imported under the request id before.
    fn first_result(&self) -> Result<Option<Imported>, Error> {
        if !self.may_be_repeated {
            return Ok(None);
        }
        self.kept()
    }

    fn kept(&self) -> Result<Option<Imported>, Error> {
        match self.registry.store().request(self.request.id)? {
            None => Ok(None),
            Some(RequestRecord { digest, outcome: Outcome::Appended(first) }) if digest == self.request.digest => {
                let kind = self.registry.known(self.group).map(|known| known.group.kind);
                if let Ok(kind) = kind {
                    checked_repetition(&first, self.group, first.codes.len() as u64, kind)?;
                }
                Ok(Some(self.imported(first.into())))
            }
            Some(_) => Err(Error::RequestMismatch { request: self.request.id }),
        }
    }

    fn import(&self) -> Result<Imported, Error> {
        let mut issued = Issued::nothing();
        for _ in 0..MOST_CHANGES {
            match self.attempt(&mut issued) {
                Ok(true) => return Ok(self.imported(issued)),
                Ok(false) => {}
                // What stands in the way now did not when the first commit succeeded.
                Err(
                    error @ (Error::GroupNotFound { .. }
                    | Error::FieldNotFound { .. }
                    | Error::LimitReached { .. }
                    | Error::SpaceExhausted { .. }
                    | Error::EntropyUnavailable(_)),
                ) => return self.kept()?.ok_or(error),
                Err(error) => return Err(error),
            }
        }
        Err(contract("the store says that the group changes whenever references are to be imported"))
    }

    /// `false` where the group changed meanwhile.
    fn attempt(&self, issued: &mut Issued) -> Result<bool, Error> {
        let registry = &self.registry;
        // Read anew: others may have changed the fields and limits that the rows were reviewed for.
        let known = registry.inner.groups.remember(registry.group(self.group)?);
        let rows = &self.reviewed.rows;
        let limits = registry.limits_of(&known.group);
        let asked = rows.longest_value();
        if let (false, Limit::AtMost(value)) = (limits.max_value.allows(asked), limits.max_value) {
            let limit = LimitName::ValueCharacters;
            return Err(Error::LimitReached { group: Some(self.group), limit, value, present: 0, asked });
        }
        let values = &rows.good_values(field_ids(&known, &self.reviewed.group, &rows.fields())?);
        let created_at = registry.now();
        let batch = match (known.group.kind, &self.batch_name) {
            (crate::Kind::Continuous, _) => None,
            (crate::Kind::Batch, Some(name)) => Some(name.clone()),
            (crate::Kind::Batch, None) => Some(Name::new(created_at.date_time())?),
        };
        let count = usize::try_from(self.reviewed.good).map_err(|_| Error::CountInvalid)?;
        let (request, cause, known) = (Some(&self.request), registry.cause()?, &*known);
        let (max_live, may_have_been_others) = (limits.max_live, true);
        let draft = Draft { known, max_live, request, batch, values, created_at, cause, count, may_have_been_others };
        match rows.good_codes() {
            Some(codes) => {
                issued.codes = codes;
                match registry.append(&draft, None, issued)? {
                    Attempt::CodesTaken(positions) => Err(self.taken(&positions)),
                    other => Ok(other.is_issued()),
                }
            }
            None => registry.issue_made(&draft, issued),
        }
    }

    /// The error for codes that others issued since the review.
    fn taken(&self, positions: &[usize]) -> Error {
        let rows = &self.reviewed.rows;
        let mut positions = positions.iter().copied().peekable();
        let good = rows.good().enumerate();
        let taken = good.filter(|(position, _)| positions.next_if_eq(position).is_some()).map(|(_, row)| row);
        Error::ImportFaulty { faults: taken.map(|row| ImportFault::new(rows.line(row), RowFault::Taken)).collect() }
    }

    fn imported(&self, issued: Issued) -> Imported {
        let Issued { first_row, batch, codes, created_at, repeated, stock } = issued;
        Imported { group: self.group, batch, first_row, codes, created_at, repeated, stock }
    }
}

impl fmt::Debug for ImportReview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImportReview")
            .field("group", &self.group)
            .field("rows", &self.rows())
            .field("good", &self.good())
            .field("faults", &self.faults().len())
            .field("request_id", &self.request.id)
            .finish_non_exhaustive()
    }
}

/// The ids of fields by their positions in the list that the group had at the review; all of these are still in use.
fn field_ids<'a>(
    known: &KnownGroup,
    reviewed: &'a Group,
    positions: &[u32],
) -> Result<impl Fn(u32) -> FieldId + use<'a>, Error> {
    for position in positions {
        let field = &reviewed.fields[*position as usize];
        if !known.group.fields.iter().any(|other| other.id == field.id && !other.is_retired) {
            return Err(Error::FieldNotFound { group: reviewed.id, name: field.name.to_string() });
        }
    }
    Ok(|position: u32| reviewed.fields[position as usize].id)
}
