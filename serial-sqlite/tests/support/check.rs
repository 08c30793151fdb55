//! Looking into the tables, past the library, for anything that contradicts.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    path::Path,
};

use rusqlite::Connection;

use super::issue::Done;

/// What must never be found, each as a query that then has rows.
const CONTRADICTIONS: &[(&str, &str)] = &[
    (
        "a group counts other rows than it has",
        "SELECT group_id FROM groups AS g WHERE issued <> (SELECT count(*) FROM \"references\" AS r \
         WHERE r.id BETWEEN (g.group_id << 32) AND (g.group_id << 32) + 4294967295)",
    ),
    (
        "a group counts other live rows than it has",
        "SELECT group_id FROM groups AS g WHERE live <> (SELECT count(*) FROM \"references\" AS r \
         WHERE r.id BETWEEN (g.group_id << 32) AND (g.group_id << 32) + 4294967295 AND r.deleted = 0)",
    ),
    (
        "the rows of a group have a gap",
        "SELECT group_id FROM groups AS g WHERE issued > 0 AND issued <> (SELECT max(r.row_id) FROM \"references\" AS r \
         WHERE r.id BETWEEN (g.group_id << 32) AND (g.group_id << 32) + 4294967295)",
    ),
    (
        "a row has no group",
        "SELECT id FROM \"references\" AS r WHERE NOT EXISTS (SELECT 1 FROM groups AS g WHERE g.group_id = r.id >> 32)",
    ),
    (
        "a row has no code in the index, or another",
        "SELECT r.id FROM \"references\" AS r JOIN groups AS g ON g.group_id = r.id >> 32 WHERE NOT EXISTS \
         (SELECT 1 FROM codes AS c WHERE c.code = r.code AND c.id = r.id \
         AND c.namespace = iif(g.scope = 'group', g.group_id, 0))",
    ),
    (
        "a code in the index has no row, or another",
        "SELECT c.id FROM codes AS c WHERE NOT EXISTS \
         (SELECT 1 FROM \"references\" AS r WHERE r.id = c.id AND r.code = c.code)",
    ),
    (
        "a code is there twice",
        "SELECT r.code FROM \"references\" AS r JOIN groups AS g ON g.group_id = r.id >> 32 \
         GROUP BY r.code, iif(g.scope = 'group', g.group_id, 0) HAVING count(*) > 1",
    ),
    (
        "a batch has other rows than it says",
        "SELECT batch_id FROM batches AS b WHERE size <> (SELECT count(*) FROM \"references\" AS r WHERE r.batch_id = \
         b.batch_id AND r.id BETWEEN (b.group_id << 32) + first_row AND (b.group_id << 32) + first_row + size - 1)",
    ),
    (
        "a batch counts other live rows than it has",
        "SELECT batch_id FROM batches AS b WHERE live <> (SELECT count(*) FROM \"references\" AS r WHERE r.deleted = 0 \
         AND r.id BETWEEN (b.group_id << 32) + first_row AND (b.group_id << 32) + first_row + size - 1)",
    ),
    (
        "a group of batches has rows outside of them",
        "SELECT group_id FROM groups AS g WHERE kind = 'batch' AND issued <> \
         (SELECT coalesce(sum(size), 0) FROM batches AS b WHERE b.group_id = g.group_id)",
    ),
    (
        "the batches of a group are not numbered without a gap",
        "SELECT group_id FROM groups AS g WHERE (batches, batches) <> \
         (SELECT count(*), coalesce(max(batch_id), 0) FROM batches AS b WHERE b.group_id = g.group_id)",
    ),
    (
        "deleted rows are counted wrongly where pages begin",
        "SELECT id >> 32 AS g, (row_id - 1) / 1000 AS b, count(*) FROM \"references\" WHERE deleted = 1 GROUP BY 1, 2 \
         EXCEPT SELECT group_id, block, deleted FROM gaps",
    ),
    (
        "rows are counted as deleted that are not",
        "SELECT group_id, block, deleted FROM gaps EXCEPT SELECT id >> 32, (row_id - 1) / 1000, count(*) \
         FROM \"references\" WHERE deleted = 1 GROUP BY 1, 2",
    ),
    (
        "a request has no rows",
        "SELECT request_id FROM requests AS q WHERE size <> (SELECT count(*) FROM \"references\" AS r \
         WHERE r.id BETWEEN (q.group_id << 32) + first_row AND (q.group_id << 32) + first_row + size - 1)",
    ),
    (
        "two requests have rows in common",
        "SELECT a.request_id FROM requests AS a JOIN requests AS b ON a.group_id = b.group_id \
         AND a.first_row < b.first_row AND b.first_row < a.first_row + a.size \
         WHERE (SELECT count(*) FROM requests) < 2000",
    ),
    (
        "a group counts other states than its rows have",
        "SELECT group_id FROM groups AS g WHERE (available, allocated, encoded, commissioned) <> \
         (SELECT count(*) FILTER (WHERE state = 'available'), count(*) FILTER (WHERE state = 'allocated'), \
         count(*) FILTER (WHERE state = 'encoded'), count(*) FILTER (WHERE state = 'commissioned') \
         FROM \"references\" AS r WHERE r.id BETWEEN (g.group_id << 32) AND (g.group_id << 32) + 4294967295 \
         AND r.deleted = 0)",
    ),
    (
        "the next reference to claim is not the lowest that is available",
        "SELECT group_id FROM groups AS g WHERE (SELECT min(id) FROM \"references\" AS r \
         WHERE r.id BETWEEN (g.group_id << 32) AND (g.group_id << 32) + 4294967295 AND deleted = 0 AND state = 'available') \
         IS NOT (SELECT min(first_id) FROM available_runs AS a \
         WHERE a.first_id BETWEEN (g.group_id << 32) AND (g.group_id << 32) + 4294967295)",
    ),
    (
        "the events of a group are not numbered from 1 without a gap",
        "SELECT group_id FROM groups AS g WHERE (1, events, events) IS NOT (SELECT min(event_id), max(event_id), count(*) \
         FROM events AS e WHERE e.group_id = g.group_id)",
    ),
    (
        "a row is in another state than its last event says",
        "SELECT id FROM \"references\" AS r WHERE state <> coalesce((SELECT new_value FROM events AS e \
         WHERE e.id = r.id AND kind = 'moved' ORDER BY event_id DESC LIMIT 1), \
         'available')",
    ),
    (
        "a deleted row has no event that says so",
        // A file of version 1 has some.
        "SELECT id FROM \"references\" AS r WHERE deleted = 1 AND NOT EXISTS (SELECT 1 FROM events AS e \
         WHERE e.id = r.id AND kind = 'deleted') \
         AND NOT EXISTS (SELECT 1 FROM groups WHERE name = 'Pumpe ÄX-100 🏭')",
    ),
];

