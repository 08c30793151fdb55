//! Issuing references: what callers ask for, and what is decided before any code is made.

use crate::{
    batch::{IssuedBatch, NewBatch},
    error::Error,
    fingerprint::Fingerprinter,
    group::Kind,
    ids::{GroupId, RequestId},
    limits::{Limit, LimitName},
    name::Name,
    reference::{IssuedReference, NewReference, Reference},
    registry::{
        Registry, contract,
        counter::keyless,
        known::KnownGroup,
        make::Way,
        submit::{Draft, Issued, checked_repetition},
    },
    store::{Digest, Outcome, Request, RequestRecord, Values},
};

/// The most references of one call, whatever the limits: their codes must fit into memory in one piece.
pub(super) const MOST_PER_CALL: u64 = 10_000_000;

/// How often a group may have changed while one call was under way.
pub(super) const MOST_CHANGES: usize = 1000;

/// What a caller wants issued.
struct Wish<'a> {
    group: GroupId,
    kind: Kind,
    count: u64,
    batch_name: Option<Name>,
    attributes: &'a [(String, String)],
    request: Option<&'a Request>,
}

impl Registry {
    /// Issues one reference in a Continuous group.
    ///
    /// # Errors
    /// [`GroupNotFound`](Error::GroupNotFound); [`WrongKind`](Error::WrongKind) in a Batch group;
    /// [`LimitReached`](Error::LimitReached); [`SpaceExhausted`](Error::SpaceExhausted);
    /// [`EntropyUnavailable`](Error::EntropyUnavailable); or a kind that begins with `Store`, and
    /// [`OutcomeUnknown`](Error::OutcomeUnknown), after which
    /// [`create_reference_with`](Self::create_reference_with) the request id that the error names tells the
    /// outcome.
    ///
    /// ```
    /// use serial_core::{MemoryStore, NewGroup, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::continuous("Service tags"))?;
    /// let reference = registry.create_reference(group.id)?;
    /// assert_eq!(reference.code.len(), 25);
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn create_reference(&self, group: GroupId) -> Result<Reference, Error> {
        let mut issued = Issued::nothing();
        self.issue_one(group, &NewReference::new(), &mut issued)?;
        Ok(Reference::issued(group, issued.first_row, issued.codes.into_first(), None, issued.created_at))
    }

    /// Issues one reference in a Continuous group, with attributes or a request id that makes the call safe to repeat.
    ///
    /// A repetition gives the first result even where the reference was deleted since; [`lookup`](Self::lookup) tells
    /// whether it is still live, and in which state.
    ///
    /// # Errors
    /// Those of [`create_reference`](Self::create_reference), [`RequestMismatch`](Error::RequestMismatch), and for
    /// attributes [`FieldNotFound`](Error::FieldNotFound) and [`TextInvalid`](Error::TextInvalid).
    ///
    /// ```
    /// use serial_core::{MemoryStore, NewGroup, NewReference, Registry, RequestId};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::continuous("Service tags"))?;
    /// let new = NewReference::new().request_id(RequestId(0xC0FFEE));
    /// let first = registry.create_reference_with(group.id, &new)?;
    /// let again = registry.create_reference_with(group.id, &new)?;
    /// assert!(again.reference == first.reference && again.repeated);
    /// assert_eq!(registry.group(group.id)?.live, 1);
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn create_reference_with(&self, group: GroupId, new: &NewReference) -> Result<IssuedReference, Error> {
        let mut issued = Issued::nothing();
        self.issue_one(group, new, &mut issued)?;
        let (code, created_at) = (issued.codes.into_first(), issued.created_at);
        let reference = Reference::issued(group, issued.first_row, code, None, created_at);
        Ok(IssuedReference { reference, repeated: issued.repeated, stock: issued.stock })
    }

    fn issue_one(&self, group: GroupId, new: &NewReference, issued: &mut Issued) -> Result<(), Error> {
        let digest = || {
            let digest = Fingerprinter::new("create_reference").number(group.0);
            with_attributes(digest, &new.attributes).finish().into()
        };
        let request = self.request(new.request, digest)?;
        let (kind, attributes) = (Kind::Continuous, new.attributes.as_slice());
        let wish = Wish { group, kind, count: 1, batch_name: None, attributes, request: request.as_ref() };
        self.issue(&wish, new.request.is_some(), issued)
    }

