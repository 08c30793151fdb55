//! Plans and queries of the core on their way to C: structs that are valid for one call.

use std::ptr;

use serialref::{
    AppendPlan, Cause, ChangePlan, ClaimPlan, Codes, DeletePlan, Direction, EventId, EventQuery, Field, FieldId, Group,
    GroupChange, GroupDeletePlan, GroupId, GroupPlan, GroupQuery, Limit, Name, ReferenceQuery, Request, RequestId,
    RowSet, Start, Step, Timestamp, Values, Within,
};

use zeroize::Zeroizing;

use crate::{
    issue::serialref_request_id,
    records::serialref_event,
    store::{
        plans::{
            serialref_append_plan, serialref_change_plan, serialref_claim_plan, serialref_delete_plan,
            serialref_expire_plan, serialref_field_value, serialref_group_change_plan, serialref_group_delete_plan,
            serialref_group_plan, serialref_new_value, serialref_origin, serialref_own_value, serialref_row_range,
            serialref_step, serialref_target,
        },
        queries::{
            serialref_event_query, serialref_find_query, serialref_group_query, serialref_reference_query,
            serialref_slice, serialref_taken_query, serialref_within,
        },
    },
    text::{Texts, serialref_text},
};

const NO_REQUEST: serialref_request_id = serialref_request_id { bytes: [0; 16] };

fn request(request: Option<Request>) -> (i32, serialref_request_id, u64) {
    request.map_or((0, NO_REQUEST, 0), |request| (1, request.id.into(), request.digest.0))
}

fn origin(at: Timestamp, cause: &Cause, texts: &mut Texts) -> serialref_origin {
    serialref_origin {
        at: at.as_micros(),
        actor: texts.keep_given(cause.actor()),
        reason: texts.keep_given(cause.reason()),
        note: texts.keep_given(cause.note()),
    }
}

fn expired_reason(texts: &mut Texts) -> serialref_text {
    texts.keep_given(Cause::expired().reason())
}

/// What a limit allows, where any number is the largest.
fn most(limit: Limit) -> u64 {
    match limit {
        Limit::Unlimited => u64::MAX,
        Limit::AtMost(most) => most,
    }
}

/// Everything that is said about a group, without its numbers; the keys, which are in no written group, follow in a
/// line of their own.
pub(super) fn settings(group: &Group) -> Zeroizing<String> {
    let mut said = group.clone();
    said.id = GroupId(0);
    (said.revision, said.live, said.issued, said.next_index, said.events) = (0, 0, 0, 0, 0);
    said.counts = serialref::StateCounts::default();
    // Its members are numbers and texts, which can always be written.
    let written = serde_json::to_string(&said).unwrap_or_default();
    if group.keys.is_empty() {
        return Zeroizing::new(written);
    }
    let keys = Zeroizing::new(group.keys.expose_text());
    // With room for all of it, since growing would leave a copy of the keys behind.
    let mut settings = Zeroizing::new(String::with_capacity(written.len() + 1 + keys.len()));
    settings.extend([written.as_str(), "\n", keys.as_str()]);
    settings
}

pub(super) fn group<R>(plan: &GroupPlan, run: impl FnOnce(&serialref_group_plan) -> R) -> R {
    let mut texts = Texts::default();
    run(&serialref_group_plan {
        struct_size: size_of::<serialref_group_plan>(),
        name: texts.keep(&plan.name),
        settings: texts.keep_secret(&settings(&Group::from_plan(GroupId(0), plan))),
        kind: plan.kind as i32,
        scope: plan.scope as i32,
        width: plan.format.width(),
        max_groups: most(plan.max_groups),
        origin: origin(plan.created_at, &plan.cause, &mut texts),
    })
}

/// A change that was already made in `group`, which was as `before`, with what its events say.
pub(super) fn group_change<R>(
    change: &GroupChange,
    before: &Group,
    group: &Group,
    said: Vec<serialref::Change>,
    run: impl FnOnce(&serialref_group_change_plan) -> R,
) -> R {
    let mut texts = Texts::default();
    let event = |said| serialref::Event::new(change.group, EventId(0), change.at, said, change.cause.clone());
    let events: Vec<_> = said.into_iter().map(|said| serialref_event::of(&event(said), &mut texts)).collect();
    run(&serialref_group_change_plan {
        struct_size: size_of::<serialref_group_change_plan>(),
        group: change.group.0,
        revision: before.revision,
        name: texts.keep(&group.name),
        settings: texts.keep_secret(&settings(group)),
        has_index: (change.next_index.is_some() || change.key.is_some()).into(),
        has_key: change.key.is_some().into(),
        expected_index: before.next_index,
        next_index: group.next_index,
        events: events.as_ptr(),
        events_count: events.len(),
        origin: origin(change.at, &change.cause, &mut texts),
    })
}

