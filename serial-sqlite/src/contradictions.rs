//! What must not be found in the tables.

use rusqlite::Connection;

use crate::{encode::COUNTS, error::Failure};

/// Fails where what is in the tables does not agree with itself, with what was found first.
pub(crate) fn check(connection: &Connection) -> Result<(), Failure> {
    let columns = COUNTS.join(", ");
    let counted = (1..=8).map(|state| format!("count(*) FILTER (WHERE r.state_number = {state})"));
    let counted = counted.collect::<Vec<_>>().join(", ");
    let miscounted = |table: &str, rows: &str| {
        format!(
            "SELECT count(*) FROM {table} AS t WHERE ({columns}) <> (SELECT {counted} FROM \"references\" AS r \
             WHERE r.id BETWEEN {rows} AND NOT r.deleted)"
        )
    };
    let of_group = miscounted("groups", "(t.group_id << 32) AND (t.group_id << 32) + 4294967295");
    let of_batch =
        miscounted("batches", "(t.group_id << 32) + t.first_row AND (t.group_id << 32) + t.first_row + t.size - 1");
    let of_states = [("a group miscounts states", &*of_group), ("a batch miscounts states", &*of_batch)];
    for (what, sql) in CONTRADICTIONS.iter().copied().chain(of_states) {
        let found: i64 = connection.query_row(sql, (), |row| row.get(0))?;
        if found > 0 {
            return Err(Failure::corrupt(format!("{what} ({found} times); restore the store from a backup")));
        }
    }
    Ok(())
}

