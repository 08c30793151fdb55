//! Plans and queries on their way from C to a store of ours. They may have been made or changed by anybody.

use serialref::{
    AppendPlan, BatchId, BatchQuery, Cause, ChangePlan, ClaimId, ClaimPlan, Codes, DeletePlan, Digest, EventId,
    EventQuery, FieldId, GroupChange, GroupDeletePlan, GroupId, GroupPlan, GroupQuery, IndexGuard, Name,
    ReferenceQuery, Request, RequestId, RowId, RowSet, SearchTerm, Span, Start, State, Step, Timestamp, Values, Within,
};

use crate::{
    constants,
    issue::serialref_request_id,
    memory,
    store::{
        plans::{
            serialref_append_plan, serialref_change_plan, serialref_claim_plan, serialref_delete_plan,
            serialref_expire_plan, serialref_group_change_plan, serialref_group_delete_plan, serialref_group_plan,
            serialref_origin, serialref_step, serialref_target,
        },
        queries::{
            serialref_batch_query, serialref_event_query, serialref_find_query, serialref_group_query,
            serialref_reference_query, serialref_slice, serialref_taken_query, serialref_within,
        },
        read::{self, long_text},
    },
    text::serialref_text,
    trouble::Trouble,
};

/// More rows than any registry changes in one step are a mistake.
const MOST_CHANGED: u64 = 1 << 24;

fn request(has: i32, id: serialref_request_id, digest: u64) -> Result<Option<Request>, Trouble> {
    let id = RequestId(u128::from_be_bytes(id.bytes));
    Ok(constants::truth("has_request", has)?.then_some(Request { id, digest: Digest(digest) }))
}

/// # Safety
/// The texts are texts.
unsafe fn cause(origin: serialref_origin) -> Result<Cause, Trouble> {
    // SAFETY: the caller promises texts.
    let (actor, reason, note) =
        unsafe { (origin.actor.read("actor")?, origin.reason.read("reason")?, origin.note.read("note")?) };
    Ok(Cause::new(Some(actor), Some(reason), Some(note))?)
}

/// What is there only where it is said to be.
fn given<T>(what: &str, has: i32, value: T) -> Result<Option<T>, Trouble> {
    Ok(constants::truth(what, has)?.then_some(value))
}

/// The group that settings describe, which must have the name that is said beside.
///
/// # Safety
/// The texts are texts.
unsafe fn settings(settings: serialref_text, name: serialref_text) -> Result<serialref::Group, Trouble> {
    // SAFETY: the caller promises texts.
    let (settings, name) = unsafe { (long_text(settings, "settings")?, name.read("name")?) };
    let group = read::group_of(settings)?;
    if group.name.as_str() == name {
        return Ok(group);
    }
    Err(Trouble::option("a plan names another group than its settings do; hand both on as they came"))
}

// In each function below, the caller promises a pointer that is NULL or leads to a struct of the size that it says,
// with texts, lists and codes in it that are as their members say.

pub(super) unsafe fn group(plan: *const serialref_group_plan) -> Result<GroupPlan, Trouble> {
    // SAFETY: see above.
    let (plan, group, cause) = unsafe {
        let plan = memory::read(plan, "plan")?;
        (plan, settings(plan.settings, plan.name)?, cause(plan.origin)?)
    };
    Ok(GroupPlan {
        name: group.name,
        description: group.description,
        kind: group.kind,
        scope: group.scope,
        format: group.format,
        limits: group.limits,
        fields: group.fields,
        warranty: group.warranty,
        public_name: group.public_name,
        public_description: group.public_description,
        low_stock: group.low_stock,
        created_at: group.created_at,
        keys: group.keys,
        max_groups: constants::limit(plan.max_groups),
        cause,
    })
}

/// The change to settings that were made for a revision: what is the same in both changes nothing.
pub(super) unsafe fn group_change(plan: *const serialref_group_change_plan) -> Result<GroupChange, Trouble> {
    // SAFETY: see above.
    let (plan, group, cause) = unsafe {
        let plan = memory::read(plan, "plan")?;
        (plan, settings(plan.settings, plan.name)?, cause(plan.origin)?)
    };
    Ok(GroupChange {
        group: GroupId(plan.group),
        name: Some(group.name),
        description: Some(group.description),
        limits: Some(group.limits),
        fields: Some(group.fields),
        warranty: Some(group.warranty),
        public_name: Some(group.public_name),
        public_description: Some(group.public_description),
        low_stock: Some(group.low_stock),
        next_index: constants::truth("has_index", plan.has_index)?.then_some(plan.next_index),
        key: if constants::truth("has_key", plan.has_key)? { group.keys.current().cloned() } else { None },
        revision: Some(plan.revision),
        at: Timestamp::from_micros(plan.origin.at),
        cause,
    })
}