pub(super) fn group_delete<R>(plan: &GroupDeletePlan, run: impl FnOnce(&serialref_group_delete_plan) -> R) -> R {
    let mut texts = Texts::default();
    run(&serialref_group_delete_plan {
        struct_size: size_of::<serialref_group_delete_plan>(),
        group: plan.group.0,
        issued: plan.issued,
        origin: origin(plan.at, &plan.cause, &mut texts),
    })
}

fn common(values: &Values, texts: &mut Texts) -> Vec<serialref_field_value> {
    let lent =
        values.of_all().iter().map(|(field, value)| serialref_field_value { field: field.0, value: texts.keep(value) });
    lent.collect()
}

pub(super) fn append<R>(plan: &AppendPlan<'_>, run: impl FnOnce(&serialref_append_plan) -> R) -> R {
    let mut texts = Texts::default();
    let values = common(plan.values, &mut texts);
    let own = plan.values.of_single().map(|(position, field, value)| serialref_own_value {
        position: position as usize,
        field: field.0,
        value: texts.keep(value),
    });
    let own: Vec<_> = own.collect();
    let (has_request, request_id, digest) = request(plan.request);
    run(&serialref_append_plan {
        struct_size: size_of::<serialref_append_plan>(),
        has_request,
        has_index: plan.index.is_some().into(),
        request_id,
        digest,
        group: plan.group.0,
        revision: plan.revision,
        max_live: most(plan.max_live),
        expected_index: plan.index.map_or(0, |index| index.expected),
        next_index: plan.index.map_or(0, |index| index.next),
        batch_name: texts.keep_given(plan.batch.map(Name::as_str)),
        codes: plan.codes.as_packed().as_ptr().cast(),
        width: plan.codes.width(),
        count: plan.codes.len(),
        values: values.as_ptr(),
        values_count: values.len(),
        own_values: own.as_ptr(),
        own_values_count: own.len(),
        origin: origin(plan.created_at, plan.cause, &mut texts),
    })
}

pub(super) fn claim<R>(plan: &ClaimPlan<'_>, run: impl FnOnce(&serialref_claim_plan) -> R) -> R {
    let mut texts = Texts::default();
    let (has_request, request_id, digest) = request(plan.request);
    run(&serialref_claim_plan {
        struct_size: size_of::<serialref_claim_plan>(),
        has_request,
        has_batch: plan.batch.is_some().into(),
        has_expires_at: plan.expires_at.is_some().into(),
        reserved: 0,
        request_id,
        digest,
        group: plan.group.0,
        batch: plan.batch.map_or(0, |batch| batch.0),
        count: plan.count,
        holder: texts.keep(plan.holder),
        expires_at: plan.expires_at.map_or(0, Timestamp::as_micros),
        expired_reason: expired_reason(&mut texts),
        origin: origin(plan.at, plan.cause, &mut texts),
    })
}

pub(super) fn expire<R>(group: GroupId, at: Timestamp, run: impl FnOnce(&serialref_expire_plan) -> R) -> R {
    let mut texts = Texts::default();
    run(&serialref_expire_plan {
        struct_size: size_of::<serialref_expire_plan>(),
        group: group.0,
        at: at.as_micros(),
        expired_reason: expired_reason(&mut texts),
    })
}

fn ranges(rows: &RowSet) -> Vec<serialref_row_range> {
    let range = |range: &std::ops::RangeInclusive<serialref::RowId>| serialref_row_range {
        first: range.start().0,
        last: range.end().0,
    };
    rows.ranges().iter().map(range).collect()
}

pub(super) fn target<R>(group: GroupId, rows: &RowSet, run: impl FnOnce(&serialref_target) -> R) -> R {
    let ranges = ranges(rows);
    run(&serialref_target { group: group.0, ranges: ranges.as_ptr(), ranges_count: ranges.len() })
}

fn targets<R>(targets: &[(GroupId, RowSet)], run: impl FnOnce(&[serialref_target]) -> R) -> R {
    let rows: Vec<_> = targets.iter().map(|(_, rows)| ranges(rows)).collect();
    let target = |((group, _), ranges): (&(GroupId, RowSet), &Vec<serialref_row_range>)| serialref_target {
        group: group.0,
        ranges: ranges.as_ptr(),
        ranges_count: ranges.len(),
    };
    let lent: Vec<_> = targets.iter().zip(&rows).map(target).collect();
    run(&lent)
}

