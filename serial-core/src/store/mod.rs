//! The border between the core and whatever keeps the references.

mod answer;
mod error;
mod plan;
mod rows;

pub use answer::{
    Answer, Appended, Changed, ClaimRecord, Claimed, Deleted, Details, Entry, Found, Outcome, Refusal, Repeated,
    RequestRecord, Slice, Unfit,
};
pub use error::StoreError;
pub use plan::{
    AppendPlan, BatchQuery, ChangePlan, ClaimPlan, DeletePlan, Digest, EventQuery, GroupChange, GroupDeletePlan,
    GroupPlan, GroupQuery, IndexGuard, ReferenceQuery, Request, Start, Step, Values,
};
pub use rows::RowSet;

use std::sync::Arc;

use crate::{
    batch::Batch,
    code::Codes,
    group::Group,
    ids::{BatchId, ClaimId, GroupId, RequestId},
    life::{Event, Inventory},
    query::Within,
    reference::Reference,
    time::Timestamp,
};

/// What a call to a store comes back with: an [`Answer`], or an error of the store itself.
pub type StoreResult<T> = Result<Answer<T>, StoreError>;

/// Where groups, batches and references live.
///
/// Whatever a caller may ask for has an answer: ids, rows and offsets up to the largest number, codes and parts of
/// names that are any text, pages of 0 rows (which tell whether there are any).
///
/// Write one to keep them somewhere the library does not know. A call that changes something receives a *plan*:
/// data that says everything, to be applied at once or refused. A refusal is a value that carries the present
/// state; an error is for trouble with the storage itself. Plans are made by a [`Registry`](crate::Registry), so
/// names, kinds, formats and code widths in them are already checked.
///
/// # The contract
///
/// Each rule is tested by the case of the same number in the conformance kit (feature `conformance`).
///
/// - **S1** A plan is applied whole or not at all.
/// - **S2** Guard and effect are one atomic step, for all threads and, where the store is shared, all processes.
/// - **S3** A code is never accepted twice in its scope: not after a deletion, not after its group's deletion, not
///   twice in one plan.
/// - **S4** The same request id with the same digest gives the first result again, after deletions and after
///   reopening too; with another digest it is refused. A refused or failed plan leaves its request id unused.
/// - **S5** Row ids grow in commit order; one append takes one contiguous range, the next one follows without a
///   gap, and none is given again. So do batch ids. Group ids grow and are never given again.
/// - **S6** Pages come in row order without gap or repeat while others insert and delete.
/// - **S7** Counts and totals equal what paging yields when nobody writes.
/// - **S8** Formats, names, descriptions, limits and codes come back byte for byte, and times of the years 1 to 9999 to
///   the microsecond.
/// - **S9** A finished write is visible to every read that begins later.
/// - **S10** After an error nothing has changed, except after [`StoreError::OutcomeUnknown`].
/// - **S11** No method panics; each can be called from any thread.
/// - **S12** An append is checked in this order, and the first reason to refuse it is the answer: request id,
///   group, revision, live references, index, codes. A claim: request id, group, batch, what is available. A change:
///   request id, groups in their order, revision, references.
/// - **S13** A claim takes the available references with the lowest rows, each of them for itself alone, and no other.
///   Once its time is over, the next claim in the group or the next call of [`expire`](Store::expire) brings back what
///   is still allocated by it.
/// - **S14** A reference comes only from a state that the plan allows to the one it names, all references of the plan or
///   none; a refusal names every one that cannot.
/// - **S15** Every change leaves its events, in the same step, numbered 1, 2, 3 ... in each group in the order of commits,
///   and none is ever changed or lost: creating a group leaves `GroupCreated`; changing it what
///   [`GroupChange::apply`] gives; deleting it `GroupDeleted` and none for its references; an append `Issued`, one for a
///   batch or one for each reference without; a claim `Moved` for each reference, those that fall back by an expired
///   claim before those it takes, with [`Cause::expired`](crate::Cause::expired) at the moment of the plan; a change one
///   for each reference and value that is another than before; a deletion `Deleted` for each reference. Those of one
///   plan come by group, row and field.
/// - **S16** A reference has the default of every field in which it was given no value, also of fields that were added
///   later, and is found by it.
/// - **S17** Counts by state are those of the live references at every moment, in group, batch and registry.
///
/// A few lines test a store of your own:
///
/// ```
/// # #[cfg(feature = "conformance")] {
/// use serial_core::{MemoryStore, conformance};
///
/// let report = conformance::check(&|| MemoryStore::new());
/// assert!(report.passed(), "{report}");
/// # }
/// ```
pub trait Store: Send + Sync {
    /// Whether a reply can be lost on its way from the store, so that the registry gives every issuing, claiming and changing call a
    /// request id. Storage in the same process says `false`.
    fn loses_replies(&self) -> bool;