/// Opens the file as any tool would.
fn open(path: &Path) -> Connection {
    let connection = Connection::open(path).expect("the file can be opened");
    connection.busy_timeout(std::time::Duration::from_secs(30)).unwrap();
    connection
}

/// What is wrong with a file in itself; nothing if all is well.
pub(crate) fn contradictions(path: &Path) -> Vec<String> {
    let connection = open(path);
    let mut found = Vec::new();
    let integrity = connection.prepare("PRAGMA integrity_check(3)").and_then(|mut statement| {
        statement.query_map((), |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()
    });
    match integrity {
        Ok(lines) if lines == ["ok"] => {}
        Ok(lines) => found.push(format!("integrity: {}", lines.join("; "))),
        Err(error) => found.push(format!("integrity: {error}")),
    }
    for (what, sql) in CONTRADICTIONS {
        match connection.prepare(sql).and_then(|mut statement| statement.exists(())) {
            Ok(false) => {}
            Ok(true) => found.push((*what).into()),
            Err(error) => found.push(format!("{what}: {error}")),
        }
    }
    found
}

/// How many of the codes that were acknowledged are not at their rows.
pub(crate) fn lost(path: &Path, done: &[Done]) -> usize {
    let connection = open(path);
    let sql = "SELECT code, coalesce(batch_id, 0) FROM \"references\" WHERE id = ?1";
    let mut statement = connection.prepare(sql).expect("the tables are there");
    let mut lost = 0;
    for one in done {
        for (row, code) in (one.first_row..).zip(&one.codes) {
            let id = (one.group << 32 | row).cast_signed();
            let found = statement.query_row([id], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)));
            lost += usize::from(found != Ok((code.clone(), one.batch.cast_signed())));
        }
    }
    lost
}

/// How many codes were acknowledged more than once in a group.
pub(crate) fn twice(done: &[Done]) -> usize {
    let mut seen = HashSet::new();
    let codes = done.iter().flat_map(|done| done.codes.iter().map(move |code| (done.group, code)));
    codes.filter(|code| !seen.insert(*code)).count()
}

/// Fails where anything is wrong with a file or with what was acknowledged of it.
#[track_caller]
pub(crate) fn check(path: &Path, done: &[Done], circumstances: &str) {
    let found = contradictions(path);
    assert!(found.is_empty(), "{circumstances}: {found:#?}");
    assert_eq!(lost(path, done), 0, "{circumstances}: acknowledged references are gone");
    assert_eq!(twice(done), 0, "{circumstances}: codes were acknowledged twice");
    let rows: BTreeSet<(u64, u64)> = done.iter().map(|done| (done.group, done.first_row)).collect();
    assert_eq!(rows.len(), done.len(), "{circumstances}: rows were acknowledged twice");
}

/// Live references of each group, as the tables have them.
pub(crate) fn live(path: &Path) -> BTreeMap<u64, u64> {
    let connection = open(path);
    let sql = "SELECT group_id, live FROM groups WHERE deleted = 0";
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map((), |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))).unwrap();
    rows.map(|row| row.map(|(group, live)| (group.cast_unsigned(), live.cast_unsigned())).unwrap()).collect()
}

/// How many transactions the log of a file has, by the frames that end one.
pub(crate) fn commits(path: &Path) -> usize {
    const HEADER: usize = 32;
    const FRAME_HEADER: usize = 24;
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    let log = std::fs::read(name).expect("there is a log");
    let word = |bytes: &[u8]| u32::from_be_bytes(bytes.try_into().unwrap());
    if log.len() < HEADER {
        return 0;
    }
    let page = word(&log[8..12]) as usize;
    let salts = &log[16..24];
    log[HEADER..]
        .chunks_exact(FRAME_HEADER + page)
        .take_while(|frame| &frame[8..16] == salts)
        .filter(|frame| word(&frame[4..8]) > 0)
        .count()
}
