//! A table of functions as a store of the core.

use std::ffi::c_void;

use serialref::{
    Answer, AppendPlan, Appended, Batch, BatchId, BatchQuery, ChangePlan, Changed, ClaimId, ClaimPlan, ClaimRecord,
    Claimed, Codes, DeletePlan, Deleted, Details, Event, EventQuery, Field, FieldId, Group, GroupChange,
    GroupDeletePlan, GroupId, GroupPlan, GroupQuery, Inventory, Reference, ReferenceQuery, Refusal, Request, RequestId,
    RequestRecord, RowSet, Slice, Step, Store, StoreError, StoreResult, Timestamp, Within,
};

use crate::{
    constants,
    store::{
        gate::Gate,
        lend,
        queries::serialref_batch_query,
        sink::OpenSink,
        table::{serialref_sink, serialref_store},
        told::{Part, Question, Told},
    },
    trouble::Trouble,
};

/// How often a change of a group is tried while others change the same group.
const ATTEMPTS: usize = 100;
/// The most rows of an answer that nothing else bounds.
const MOST_ROWS: usize = 1 << 24;

/// A store that is written in C.
pub(super) struct CStore {
    table: serialref_store,
    base: Option<serialref_store>,
    loses_replies: bool,
    gate: Option<Gate>,
}

// SAFETY: whoever made the tables promised that their functions can be called from any thread, or asked for one call at
// a time, which the gate sees to.
unsafe impl Send for CStore {}
// SAFETY: as above.
unsafe impl Sync for CStore {}

impl Drop for CStore {
    fn drop(&mut self) {
        destroy(&self.table);
        if let Some(base) = &self.base {
            destroy(base);
        }
    }
}

/// Says to a table that it is not needed any more.
fn destroy(table: &serialref_store) {
    if let Some(destroy) = table.destroy {
        // SAFETY: the table promises that it can be called with its `ctx`, and this is the one time.
        unsafe { destroy(table.ctx) };
    }
}

impl CStore {
    /// Takes over tables. They have to be [`checked`](Self::checked) before they are used, and are destroyed in any
    /// case.
    pub(super) fn of(table: serialref_store) -> Self {
        Self { table, base: None, loses_replies: false, gate: None }
    }

    /// Puts another table under the only one that it has.
    pub(super) fn over(mut self, base: serialref_store) -> Self {
        self.base = Some(base);
        self
    }

    /// The store, if every function is there.
    pub(super) fn checked(mut self) -> Result<Self, Trouble> {
        let of_base = self.base.map(|base| base.functions());
        for (index, (name, is_there)) in self.table.functions().into_iter().enumerate() {
            if !is_there && !of_base.is_some_and(|functions| functions[index].1) {
                let message = format!("the function {name} of the store is NULL, and no base has it; set it");
                return Err(Trouble::option(message));
            }
        }
        if self.base.is_some_and(|base| !base.base.is_null()) {
            let message = "the base of the store has a base itself; hand its calls on by functions of the store";
            return Err(Trouble::option(message));
        }
        self.loses_replies = self.flag("loses_replies", |table| table.loses_replies)?;
        if self.flag("single_threaded", |table| table.single_threaded)? {
            self.gate = Some(Gate::default());
        }
        Ok(self)
    }

    /// Whether the table or its base says so.
    fn flag(&self, what: &str, of: fn(&serialref_store) -> i32) -> Result<bool, Trouble> {
        let own = constants::truth(what, of(&self.table))?;
        let of_base = self.base.as_ref().map_or(Ok(false), |base| constants::truth(what, of(base)))?;
        Ok(own || of_base)
    }

    /// Asks a function, which is that of the table or of its base, and gives what was told.
    fn ask<F>(
        &self,
        question: Question,
        function: impl Fn(&serialref_store) -> Option<F>,
        call: impl FnOnce(F, *mut c_void, *mut serialref_sink) -> i32,
    ) -> Result<Told, StoreError> {
        let own = function(&self.table).map(|function| (function, self.table.ctx));
        let found = own.or_else(|| self.base.as_ref().and_then(|base| Some((function(base)?, base.ctx))));
        let Some((function, ctx)) = found else {
            return Err(StoreError::contract(format!("the function {} of the store is NULL", question.name)));
        };
        let _turn = self.gate.as_ref().map(Gate::enter).transpose()?;
        let sink = OpenSink::new(question)?;
        let returned = call(function, ctx, sink.handle());
        sink.close(returned)
    }