/// Each with a count of how often it is found.
const CONTRADICTIONS: &[(&str, &str)] = &[
    (
        "a reference has no code of its own",
        "SELECT count(*) FROM \"references\" AS r WHERE NOT EXISTS \
         (SELECT 1 FROM codes AS c WHERE c.code = r.code AND c.id = r.id)",
    ),
    (
        "a code belongs to no reference",
        "SELECT abs((SELECT count(*) FROM codes) - (SELECT count(*) FROM \"references\"))",
    ),
    (
        "a group miscounts its references",
        "SELECT count(*) FROM groups AS g WHERE g.issued != (SELECT count(*) FROM \"references\" AS r \
         WHERE r.id BETWEEN (g.group_id << 32) AND (g.group_id << 32) + 4294967295) \
         OR g.live != (SELECT count(*) FROM \"references\" AS r \
         WHERE r.id BETWEEN (g.group_id << 32) AND (g.group_id << 32) + 4294967295 AND NOT r.deleted) \
         OR g.batches != (SELECT count(*) FROM batches AS b WHERE b.group_id = g.group_id)",
    ),
    (
        "a batch miscounts its references",
        "SELECT count(*) FROM batches AS b WHERE b.live != (SELECT count(*) FROM \"references\" AS r \
         WHERE r.id BETWEEN (b.group_id << 32) + b.first_row AND (b.group_id << 32) + b.first_row + b.size - 1 \
         AND r.batch_id = b.batch_id AND NOT r.deleted)",
    ),
    (
        "a page would begin in the wrong place",
        "SELECT count(*) FROM (SELECT group_id, (row_id - 1) / 1000 AS block, count(*) AS deleted \
         FROM \"references\" WHERE deleted = 1 GROUP BY 1, 2 \
         EXCEPT SELECT group_id, block, deleted FROM gaps)",
    ),
    (
        "a page would begin in the wrong place",
        "SELECT count(*) FROM (SELECT group_id, block, deleted FROM gaps \
         EXCEPT SELECT group_id, (row_id - 1) / 1000, count(*) FROM \"references\" WHERE deleted = 1 GROUP BY 1, 2)",
    ),
    (
        "a batch has other rows than it had when it was issued",
        "SELECT count(*) FROM batches AS b WHERE b.size != (SELECT count(*) FROM \"references\" AS r \
         WHERE r.id BETWEEN (b.group_id << 32) + b.first_row AND (b.group_id << 32) + b.first_row + b.size - 1 \
         AND r.batch_id = b.batch_id)",
    ),
    (
        "a reference lies outside of its batch",
        "SELECT count(*) FROM \"references\" AS r WHERE r.batch_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM batches AS b \
         WHERE b.group_id = r.group_id AND b.batch_id = r.batch_id \
         AND r.row_id BETWEEN b.first_row AND b.first_row + b.size - 1)",
    ),
    (
        "a request has other rows than were issued under it",
        "SELECT count(*) FROM requests AS q WHERE kind = 'append' AND q.size != (SELECT count(*) FROM \"references\" AS r \
         WHERE r.id BETWEEN (q.group_id << 32) + q.first_row AND (q.group_id << 32) + q.first_row + q.size - 1 \
         AND r.batch_id IS q.batch_id AND r.created_at = q.created_at)",
    ),
    (
        "a claim would take what is not available",
        "SELECT count(*) FROM available_runs AS a WHERE a.last_id - a.first_id + 1 <> \
         (SELECT count(*) FROM \"references\" AS r \
         WHERE r.id BETWEEN a.first_id AND a.last_id AND NOT r.deleted AND r.state_number = 1)",
    ),
    (
        "a claim would miss what is available",
        "SELECT abs((SELECT coalesce(sum(last_id - first_id + 1), 0) FROM available_runs) - \
         (SELECT count(*) FROM \"references\" WHERE NOT deleted AND state_number = 1))",
    ),
    (
        "a claim would take something twice",
        "SELECT count(*) FROM (SELECT last_id, lead(first_id) OVER (ORDER BY first_id) AS next FROM available_runs) \
         WHERE next <= last_id + 1",
    ),
    (
        "the events of a group are not numbered without a gap",
        "SELECT count(*) FROM groups AS g WHERE (1, g.events, g.events) IS NOT \
         (SELECT min(event_id), max(event_id), count(*) FROM events AS e WHERE e.group_id = g.group_id)",
    ),
    (
        "events belong to no group",
        "SELECT count(*) FROM events AS e WHERE NOT EXISTS (SELECT 1 FROM groups AS g WHERE g.group_id = e.group_id)",
    ),
    (
        "a reference is in another state than it came to last",
        "SELECT count(*) FROM \"references\" AS r WHERE r.state <> coalesce((SELECT e.new_value FROM events AS e \
         WHERE e.id = r.id AND e.kind = 'moved' \
         ORDER BY e.event_id DESC LIMIT 1), 'available')",
    ),
    (
        "a batch has no event of its issue",
        "SELECT count(*) FROM batches AS b WHERE NOT EXISTS (SELECT 1 FROM events AS e \
         WHERE e.id = (b.group_id << 32) + b.first_row AND e.kind = 'issued' AND e.number = b.batch_id AND e.count = b.size)",
    ),
    (
        "a reference has no event of its issue",
        "SELECT count(*) FROM \"references\" AS r WHERE r.batch_id IS NULL AND NOT EXISTS (SELECT 1 FROM events AS e \
         WHERE e.id = r.id AND e.kind = 'issued')",
    ),
    (
        "a group miscounts its claims",
        "SELECT count(*) FROM groups AS g WHERE (g.claims, g.claims) <> \
         (SELECT count(*), coalesce(max(claim_id), 0) FROM claims AS c WHERE c.group_id = g.group_id)",
    ),
    (
        "a claim has other references than it took",
        "SELECT count(*) FROM claims AS c WHERE c.size IS NOT (SELECT sum(last_row - first_row + 1) \
         FROM claim_rows AS r WHERE r.group_id = c.group_id AND r.claim_id = c.claim_id)",
    ),
    (
        "a reference is held by a claim that did not take it",
        "SELECT count(*) FROM \"references\" AS r WHERE r.claim_id IS NOT NULL AND (r.state_number <> 2 OR NOT EXISTS \
         (SELECT 1 FROM claim_rows AS c WHERE c.group_id = r.group_id AND c.claim_id = r.claim_id \
         AND r.row_id BETWEEN c.first_row AND c.last_row))",
    ),
    (
        "a reference is held by a claim that is over",
        "SELECT count(*) FROM claims AS c JOIN claim_rows AS h ON h.group_id = c.group_id AND h.claim_id = c.claim_id \
         JOIN \"references\" AS r ON r.id BETWEEN (h.group_id << 32) + h.first_row AND (h.group_id << 32) + h.last_row \
         WHERE c.is_over AND r.claim_id = c.claim_id AND NOT r.deleted",
    ),
    (
        "a value belongs to no reference",
        "SELECT count(*) FROM field_values AS v WHERE NOT EXISTS (SELECT 1 FROM \"references\" AS r WHERE r.id = v.id)",
    ),
    (
        "a warranty belongs to no reference",
        "SELECT count(*) FROM warranties AS w WHERE NOT EXISTS (SELECT 1 FROM \"references\" AS r WHERE r.id = w.id)",
    ),
    (
        "a request has no claim",
        "SELECT count(*) FROM requests AS q WHERE q.kind = 'claim' AND NOT EXISTS \
         (SELECT 1 FROM claims AS c WHERE c.group_id = q.group_id AND c.claim_id = q.claim_id)",
    ),
];
