//! Creating, changing, deleting and listing groups.

use rusqlite::{Connection, OptionalExtension, params};
use serial_core::{
    Answer, Change, Direction, Group, GroupChange, GroupDeletePlan, GroupId, GroupKeys, GroupPlan, GroupQuery, Limit,
    Name, Refusal, Slice, Start, StoreError,
};
use zeroize::Zeroizing;

use crate::{
    encode::{self, GROUP_COLUMNS, MAX_GROUPS, group_number, read_group, read_name},
    error::Failure,
    ledger::{self, By, Ledger},
};

pub(crate) fn create(connection: &Connection, plan: &GroupPlan) -> Result<Answer<Group>, Failure> {
    if let Some(group) = holder(connection, &plan.name)? {
        return Ok(Refusal::NameTaken { group }.into());
    }
    let count = |sql| -> rusqlite::Result<u64> {
        connection.prepare_cached(sql)?.query_row((), |row| row.get::<_, i64>(0)).map(i64::cast_unsigned)
    };
    if plan.max_groups != Limit::Unlimited {
        let present = count("SELECT count(*) FROM groups WHERE deleted = 0")?;
        if !plan.max_groups.allows(present + 1) {
            return Ok(Refusal::TooManyGroups { present }.into());
        }
    }
    // Deleted groups keep their rows, so that no id is given again.
    let id = count("SELECT coalesce(max(group_id), 0) FROM groups")? + 1;
    if id > MAX_GROUPS {
        return Err(StoreError::unavailable("the store cannot keep more groups; open another").into());
    }
    let mut group = Group::from_plan(GroupId(id), plan);
    group.events = 1;
    let by = By::of(plan.created_at, &plan.cause)?;
    let sql = "INSERT INTO groups (group_id, name, description, kind, scope, format, code_length, limits, created_at, \
               revision, live, issued, next_index, batches, fields, warranty, public_name, public_description, \
               low_stock, events) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1, 0, 0, 0, 0, ?10, ?11, ?12, ?13, ?14, 1)";
    connection.prepare_cached(sql)?.execute(params![
        id.cast_signed(),
        plan.name.as_str(),
        plan.description,
        encode::kind_text(plan.kind),
        encode::scope_text(plan.scope),
        json(&plan.format)?,
        plan.format.width().cast_signed() as i64,
        json(&plan.limits)?,
        by.at,
        json(&plan.fields)?,
        plan.warranty.to_string(),
        plan.public_name,
        plan.public_description,
        plan.low_stock.map(u64::cast_signed),
    ])?;
    if !plan.keys.is_empty() {
        keep_keys(connection, id.cast_signed(), &plan.keys)?;
    }
    ledger::note(connection, id.cast_signed(), 1, &by, &Change::GroupCreated)?;
    Ok(Answer::Done(group))
}

pub(crate) fn change(connection: &Connection, change: &GroupChange) -> Result<Answer<Group>, Failure> {
    let group = one(connection, change.group)?;
    let (Some(number), Some(mut group)) = (group_number(change.group), group) else {
        return Ok(Refusal::NoSuchGroup { group: change.group }.into());
    };
    if change.revision.is_some_and(|revision| revision != group.revision) {
        return Ok(Refusal::GroupChanged { group: Box::new(group) }.into());
    }
    if let Some(name) = &change.name
        && let Some(group) = holder(connection, name)?.filter(|holder| *holder != change.group)
    {
        return Ok(Refusal::NameTaken { group }.into());
    }
    let by = By::of(change.at, &change.cause)?;
    let mut ledger = Ledger::open(connection, number)?;
    for said in change.apply(&mut group) {
        ledger.note(&by, &said)?;
        group.events += 1;
    }
    ledger.close()?;
    let sql = "UPDATE groups SET name = ?2, description = ?3, limits = ?4, fields = ?5, warranty = ?6, \
               public_name = ?7, public_description = ?8, low_stock = ?9, revision = ?10, next_index = ?11 \
               WHERE group_id = ?1";
    connection.prepare_cached(sql)?.execute(params![
        number,
        group.name.as_str(),
        group.description,
        json(&group.limits)?,
        json(&group.fields)?,
        group.warranty.to_string(),
        group.public_name,
        group.public_description,
        group.low_stock.map(u64::cast_signed),
        group.revision.cast_signed(),
        group.next_index.cast_signed(),
    ])?;
    if change.key.is_some() {
        keep_keys(connection, number, &group.keys)?;
    }
    Ok(Answer::Done(group))
}

fn keep_keys(connection: &Connection, group: i64, keys: &GroupKeys) -> Result<(), Failure> {
    let sql = "INSERT INTO group_keys (group_id, keys) VALUES (?1, ?2) \
               ON CONFLICT (group_id) DO UPDATE SET keys = excluded.keys";
    connection.prepare_cached(sql)?.execute(params![group, &*Zeroizing::new(keys.expose())])?;
    Ok(())
}