    /// The fields of a group, where it has this revision.
    fn fields_at(&self, group: GroupId, revision: u64) -> Result<Option<Vec<Field>>, StoreError> {
        Ok(self.group(group)?.filter(|group| group.revision == revision).map(|group| group.fields))
    }

    /// Whether a request id was used, for which the store has an answer whatever else is wrong with a plan.
    fn was_used(&self, request: Option<Request>) -> Result<bool, StoreError> {
        let record = request.map(|request| self.request(request.id)).transpose()?;
        Ok(record.flatten().is_some())
    }

    /// Whether a value is the default of a field.
    fn is_default(&self, group: Option<GroupId>, field: FieldId, value: &str) -> Result<bool, StoreError> {
        let group = group.map(|group| self.group(group)).transpose()?.flatten();
        Ok(group.is_some_and(|group| group.fields.iter().any(|own| own.id == field && own.default == value)))
    }
}

/// What an answer may be, with as many rows as a listing asks for.
fn rows(name: &'static str, parts: &'static [Part], most: usize) -> Question {
    Question { name, parts, most }
}

fn one(name: &'static str, parts: &'static [Part]) -> Question {
    Question { name, parts, most: 1 }
}

// In each function below, the pointers that are handed to C are valid until it returns, and the table promised
// functions that can be called so.
impl Store for CStore {
    fn loses_replies(&self) -> bool {
        self.loses_replies
    }

    fn create_group(&self, plan: &GroupPlan) -> StoreResult<Group> {
        let question = one("create_group", &[Part::Group, Part::Refusal]);
        lend::group(plan, |plan| {
            // SAFETY: see above.
            self.ask(question, |table| table.create_group, |call, ctx, sink| unsafe { call(ctx, plan, sink) })
        })?
        .into_group()
    }

    /// A store in C does not know what settings mean: the new ones are made here, for the revision they were read at,
    /// and made again when somebody else was faster.
    fn change_group(&self, change: &GroupChange) -> StoreResult<Group> {
        let question = one("change_group", &[Part::Group, Part::Refusal]);
        for _ in 0..ATTEMPTS {
            let Some(mut group) = self.group(change.group)? else {
                return Ok(Refusal::NoSuchGroup { group: change.group }.into());
            };
            if change.revision.is_some_and(|expected| expected != group.revision) {
                return Ok(Refusal::GroupChanged { group: Box::new(group) }.into());
            }
            let before = group.clone();
            let said = change.apply(&mut group);
            let answer = lend::group_change(change, &before, &group, said, |plan| {
                // SAFETY: see above.
                self.ask(question, |table| table.change_group, |call, ctx, sink| unsafe { call(ctx, plan, sink) })
            })?
            .into_group()?;
            match answer {
                Answer::Refused(Refusal::GroupChanged { .. }) if change.revision.is_none() => {}
                Answer::Refused(Refusal::IndexMoved { .. }) => {}
                other => return Ok(other),
            }
        }
        Err(StoreError::busy("the group was changed by others again and again; try again in a moment"))
    }

    fn delete_group(&self, plan: &GroupDeletePlan) -> StoreResult<u64> {
        let question = one("delete_group", &[Part::Number, Part::Refusal]);
        lend::group_delete(plan, |plan| {
            // SAFETY: see above.
            self.ask(question, |table| table.delete_group, |call, ctx, sink| unsafe { call(ctx, plan, sink) })
        })?
        .into_number()
    }

    fn group(&self, id: GroupId) -> Result<Option<Group>, StoreError> {
        let question = one("group", &[Part::Group]);
        // SAFETY: see above.
        let told = self.ask(question, |table| table.group, |call, ctx, sink| unsafe { call(ctx, id.0, sink) })?;
        Ok(told.into_group_if_any())
    }

    fn groups(&self, query: &GroupQuery) -> Result<Slice<Group>, StoreError> {
        let question = rows("groups", &[Part::Group, Part::Page], query.size as usize);
        let counted = query.counted;
        lend::groups(query, |query| {
            // SAFETY: see above.
            self.ask(question, |table| table.groups, |call, ctx, sink| unsafe { call(ctx, query, sink) })
        })?
        .into_groups(counted)
    }