    /// Creates a group. Refused: [`NameTaken`](Refusal::NameTaken), then [`TooManyGroups`](Refusal::TooManyGroups).
    ///
    /// # Errors
    /// A [`StoreError`].
    fn create_group(&self, plan: &GroupPlan) -> StoreResult<Group>;

    /// Changes settings of a group, all that are given, and raises its revision, even where nothing
    /// is given. Refused:
    /// [`NoSuchGroup`](Refusal::NoSuchGroup), then [`GroupChanged`](Refusal::GroupChanged) where the plan names another
    /// revision, then [`NameTaken`](Refusal::NameTaken).
    ///
    /// # Errors
    /// A [`StoreError`].
    fn change_group(&self, change: &GroupChange) -> StoreResult<Group>;

    /// Deletes a group with all its references and frees its name; the answer counts the references that were
    /// live. Refused: [`NoSuchGroup`](Refusal::NoSuchGroup), then [`GroupChanged`](Refusal::GroupChanged) where it
    /// has issued more than the plan knows of.
    ///
    /// # Errors
    /// A [`StoreError`].
    fn delete_group(&self, plan: &GroupDeletePlan) -> StoreResult<u64>;

    /// A group as it is now; `None` where it does not exist or was deleted.
    ///
    /// # Errors
    /// A [`StoreError`].
    fn group(&self, id: GroupId) -> Result<Option<Group>, StoreError>;

    /// Groups in the order of their ids.
    ///
    /// # Errors
    /// A [`StoreError`].
    fn groups(&self, query: &GroupQuery) -> Result<Slice<Group>, StoreError>;