    /// Issues a batch of references in a Batch group: all of them or none.
    ///
    /// A repetition of a request gives the first result even where references were deleted since.
    ///
    /// # Errors
    /// [`CountInvalid`](Error::CountInvalid) for a batch of 0; [`NameInvalid`](Error::NameInvalid);
    /// [`GroupNotFound`](Error::GroupNotFound); [`WrongKind`](Error::WrongKind) in a Continuous group;
    /// [`LimitReached`](Error::LimitReached) for the size of the batch (never more than 10,000,000) or the live
    /// references of the group; [`FieldNotFound`](Error::FieldNotFound) and [`TextInvalid`](Error::TextInvalid) for
    /// attributes; [`SpaceExhausted`](Error::SpaceExhausted);
    /// [`RequestMismatch`](Error::RequestMismatch); [`EntropyUnavailable`](Error::EntropyUnavailable); or a kind
    /// that begins with `Store`, and [`OutcomeUnknown`](Error::OutcomeUnknown), after which the same call with the
    /// request id that the error names tells the outcome.
    ///
    /// ```
    /// use serial_core::{Error, LimitName, MemoryStore, NewBatch, NewGroup, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::batch("Pump AX-100"))?;
    /// assert_eq!(registry.create_batch(group.id, NewBatch::of(500))?.codes.len(), 500);
    /// let refused = registry.create_batch(group.id, NewBatch::of(501)).unwrap_err();
    /// assert!(matches!(refused, Error::LimitReached { limit: LimitName::BatchSize, value: 500, asked: 501, .. }));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn create_batch(&self, group: GroupId, new: NewBatch) -> Result<IssuedBatch, Error> {
        if new.size == 0 {
            return Err(Error::CountInvalid);
        }
        let batch_name = new.name.map(Name::new).transpose()?;
        let digest = || {
            let digest = Fingerprinter::new("create_batch").number(group.0).number(new.size);
            with_attributes(digest.optional_text(batch_name.as_deref()), &new.attributes).finish().into()
        };
        let request = self.request(new.request, digest)?;
        let (kind, attributes) = (Kind::Batch, new.attributes.as_slice());
        let wish = Wish { group, kind, count: new.size, batch_name, attributes, request: request.as_ref() };
        let mut issued = Issued::nothing();
        self.issue(&wish, new.request.is_some(), &mut issued)?;
        let (id, name) = issued.batch.ok_or_else(|| contract("the store issued a batch without giving it an id"))?;
        Ok(IssuedBatch {
            group,
            id,
            name,
            created_at: issued.created_at,
            first_row: issued.first_row,
            codes: issued.codes,
            repeated: issued.repeated,
            stock: issued.stock,
        })
    }

    #[inline]
    /// The caller's request id, or one of our own where a reply of the store could be lost.
    pub(super) fn request(
        &self,
        id: Option<RequestId>,
        digest: impl FnOnce() -> Digest,
    ) -> Result<Option<Request>, Error> {
        let id = match id {
            Some(id) => id,
            None if self.store().loses_replies() => self.drawn_request_id()?,
            None => return Ok(None),
        };
        Ok(Some(Request { id, digest: digest() }))
    }

    /// A request id that nobody else has.
    pub(super) fn drawn_request_id(&self) -> Result<RequestId, Error> {
        let mut bytes = [0; 16];
        self.inner.entropy.fill(&mut bytes)?;
        Ok(RequestId(u128::from_le_bytes(bytes)))
    }

    /// `may_be_repeated` says that the caller may have made this call before.
    fn issue(&self, wish: &Wish<'_>, may_be_repeated: bool, issued: &mut Issued) -> Result<(), Error> {
        for _ in 0..MOST_CHANGES {
            match self.attempt(wish, issued) {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                // What stands in the way now did not when the first call with this id succeeded.
                Err(
                    error @ (Error::GroupNotFound { .. }
                    | Error::LimitReached { .. }
                    | Error::SpaceExhausted { .. }
                    | Error::EntropyUnavailable(_)),
                ) if may_be_repeated => {
                    *issued = self.first_result(wish)?.ok_or(error)?;
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
        Err(contract("the store says that the group changes whenever references are to be issued"))
    }

    /// What was issued under the wish's request id.
    fn first_result(&self, wish: &Wish<'_>) -> Result<Option<Issued>, Error> {
        let Some(request) = wish.request else { return Ok(None) };
        match self.store().request(request.id)? {
            None => Ok(None),
            Some(RequestRecord { digest, outcome: Outcome::Appended(result) }) if digest == request.digest => {
                checked_repetition(&result, wish.group, wish.count, wish.kind)?;
                Ok(Some(result.into()))
            }
            Some(_) => Err(Error::RequestMismatch { request: request.id }),
        }
    }

    /// `false` where the group changed meanwhile.
    fn attempt(&self, wish: &Wish<'_>, issued: &mut Issued) -> Result<bool, Error> {
        let mut known = self.known(wish.group)?;
        if known.group.kind != wish.kind {
            return Err(Error::WrongKind { group: wish.group, kind: known.group.kind });
        }
        let mut count = self.within_batch_limit(wish, &known);
        if count.is_err() {
            // Another registry may have raised the limit.
            known = self.inner.groups.remember(self.group(wish.group)?);
            count = self.within_batch_limit(wish, &known);
        }
        let count = count?;
        let own_values;
        let values = if wish.attributes.is_empty() {
            Values::NONE
        } else {
            let mut values = self.named_values(&known.group, wish.attributes);
            if values.is_err() {
                // Another registry may have added the field or raised the limit.
                known = self.inner.groups.remember(self.group(wish.group)?);
                values = self.named_values(&known.group, wish.attributes);
            }
            own_values = Values::common(values?);
            &own_values
        };
        let created_at = self.now();
        let batch = match (wish.kind, &wish.batch_name) {
            (Kind::Continuous, _) => None,
            (Kind::Batch, Some(name)) => Some(name.clone()),
            (Kind::Batch, None) => Some(Name::new(created_at.date_time())?),
        };
        let (request, cause) = (wish.request, self.cause()?);
        let (known, may_have_been_others) = (&*known, false);
        let max_live = self.max_live_of(&known.group);
        let draft = Draft { known, max_live, request, batch, values, created_at, cause, count, may_have_been_others };
        self.issue_made(&draft, issued)
    }

    /// How many references to issue, if one call may.
    fn within_batch_limit(&self, wish: &Wish<'_>, known: &KnownGroup) -> Result<usize, Error> {
        // A single reference is no batch.
        if wish.kind == Kind::Batch {
            let value = match self.limits_of(&known.group).max_batch {
                Limit::AtMost(most) => most.min(MOST_PER_CALL),
                Limit::Unlimited => MOST_PER_CALL,
            };
            if wish.count > value {
                let limit = LimitName::BatchSize;
                return Err(Error::LimitReached {
                    group: Some(wish.group),
                    limit,
                    value,
                    present: 0,
                    asked: wish.count,
                });
            }
        }
        usize::try_from(wish.count).map_err(|_| Error::CountInvalid)
    }

    /// Issues codes that the group makes; `false` where it changed meanwhile.
    pub(super) fn issue_made(&self, draft: &Draft<'_>, issued: &mut Issued) -> Result<bool, Error> {
        match &draft.known.maker.way {
            Way::Draw(drawing) => self.issue_drawn(draft, drawing, issued),
            Way::Count(counting) => self.issue_counted(draft, counting, issued),
            Way::Nothing => Err(keyless()),
        }
    }
}

/// Attributes as part of a digest, which is the one of earlier versions where there are none.
fn with_attributes(digest: Fingerprinter, attributes: &[(String, String)]) -> Fingerprinter {
    attributes.iter().fold(digest, |digest, (field, value)| digest.text(field).text(value))
}