/// The references stay where they are: their codes are burned for ever.
pub(crate) fn delete(connection: &Connection, plan: &GroupDeletePlan) -> Result<Answer<u64>, Failure> {
    let group = one(connection, plan.group)?;
    let (Some(number), Some(group)) = (group_number(plan.group), group) else {
        return Ok(Refusal::NoSuchGroup { group: plan.group }.into());
    };
    if group.issued > plan.issued {
        return Ok(Refusal::GroupChanged { group: Box::new(group) }.into());
    }
    let mut ledger = Ledger::open(connection, number)?;
    ledger.note(&By::of(plan.at, &plan.cause)?, &Change::GroupDeleted { live: group.live })?;
    ledger.close()?;
    connection.prepare_cached("UPDATE groups SET deleted = 1 WHERE group_id = ?1")?.execute([number])?;
    Ok(Answer::Done(group.live))
}

/// A group that exists.
pub(crate) fn one(connection: &Connection, id: GroupId) -> Result<Option<Group>, Failure> {
    let Some(number) = group_number(id) else { return Ok(None) };
    let sql = format!("SELECT {GROUP_COLUMNS} FROM groups WHERE group_id = ?1 AND deleted = 0");
    connection.prepare_cached(&sql)?.query_row([number], |row| Ok(read_group(row))).optional()?.transpose()
}

/// Whether a group exists.
pub(crate) fn exists(connection: &Connection, id: GroupId) -> Result<Option<i64>, Failure> {
    let Some(number) = group_number(id) else { return Ok(None) };
    let sql = "SELECT group_id FROM groups WHERE group_id = ?1 AND deleted = 0";
    Ok(connection.prepare_cached(sql)?.query_row([number], |row| row.get(0)).optional()?)
}

/// SQLite's letter case is that of ASCII, so names are compared here.
pub(crate) fn list(connection: &Connection, query: &GroupQuery) -> Result<Slice<Group>, Failure> {
    let (order, beyond) = match query.direction {
        Direction::OldestFirst => ("ASC", '>'),
        Direction::NewestFirst => ("DESC", '<'),
    };
    // Everything is listed from the start where a total is wanted of names that only this program can compare.
    let part = query.name_part.as_deref();
    let (mut skip, after) = match query.start {
        Start::Skip(rows) if query.direction == Direction::OldestFirst => (rows, 0),
        Start::Skip(rows) => (rows, i64::MAX),
        Start::After(last) => (0, i64::try_from(last.0).unwrap_or(i64::MAX)),
    };
    let total = match (query.counted, part) {
        (false, _) => None,
        (true, Some(part)) => Some(count_named(connection, part)?),
        (true, None) => {
            let sql = "SELECT count(*) FROM groups WHERE deleted = 0";
            Some(connection.prepare_cached(sql)?.query_row((), |row| row.get::<_, i64>(0))?.cast_unsigned())
        }
    };
    let mut offset = 0;
    if part.is_none() {
        offset = i64::try_from(std::mem::take(&mut skip)).unwrap_or(i64::MAX);
    }
    let sql = format!(
        "SELECT {GROUP_COLUMNS} FROM groups WHERE deleted = 0 AND group_id {beyond} ?1 \
         ORDER BY group_id {order} LIMIT -1 OFFSET ?2"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params![after, offset])?;
    let (mut items, mut more) = (Vec::new(), false);
    while let Some(row) = rows.next()? {
        if let Some(part) = part
            && !read_name(row.get(1)?)?.contains_in_any_case(part)
        {
            continue;
        }
        if skip > 0 {
            skip -= 1;
            continue;
        }
        if items.len() as u64 == u64::from(query.size) {
            more = true;
            break;
        }
        items.push(read_group(row)?);
    }
    Ok(Slice { items, more, total })
}

fn count_named(connection: &Connection, part: &str) -> Result<u64, Failure> {
    let mut statement = connection.prepare_cached("SELECT name FROM groups WHERE deleted = 0")?;
    let mut rows = statement.query(())?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        count += u64::from(read_name(row.get(0)?)?.contains_in_any_case(part));
    }
    Ok(count)
}

/// The group that has a name.
fn holder(connection: &Connection, name: &Name) -> Result<Option<GroupId>, Failure> {
    let sql = "SELECT group_id FROM groups WHERE name = ?1 AND deleted = 0";
    let id = connection.prepare_cached(sql)?.query_row([name.as_str()], |row| row.get::<_, i64>(0)).optional()?;
    Ok(id.map(|id| GroupId(id.cast_unsigned())))
}

fn json<T: serde::Serialize>(value: &T) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| StoreError::contract(error.to_string()).into())
}