    /// Issues references, the step that everything else is there for. Refused in the order of S12.
    ///
    /// # Errors
    /// A [`StoreError`]; [`Contract`](StoreError::Contract) for a plan that no registry makes: one without codes, with
    /// codes of another width than the group's format, or with a batch where the group's kind has none or without one
    /// where it has. Its request id stays unused.
    fn append(&self, plan: &AppendPlan<'_>) -> StoreResult<Appended>;

    /// Tells of codes that the registry has drawn for a group and will probably issue next, one by one. It is a hint:
    /// nothing that can be seen may come of it, and a store that gains nothing by it, most of them, leaves it as it is.
    /// Memory can be read for all of the codes at once, which takes less time than to wait for each.
    fn announce(&self, group: GroupId, codes: &Codes) {
        let _ = (group, codes);
    }

    /// What was issued under a request id; `None` where nothing was. It is found whatever became of the
    /// references and of their group.
    ///
    /// # Errors
    /// A [`StoreError`].
    fn request(&self, id: RequestId) -> Result<Option<RequestRecord>, StoreError>;

    /// The positions in `codes`, counted from 0 and ascending, of those that the group could not issue because they
    /// were issued before in its scope, deleted ones included. Refused: [`NoSuchGroup`](Refusal::NoSuchGroup).
    ///
    /// # Errors
    /// A [`StoreError`].
    fn taken(&self, group: GroupId, codes: &Codes) -> StoreResult<Vec<u32>>;

    /// The live references that have one of these codes, byte for byte, in all groups or in one; each once, by
    /// group id and row id. Where there is no such group there are no references.
    ///
    /// # Errors
    /// A [`StoreError`].
    fn find(&self, group: Option<GroupId>, codes: &[&str]) -> Result<Vec<Reference>, StoreError>;

    /// What [`find`](Self::find) finds of one code. A store in memory is asked this often and answers sooner where it makes
    /// no list; any other leaves it as it is. A store that has its own answers for its codes: nobody can tell from an entry
    /// which code it is of.
    ///
    /// # Errors
    /// A [`StoreError`].
    fn find_one(&self, group: Option<GroupId>, code: &str) -> Result<Found, StoreError> {
        let found = self.find(group, &[code])?;
        if found.iter().any(|reference| reference.code.as_str() != code) {
            return Err(StoreError::contract("the store found references that were not asked for"));
        }
        Ok(match found.len() {
            0 | 1 => found.into_iter().next().map_or(Found::Nothing, |reference| Found::One(reference.into())),
            _ => Found::Several,
        })
    }

    /// Live references by group id and row id. Refused, where the query names a group, a revision of it, or a batch:
    /// [`NoSuchGroup`](Refusal::NoSuchGroup), then [`GroupChanged`](Refusal::GroupChanged) where it has another
    /// revision, then [`NoSuchBatch`](Refusal::NoSuchBatch).
    ///
    /// # Errors
    /// A [`StoreError`].
    fn references(&self, query: &ReferenceQuery) -> StoreResult<Slice<Reference>>;

    /// One batch. Refused: [`NoSuchGroup`](Refusal::NoSuchGroup), then [`NoSuchBatch`](Refusal::NoSuchBatch).
    ///
    /// # Errors
    /// A [`StoreError`].
    fn batch(&self, group: GroupId, batch: BatchId) -> StoreResult<Batch>;

    /// The batches of a group by id, also those of which nothing is live any more. Refused:
    /// [`NoSuchGroup`](Refusal::NoSuchGroup).
    ///
    /// # Errors
    /// A [`StoreError`].
    fn batches(&self, query: &BatchQuery) -> StoreResult<Slice<Batch>>;

    /// Deletes references, all that the plan names and that are live, in one atomic step over all groups; those
    /// that are not live are counted and otherwise ignored.
    ///
    /// # Errors
    /// A [`StoreError`].
    fn delete(&self, plan: &DeletePlan) -> Result<Deleted, StoreError>;

    /// The deleted references that have this code, byte for byte, in all groups that ever were or in one; by group id and
    /// row id. They are as they were when they were deleted, or their group was.
    ///
    /// # Errors
    /// A [`StoreError`].
    fn deleted(&self, group: Option<GroupId>, code: &str) -> Result<Vec<Reference>, StoreError>;

    /// Claims references. Refused in the order of S12.
    ///
    /// # Errors
    /// A [`StoreError`]; [`Contract`](StoreError::Contract) for a plan that claims none.
    fn claim(&self, plan: &ClaimPlan<'_>) -> StoreResult<Claimed>;

    /// A claim that was made. Refused: [`NoSuchGroup`](Refusal::NoSuchGroup), then
    /// [`NoSuchClaim`](Refusal::NoSuchClaim).
    ///
    /// # Errors
    /// A [`StoreError`].
    fn claimed(&self, group: GroupId, claim: ClaimId) -> StoreResult<ClaimRecord>;

    /// Brings back to Available what is still allocated by claims of a group that expire at a moment or before, and says
    /// how many references that were. Refused: [`NoSuchGroup`](Refusal::NoSuchGroup).
    ///
    /// # Errors
    /// A [`StoreError`].
    fn expire(&self, group: GroupId, at: Timestamp) -> StoreResult<u64>;

    /// Changes references, in one atomic step over all groups. Refused in the order of S12; of several groups the first
    /// that does not exist.
    ///
    /// # Errors
    /// A [`StoreError`]; [`Contract`](StoreError::Contract) for a plan without rows, with several targets where its step
    /// has one, or with fields that the group does not have in use. Its request id stays unused.
    fn change(&self, plan: &ChangePlan<'_>) -> StoreResult<Changed>;

    /// Events by id. Refused: [`NoSuchGroup`](Refusal::NoSuchGroup) where there never was such a group.
    ///
    /// # Errors
    /// A [`StoreError`].
    fn events(&self, query: &EventQuery) -> StoreResult<Slice<Event>>;

    /// How many live references are in which state, without counting them, and the next that is available. Refused as
    /// [`references`](Self::references).
    ///
    /// # Errors
    /// A [`StoreError`].
    fn inventory(&self, within: Within) -> StoreResult<Inventory>;

    /// What references of a group have of their own, live or deleted; by row, and only of those that have anything.
    /// Refused: [`NoSuchGroup`](Refusal::NoSuchGroup).
    ///
    /// # Errors
    /// A [`StoreError`].
    fn details(&self, group: GroupId, rows: &RowSet) -> StoreResult<Vec<Details>>;
}

/// A store behind a pointer is a store.
macro_rules! forward_store {
    ($pointer:ident) => {
        impl<S: Store + ?Sized> Store for $pointer<S> {
            fn loses_replies(&self) -> bool {
                (**self).loses_replies()
            }

            fn create_group(&self, plan: &GroupPlan) -> StoreResult<Group> {
                (**self).create_group(plan)
            }

            fn change_group(&self, change: &GroupChange) -> StoreResult<Group> {
                (**self).change_group(change)
            }

            fn delete_group(&self, plan: &GroupDeletePlan) -> StoreResult<u64> {
                (**self).delete_group(plan)
            }

            fn group(&self, id: GroupId) -> Result<Option<Group>, StoreError> {
                (**self).group(id)
            }

            fn groups(&self, query: &GroupQuery) -> Result<Slice<Group>, StoreError> {
                (**self).groups(query)
            }

            fn append(&self, plan: &AppendPlan<'_>) -> StoreResult<Appended> {
                (**self).append(plan)
            }

            fn announce(&self, group: GroupId, codes: &Codes) {
                (**self).announce(group, codes);
            }

            fn request(&self, id: RequestId) -> Result<Option<RequestRecord>, StoreError> {
                (**self).request(id)
            }

            fn taken(&self, group: GroupId, codes: &Codes) -> StoreResult<Vec<u32>> {
                (**self).taken(group, codes)
            }

            fn find(&self, group: Option<GroupId>, codes: &[&str]) -> Result<Vec<Reference>, StoreError> {
                (**self).find(group, codes)
            }

            fn find_one(&self, group: Option<GroupId>, code: &str) -> Result<Found, StoreError> {
                (**self).find_one(group, code)
            }

            fn references(&self, query: &ReferenceQuery) -> StoreResult<Slice<Reference>> {
                (**self).references(query)
            }

            fn batch(&self, group: GroupId, batch: BatchId) -> StoreResult<Batch> {
                (**self).batch(group, batch)
            }

            fn batches(&self, query: &BatchQuery) -> StoreResult<Slice<Batch>> {
                (**self).batches(query)
            }

            fn delete(&self, plan: &DeletePlan) -> Result<Deleted, StoreError> {
                (**self).delete(plan)
            }

            fn deleted(&self, group: Option<GroupId>, code: &str) -> Result<Vec<Reference>, StoreError> {
                (**self).deleted(group, code)
            }

            fn claim(&self, plan: &ClaimPlan<'_>) -> StoreResult<Claimed> {
                (**self).claim(plan)
            }

            fn claimed(&self, group: GroupId, claim: ClaimId) -> StoreResult<ClaimRecord> {
                (**self).claimed(group, claim)
            }

            fn expire(&self, group: GroupId, at: Timestamp) -> StoreResult<u64> {
                (**self).expire(group, at)
            }

            fn change(&self, plan: &ChangePlan<'_>) -> StoreResult<Changed> {
                (**self).change(plan)
            }

            fn events(&self, query: &EventQuery) -> StoreResult<Slice<Event>> {
                (**self).events(query)
            }

            fn inventory(&self, within: Within) -> StoreResult<Inventory> {
                (**self).inventory(within)
            }

            fn details(&self, group: GroupId, rows: &RowSet) -> StoreResult<Vec<Details>> {
                (**self).details(group, rows)
            }
        }
    };
}

forward_store!(Arc);
forward_store!(Box);