pub(super) fn delete<R>(plan: &DeletePlan, run: impl FnOnce(&serialref_delete_plan) -> R) -> R {
    let mut texts = Texts::default();
    let origin = origin(plan.at, &plan.cause, &mut texts);
    targets(&plan.targets, |targets| {
        run(&serialref_delete_plan {
            struct_size: size_of::<serialref_delete_plan>(),
            targets: targets.as_ptr(),
            targets_count: targets.len(),
            origin,
        })
    })
}

/// A change, with the fields of the group whose values it sets.
pub(super) fn change<R>(plan: &ChangePlan<'_>, fields: &[Field], run: impl FnOnce(&serialref_change_plan) -> R) -> R {
    let mut texts = Texts::default();
    let (has_request, request_id, digest) = request(plan.request);
    let mut lent = serialref_change_plan {
        struct_size: size_of::<serialref_change_plan>(),
        has_request,
        step: 0,
        request_id,
        digest,
        targets: ptr::null(),
        targets_count: 0,
        from_states: 0,
        to: 0,
        has_held_by: plan.held_by.is_some().into(),
        reserved: 0,
        held_by: plan.held_by.map_or(0, |claim| claim.0),
        claim: 0,
        revision: 0,
        values: ptr::null(),
        values_count: 0,
        warranty: serialref_text::EMPTY,
        origin: origin(plan.at, plan.cause, &mut texts),
    };
    let mut new_values = Vec::new();
    let step = match plan.step {
        Step::Move { from, to } => {
            lent.from_states = from.iter().fold(0, |states, state| states | 1 << state.number());
            lent.to = to.number().into();
            serialref_step::Move
        }
        Step::Return { claim } => {
            lent.claim = claim.0;
            serialref_step::Return
        }
        Step::SetValues { revision, values } => {
            lent.revision = revision;
            new_values =
                values.iter().map(|(field, value)| new_value(*field, value.as_deref(), fields, &mut texts)).collect();
            serialref_step::SetValues
        }
        Step::SetWarranty { policy } => {
            lent.warranty = texts.keep_given(policy.map(|policy| policy.to_string()).as_deref());
            serialref_step::SetWarranty
        }
    };
    lent.step = step as i32;
    (lent.values, lent.values_count) = (new_values.as_ptr(), new_values.len());
    targets(plan.targets, |targets| {
        (lent.targets, lent.targets_count) = (targets.as_ptr(), targets.len());
        run(&lent)
    })
}

fn new_value(field: FieldId, value: Option<&str>, fields: &[Field], texts: &mut Texts) -> serialref_new_value {
    let declared = fields.iter().find(|declared| declared.id == field);
    serialref_new_value {
        field: field.0,
        has_value: value.is_some().into(),
        reserved: 0,
        value: texts.keep_given(value),
        default_value: texts.keep_given(declared.map(|declared| declared.default.as_str())),
    }
}

/// Which part of a listing; `place` gives the group, where there is one, and the id or row.
pub(super) fn slice<P>(
    direction: Direction,
    start: Start<P>,
    size: u32,
    counted: bool,
    place: impl FnOnce(P) -> (u64, u64),
) -> serialref_slice {
    let (has_after, (after_group, after), skip) = match start {
        Start::Skip(rows) => (0, (0, 0), rows),
        Start::After(last) => (1, place(last), 0),
    };
    serialref_slice {
        direction: direction as i32,
        is_counted: counted.into(),
        size,
        has_after,
        after,
        after_group,
        skip,
    }
}

pub(super) fn groups<R>(query: &GroupQuery, run: impl FnOnce(&serialref_group_query) -> R) -> R {
    let mut texts = Texts::default();
    run(&serialref_group_query {
        struct_size: size_of::<serialref_group_query>(),
        name_part: texts.keep_given(query.name_part.as_deref()),
        slice: slice(query.direction, query.start, query.size, query.counted, |id| (0, id.0)),
    })
}

pub(super) fn request_id(id: RequestId) -> serialref_request_id {
    id.into()
}

pub(super) fn taken(group: GroupId, codes: &Codes) -> serialref_taken_query {
    serialref_taken_query {
        struct_size: size_of::<serialref_taken_query>(),
        group: group.0,
        codes: codes.as_packed().as_ptr().cast(),
        width: codes.width(),
        count: codes.len(),
    }
}

