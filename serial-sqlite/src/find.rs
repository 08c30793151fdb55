//! Finding references by their whole codes.

use rusqlite::{Connection, OptionalExtension, params};
use serial_core::{Answer, Codes, GroupId, Reference, Refusal};

use crate::{
    encode::{self, REFERENCE_COLUMNS, group_number, read_reference},
    error::Failure,
};

/// Who has a code in a namespace, deleted references included.
pub(crate) const ID_OF_CODE: &str = "SELECT id FROM codes WHERE code = ?1 AND namespace = ?2";

pub(crate) fn find(connection: &Connection, group: Option<GroupId>, codes: &[&str]) -> Result<Vec<Reference>, Failure> {
    let only = match group {
        None => None,
        Some(group) => match group_number(group) {
            None => return Ok(Vec::new()),
            number => number,
        },
    };
    let sql = format!(
        "SELECT {REFERENCE_COLUMNS} FROM codes AS c \
         JOIN \"references\" AS r ON r.id = c.id AND r.deleted = 0 \
         JOIN groups AS g ON g.group_id = c.id >> 32 AND g.deleted = 0 \
         WHERE c.code = ?1 AND (?2 IS NULL OR g.group_id = ?2)"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut found = Vec::new();
    // No code has other characters, and SQLite cannot compare texts with NUL.
    for code in codes.iter().filter(|code| code.bytes().all(|byte| byte.is_ascii_graphic())) {
        let mut rows = statement.query(params![code, only])?;
        while let Some(row) = rows.next()? {
            found.push(read_reference(row)?);
        }
    }
    found.sort_unstable_by_key(|reference| (reference.group, reference.row));
    found.dedup_by_key(|reference| (reference.group, reference.row));
    Ok(found)
}

/// References with a code that are deleted, or whose group is.
pub(crate) fn deleted(connection: &Connection, group: Option<GroupId>, code: &str) -> Result<Vec<Reference>, Failure> {
    let only = group.map(group_number);
    if only == Some(None) || !code.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT {REFERENCE_COLUMNS} FROM codes AS c \
         JOIN \"references\" AS r ON r.id = c.id \
         JOIN groups AS g ON g.group_id = c.id >> 32 \
         WHERE c.code = ?1 AND (?2 IS NULL OR g.group_id = ?2) AND (r.deleted OR g.deleted)"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params![code, only.flatten()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read_reference(row)?);
    }
    found.sort_unstable_by_key(|reference| (reference.group, reference.row));
    Ok(found)
}

pub(crate) fn taken(connection: &Connection, group: GroupId, codes: &Codes) -> Result<Answer<Vec<u32>>, Failure> {
    let gone = Refusal::NoSuchGroup { group };
    let Some(number) = group_number(group) else { return Ok(gone.into()) };
    let sql = "SELECT scope FROM groups WHERE group_id = ?1 AND deleted = 0";
    let scope: Option<String> = connection.prepare_cached(sql)?.query_row([number], |row| row.get(0)).optional()?;
    let Some(scope) = scope else { return Ok(gone.into()) };
    let namespace = encode::namespace(&scope, number);
    let mut look = connection.prepare_cached(ID_OF_CODE)?;
    let mut positions = Vec::new();
    for (position, code) in (0..).zip(codes.iter()) {
        if look.exists(params![code, namespace])? {
            positions.push(position);
        }
    }
    Ok(Answer::Done(positions))
}