    fn append(&self, plan: &AppendPlan<'_>) -> StoreResult<Appended> {
        let question = one("append", &[Part::Appended, Part::Refusal]);
        lend::append(plan, |plan| {
            // SAFETY: see above.
            self.ask(question, |table| table.append, |call, ctx, sink| unsafe { call(ctx, plan, sink) })
        })?
        .into_appended()
    }

    fn request(&self, id: RequestId) -> Result<Option<RequestRecord>, StoreError> {
        let parts = &[Part::Request, Part::Appended, Part::Claimed, Part::Reference, Part::Changed];
        let id = lend::request_id(id);
        let question = rows("request", parts, MOST_ROWS);
        // SAFETY: see above.
        self.ask(question, |table| table.request, |call, ctx, sink| unsafe { call(ctx, &raw const id, sink) })?
            .into_request()
    }

    fn taken(&self, group: GroupId, codes: &Codes) -> StoreResult<Vec<u32>> {
        let question = rows("taken", &[Part::Position, Part::Refusal], codes.len());
        let query = lend::taken(group, codes);
        // SAFETY: see above.
        self.ask(question, |table| table.taken, |call, ctx, sink| unsafe { call(ctx, &raw const query, sink) })?
            .into_positions()
    }

    fn find(&self, group: Option<GroupId>, codes: &[&str]) -> Result<Vec<Reference>, StoreError> {
        let question = rows("find", &[Part::Reference], MOST_ROWS);
        let told = lend::find(group, codes, |query| {
            // SAFETY: see above.
            self.ask(question, |table| table.find, |call, ctx, sink| unsafe { call(ctx, query, sink) })
        })?;
        Ok(told.references)
    }

    fn references(&self, query: &ReferenceQuery) -> StoreResult<Slice<Reference>> {
        let is_default = match &query.value {
            Some((field, value)) => self.is_default(query.within.group(), *field, value)?,
            None => false,
        };
        let question = rows("references", &[Part::Reference, Part::Page, Part::Refusal], query.size as usize);
        let counted = query.counted;
        lend::references(query, is_default, |query| {
            // SAFETY: see above.
            self.ask(question, |table| table.references, |call, ctx, sink| unsafe { call(ctx, query, sink) })
        })?
        .into_references(counted)
    }

    fn batch(&self, group: GroupId, batch: BatchId) -> StoreResult<Batch> {
        let question = one("batch", &[Part::Batch, Part::Refusal]);
        // SAFETY: see above.
        self.ask(question, |table| table.batch, |call, ctx, sink| unsafe { call(ctx, group.0, batch.0, sink) })?
            .into_batch()
    }

    fn batches(&self, query: &BatchQuery) -> StoreResult<Slice<Batch>> {
        let question = rows("batches", &[Part::Batch, Part::Page, Part::Refusal], query.size as usize);
        let BatchQuery { group, direction, start, size, counted } = *query;
        let slice = lend::slice(direction, start, size, counted, |id| (0, id.0));
        let query = serialref_batch_query { struct_size: size_of::<serialref_batch_query>(), group: group.0, slice };
        // SAFETY: see above.
        self.ask(question, |table| table.batches, |call, ctx, sink| unsafe { call(ctx, &raw const query, sink) })?
            .into_batches(counted)
    }

    fn delete(&self, plan: &DeletePlan) -> Result<Deleted, StoreError> {
        let question = one("delete_references", &[Part::Changed]);
        let told = lend::delete(plan, |plan| {
            // SAFETY: see above.
            self.ask(question, |table| table.delete_references, |call, ctx, sink| unsafe { call(ctx, plan, sink) })
        })?;
        let (deleted, already_gone) = told.into_deleted()?;
        Ok(Deleted { deleted, already_gone })
    }

    fn deleted(&self, group: Option<GroupId>, code: &str) -> Result<Vec<Reference>, StoreError> {
        let question = rows("deleted", &[Part::Reference], MOST_ROWS);
        let told = lend::find(group, &[code], |query| {
            // SAFETY: see above.
            self.ask(question, |table| table.deleted, |call, ctx, sink| unsafe { call(ctx, query, sink) })
        })?;
        Ok(told.references)
    }