pub(super) unsafe fn group_delete(plan: *const serialref_group_delete_plan) -> Result<GroupDeletePlan, Trouble> {
    // SAFETY: see above.
    let (plan, cause) = unsafe {
        let plan = memory::read(plan, "plan")?;
        (plan, cause(plan.origin)?)
    };
    let at = Timestamp::from_micros(plan.origin.at);
    Ok(GroupDeletePlan { group: GroupId(plan.group), issued: plan.issued, at, cause })
}

pub(super) unsafe fn append<R>(
    plan: *const serialref_append_plan,
    run: impl FnOnce(&AppendPlan<'_>) -> R,
) -> Result<R, Trouble> {
    // SAFETY: see above.
    let (plan, name, codes, common, own, cause) = unsafe {
        let plan = memory::read(plan, "plan")?;
        let codes = read::codes(plan.codes, plan.width, plan.count)?;
        let common = read::values(plan.values, plan.values_count)?;
        let own = memory::list(plan.own_values, plan.own_values_count, "own_values")?;
        (plan, plan.batch_name.read_given("batch_name")?, codes, common, own, cause(plan.origin)?)
    };
    let mut values = Values::common(common);
    for value in own {
        let position = u32::try_from(value.position).ok().filter(|_| value.position < plan.count);
        let position = position.ok_or_else(|| Trouble::index(value.position, plan.count))?;
        // SAFETY: see above.
        let text = unsafe { long_text(value.value, "value") }?;
        values.set(position, FieldId(value.field), text.into());
    }
    let batch = name.map(Name::new).transpose()?;
    let guard = IndexGuard { expected: plan.expected_index, next: plan.next_index };
    Ok(run(&AppendPlan {
        request: request(plan.has_request, plan.request_id, plan.digest)?,
        group: GroupId(plan.group),
        revision: plan.revision,
        max_live: constants::limit(plan.max_live),
        index: given("has_index", plan.has_index, guard)?,
        batch: batch.as_ref(),
        codes: &codes,
        values: &values,
        created_at: Timestamp::from_micros(plan.origin.at),
        cause: &cause,
    }))
}

pub(super) unsafe fn claim<R>(
    plan: *const serialref_claim_plan,
    run: impl FnOnce(&ClaimPlan<'_>) -> R,
) -> Result<R, Trouble> {
    // SAFETY: see above.
    let (plan, holder, cause) = unsafe {
        let plan = memory::read(plan, "plan")?;
        (plan, plan.holder.read("holder")?, cause(plan.origin)?)
    };
    let holder = Name::new(holder)?;
    Ok(run(&ClaimPlan {
        request: request(plan.has_request, plan.request_id, plan.digest)?,
        group: GroupId(plan.group),
        batch: given("has_batch", plan.has_batch, BatchId(plan.batch))?,
        count: plan.count,
        holder: &holder,
        expires_at: given("has_expires_at", plan.has_expires_at, Timestamp::from_micros(plan.expires_at))?,
        at: Timestamp::from_micros(plan.origin.at),
        cause: &cause,
    }))
}

pub(super) unsafe fn expire(plan: *const serialref_expire_plan) -> Result<(GroupId, Timestamp), Trouble> {
    // SAFETY: see above.
    let plan = unsafe { memory::read(plan, "plan") }?;
    Ok((GroupId(plan.group), Timestamp::from_micros(plan.at)))
}

unsafe fn rows(target: &serialref_target) -> Result<(GroupId, RowSet), Trouble> {
    // SAFETY: see above.
    let ranges = unsafe { memory::list(target.ranges, target.ranges_count, "ranges") }?;
    let rows = RowSet::from_ranges(ranges.iter().map(|range| RowId(range.first)..=RowId(range.last)));
    let rows = rows.ok_or_else(|| Trouble::option("ranges of rows are not ascending, or touch each other"))?;
    Ok((GroupId(target.group), rows))
}

pub(super) unsafe fn target(target: *const serialref_target) -> Result<(GroupId, RowSet), Trouble> {
    // SAFETY: see above.
    unsafe { rows(&memory::copy(target, "rows")?) }
}

unsafe fn targets(targets: *const serialref_target, count: usize) -> Result<Vec<(GroupId, RowSet)>, Trouble> {
    // SAFETY: see above.
    let targets = unsafe { memory::list(targets, count, "targets") }?;
    // SAFETY: see above.
    let targets = targets.iter().map(|target| unsafe { rows(target) }).collect::<Result<Vec<_>, _>>()?;
    if targets.windows(2).all(|pair| pair[0].0 < pair[1].0) {
        return Ok(targets);
    }
    Err(Trouble::option("the groups of a plan are not ascending, or one comes twice"))
}

pub(super) unsafe fn delete(plan: *const serialref_delete_plan) -> Result<DeletePlan, Trouble> {
    // SAFETY: see above.
    let (plan, targets, cause) = unsafe {
        let plan = memory::read(plan, "plan")?;
        (plan, targets(plan.targets, plan.targets_count)?, cause(plan.origin)?)
    };
    Ok(DeletePlan { targets, at: Timestamp::from_micros(plan.origin.at), cause })
}

pub(super) unsafe fn change<R>(
    plan: *const serialref_change_plan,
    run: impl FnOnce(&ChangePlan<'_>) -> R,
) -> Result<R, Trouble> {
    // SAFETY: see above.
    let (plan, targets, new_values, warranty, cause) = unsafe {
        let plan = memory::read(plan, "plan")?;
        let targets = targets(plan.targets, plan.targets_count)?;
        let values = memory::list(plan.values, plan.values_count, "values")?;
        (plan, targets, values, plan.warranty.read_given("warranty")?, cause(plan.origin)?)
    };
    let rows = targets.iter().try_fold(0_u64, |sum, (_, rows)| sum.checked_add(rows.len()));
    if rows.is_none_or(|rows| rows > MOST_CHANGED) {
        return Err(Trouble::size("targets"));
    }
    let mut values = Vec::with_capacity(new_values.len());
    for value in new_values {
        memory::check_reserved(value.reserved, "values")?;
        // SAFETY: see above.
        let text = unsafe { long_text(value.value, "value") }?;
        values.push((FieldId(value.field), given("has_value", value.has_value, text.to_owned())?));
    }
    let held_by = given("has_held_by", plan.has_held_by, ClaimId(plan.held_by))?;
    let step = match constants::step(plan.step)? {
        serialref_step::Move => {
            let from = State::ALL.into_iter().filter(|state| plan.from_states >> state.number() & 1 == 1).collect();
            Step::Move { from, to: constants::state(plan.to)? }
        }
        serialref_step::Return => Step::Return { claim: ClaimId(plan.claim) },
        serialref_step::SetValues => Step::SetValues { revision: plan.revision, values: &values },
        serialref_step::SetWarranty => Step::SetWarranty { policy: warranty.map(str::parse).transpose()? },
    };
    Ok(run(&ChangePlan {
        request: request(plan.has_request, plan.request_id, plan.digest)?,
        targets: &targets,
        step,
        held_by,
        at: Timestamp::from_micros(plan.origin.at),
        cause: &cause,
    }))
}

/// Where a listing begins; `place` makes it of a group and an id or row.
fn start<P>(slice: &serialref_slice, place: impl FnOnce(u64, u64) -> P) -> Result<Start<P>, Trouble> {
    let is_after = constants::truth("has_after", slice.has_after)?;
    Ok(if is_after { Start::After(place(slice.after_group, slice.after)) } else { Start::Skip(slice.skip) })
}

fn counted(slice: &serialref_slice) -> Result<bool, Trouble> {
    constants::truth("is_counted", slice.is_counted)
}

pub(super) unsafe fn groups(query: *const serialref_group_query) -> Result<GroupQuery, Trouble> {
    // SAFETY: see above.
    let (query, name_part) = unsafe {
        let query = memory::read(query, "query")?;
        (query, query.name_part.read_given("name_part")?)
    };
    let slice = query.slice;
    Ok(GroupQuery {
        name_part: name_part.map(Into::into),
        direction: constants::direction(slice.direction)?,
        start: start(&slice, |_, id| GroupId(id))?,
        size: slice.size,
        counted: counted(&slice)?,
    })
}

pub(super) unsafe fn request_id(id: *const serialref_request_id) -> Result<RequestId, Trouble> {
    // SAFETY: see above.
    Ok(RequestId(u128::from_be_bytes(unsafe { memory::copy(id, "id") }?.bytes)))
}

pub(super) unsafe fn taken(query: *const serialref_taken_query) -> Result<(GroupId, Codes), Trouble> {
    // SAFETY: see above.
    unsafe {
        let query = memory::read(query, "query")?;
        Ok((GroupId(query.group), read::codes(query.codes, query.width, query.count)?))
    }
}

pub(super) unsafe fn find<'a>(query: *const serialref_find_query) -> Result<(Option<GroupId>, Vec<&'a str>), Trouble> {
    // SAFETY: see above.
    let (query, codes) = unsafe {
        let query = memory::read(query, "query")?;
        (query, memory::list(query.codes, query.codes_count, "codes")?)
    };
    // SAFETY: see above.
    let codes = codes.iter().map(|code| unsafe { code.read("code") }).collect::<Result<_, _>>()?;
    Ok((given("has_group", query.has_group, GroupId(query.group))?, codes))
}

fn place(within: &serialref_within) -> Result<Within, Trouble> {
    let group = given("has_group", within.has_group, GroupId(within.group))?;
    match (group, given("has_batch", within.has_batch, BatchId(within.batch))?) {
        (None, None) => Ok(Within::Registry),
        (Some(group), None) => Ok(Within::Group(group)),
        (Some(group), Some(batch)) => Ok(Within::Batch(group, batch)),
        (None, Some(_)) => Err(Trouble::option("a batch is named and no group; name the batch's group too")),
    }
}

pub(super) unsafe fn within(within: *const serialref_within) -> Result<Within, Trouble> {
    // SAFETY: see above.
    place(&unsafe { memory::copy(within, "within") }?)
}

pub(super) unsafe fn references(query: *const serialref_reference_query) -> Result<ReferenceQuery, Trouble> {
    // SAFETY: see above.
    let (query, term, value) = unsafe {
        let query = memory::read(query, "query")?;
        (query, query.term.read_given("term")?, long_text(query.value, "value")?)
    };
    let slice = query.slice;
    let moment = |what, has, micros| given(what, has, Timestamp::from_micros(micros));
    Ok(ReferenceQuery {
        within: place(&query.within)?,
        revision: given("has_revision", query.has_revision, query.revision)?,
        term: term.map(|term| SearchTerm::new(term, 1)).transpose()?,
        created: Span {
            from: moment("has_created_from", query.has_created_from, query.created_from)?,
            before: moment("has_created_before", query.has_created_before, query.created_before)?,
        },
        state: constants::any_state(query.state)?,
        value: given("has_value", query.has_value, (FieldId(query.field), value.to_owned()))?,
        direction: constants::direction(slice.direction)?,
        start: start(&slice, |group, row| (GroupId(group), RowId(row)))?,
        size: slice.size,
        counted: counted(&slice)?,
    })
}

pub(super) unsafe fn batches(query: *const serialref_batch_query) -> Result<BatchQuery, Trouble> {
    // SAFETY: see above.
    let query = unsafe { memory::read(query, "query") }?;
    let slice = query.slice;
    Ok(BatchQuery {
        group: GroupId(query.group),
        direction: constants::direction(slice.direction)?,
        start: start(&slice, |_, id| BatchId(id))?,
        size: slice.size,
        counted: counted(&slice)?,
    })
}

pub(super) unsafe fn events(query: *const serialref_event_query) -> Result<EventQuery, Trouble> {
    // SAFETY: see above.
    let query = unsafe { memory::read(query, "query") }?;
    let slice = query.slice;
    Ok(EventQuery {
        group: GroupId(query.group),
        row: given("has_row", query.has_row, RowId(query.row))?,
        direction: constants::direction(slice.direction)?,
        start: start(&slice, |_, id| EventId(id))?,
        size: slice.size,
        counted: counted(&slice)?,
    })
}