pub(super) fn find<R>(group: Option<GroupId>, codes: &[&str], run: impl FnOnce(&serialref_find_query) -> R) -> R {
    let mut texts = Texts::default();
    let codes: Vec<_> = codes.iter().map(|code| texts.keep(code)).collect();
    run(&serialref_find_query {
        struct_size: size_of::<serialref_find_query>(),
        has_group: group.is_some().into(),
        reserved: 0,
        group: group.map_or(0, |group| group.0),
        codes: codes.as_ptr(),
        codes_count: codes.len(),
    })
}

pub(super) fn within(within: Within) -> serialref_within {
    serialref_within {
        has_group: within.group().is_some().into(),
        has_batch: within.batch().is_some().into(),
        group: within.group().map_or(0, |group| group.0),
        batch: within.batch().map_or(0, |batch| batch.0),
    }
}

/// A query for references; `is_default` says whether the value that it asks for is the field's default.
pub(super) fn references<R>(
    query: &ReferenceQuery,
    is_default: bool,
    run: impl FnOnce(&serialref_reference_query) -> R,
) -> R {
    let mut texts = Texts::default();
    let (field, value) = query.value.as_ref().map_or((0, None), |(field, value)| (field.0, Some(value.as_str())));
    run(&serialref_reference_query {
        struct_size: size_of::<serialref_reference_query>(),
        within: within(query.within),
        has_revision: query.revision.is_some().into(),
        has_created_from: query.created.from.is_some().into(),
        has_created_before: query.created.before.is_some().into(),
        state: query.state.map_or(0, |state| state.number().into()),
        revision: query.revision.unwrap_or_default(),
        created_from: query.created.from.map_or(0, Timestamp::as_micros),
        created_before: query.created.before.map_or(0, Timestamp::as_micros),
        term: texts.keep_given(query.term.as_deref()),
        has_value: value.is_some().into(),
        value_is_default: is_default.into(),
        field,
        value: texts.keep_given(value),
        slice: slice(query.direction, query.start, query.size, query.counted, |(group, row)| (group.0, row.0)),
    })
}

pub(super) fn events(query: &EventQuery) -> serialref_event_query {
    serialref_event_query {
        struct_size: size_of::<serialref_event_query>(),
        group: query.group.0,
        has_row: query.row.is_some().into(),
        reserved: 0,
        row: query.row.map_or(0, |row| row.0),
        slice: slice(query.direction, query.start, query.size, query.counted, |id| (0, id.0)),
    }
}

#[cfg(test)]
mod tests {
    use serialref::{Format, GroupLimits, Kind, Preset};

    use super::*;
    use crate::store::read;

    /// Stores in C keep it.
    const FIRST: &str = r#"{"id":0,"name":"Pumpe ÄX","description":"Stahl \"V2A\"","kind":"batch","scope":"registry","format":{"alphabet":"0123456789","length":8,"order":"random","prefix":"AX-","suffix":""},"limits":{"max_live":{"at_most":5000},"max_batch":null,"min_search_term":null},"created_at":-7,"fields":[{"id":1,"name":"Colour","default":"red","is_public":true,"is_retired":false}],"warranty":"24 months from released","public_name":"Pump","public_description":"It pumps","low_stock":18446744073709551615,"revision":0,"live":0,"issued":0,"next_index":0,"counts":[0,0,0,0,0,0,0,0],"events":0}"#;

    #[test]
    fn the_first_written_form_of_settings_stays() {
        let format = Format::builder().preset(Preset::Digits).length(8).prefix("AX-").build().unwrap();
        let plan = GroupPlan {
            description: "Stahl \"V2A\"".into(),
            format,
            limits: GroupLimits { max_live: Some(Limit::AtMost(5000)), ..GroupLimits::default() },
            fields: vec![Field::new(FieldId(1), Name::new("Colour").unwrap(), "red".into(), true, false)],
            warranty: "24 months from released".parse().unwrap(),
            public_name: "Pump".into(),
            public_description: "It pumps".into(),
            low_stock: Some(u64::MAX),
            ..GroupPlan::new(Name::new("Pumpe ÄX").unwrap(), Kind::Batch, Timestamp::from_micros(-7))
        };
        let made = Group::from_plan(GroupId(0), &plan);
        assert_eq!(*settings(&made), FIRST);
        let mut read = read::group_of(FIRST).unwrap();
        read.revision = 1;
        assert_eq!(read, made);
    }
}