    fn claim(&self, plan: &ClaimPlan<'_>) -> StoreResult<Claimed> {
        if plan.count == 0 {
            return Err(StoreError::contract("a plan claims nothing"));
        }
        let question = rows("claim", &[Part::Claimed, Part::Reference, Part::Refusal], MOST_ROWS);
        lend::claim(plan, |plan| {
            // SAFETY: see above.
            self.ask(question, |table| table.claim, |call, ctx, sink| unsafe { call(ctx, plan, sink) })
        })?
        .into_claimed()
    }

    fn claimed(&self, group: GroupId, claim: ClaimId) -> StoreResult<ClaimRecord> {
        let question = rows("claimed", &[Part::Claimed, Part::Reference, Part::Refusal], MOST_ROWS);
        // SAFETY: see above.
        self.ask(question, |table| table.claimed, |call, ctx, sink| unsafe { call(ctx, group.0, claim.0, sink) })?
            .into_claim_record()
    }

    fn expire(&self, group: GroupId, at: Timestamp) -> StoreResult<u64> {
        let question = one("expire", &[Part::Number, Part::Refusal]);
        lend::expire(group, at, |plan| {
            // SAFETY: see above.
            self.ask(question, |table| table.expire, |call, ctx, sink| unsafe { call(ctx, plan, sink) })
        })?
        .into_number()
    }

    fn change(&self, plan: &ChangePlan<'_>) -> StoreResult<Changed> {
        check_shape(plan)?;
        let fields = match (plan.step, plan.targets) {
            (Step::SetValues { revision, values }, [(group, _)]) => {
                let fields = self.fields_at(*group, revision)?;
                let in_use = |id| fields.iter().flatten().any(|field| field.id == id && !field.is_retired);
                if fields.is_some() && !values.iter().all(|(id, _)| in_use(*id)) && !self.was_used(plan.request)? {
                    return Err(StoreError::contract("a plan sets a field that the group does not have in use"));
                }
                fields.unwrap_or_default()
            }
            _ => Vec::new(),
        };
        let question = one("change", &[Part::Changed, Part::Refusal]);
        lend::change(plan, &fields, |plan| {
            // SAFETY: see above.
            self.ask(question, |table| table.change, |call, ctx, sink| unsafe { call(ctx, plan, sink) })
        })?
        .into_changed()
    }

    fn events(&self, query: &EventQuery) -> StoreResult<Slice<Event>> {
        let question = rows("events", &[Part::Event, Part::Page, Part::Refusal], query.size as usize);
        let counted = query.counted;
        let query = lend::events(query);
        // SAFETY: see above.
        self.ask(question, |table| table.events, |call, ctx, sink| unsafe { call(ctx, &raw const query, sink) })?
            .into_events(counted)
    }

    fn inventory(&self, within: Within) -> StoreResult<Inventory> {
        let question = one("inventory", &[Part::Inventory, Part::Reference, Part::Refusal]);
        let within = lend::within(within);
        // SAFETY: see above.
        self.ask(question, |table| table.inventory, |call, ctx, sink| unsafe { call(ctx, &raw const within, sink) })?
            .into_inventory()
    }

    fn details(&self, group: GroupId, rows: &RowSet) -> StoreResult<Vec<Details>> {
        let question = self::rows("details", &[Part::Details, Part::Refusal], MOST_ROWS);
        lend::target(group, rows, |rows| {
            // SAFETY: see above.
            self.ask(question, |table| table.details, |call, ctx, sink| unsafe { call(ctx, rows, sink) })
        })?
        .into_details()
    }
}

/// Only a faulty registry makes such plans. A store in C need not look for them.
fn check_shape(plan: &ChangePlan<'_>) -> Result<(), StoreError> {
    let only_one = plan.held_by.is_some() || matches!(plan.step, Step::Return { .. } | Step::SetValues { .. });
    if plan.targets.iter().all(|(_, rows)| rows.is_empty()) || (only_one && plan.targets.len() != 1) {
        return Err(StoreError::contract("a plan changes nothing, or several groups where it may change one"));
    }
    if matches!(plan.step, Step::Move { from, .. } if from.iter().next().is_none()) {
        return Err(StoreError::contract("a plan brings references to a state that no state may come before"));
    }
    Ok(())
}
