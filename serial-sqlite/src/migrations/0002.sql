-- The life of a reference: its state, who claimed it, what is recorded of it, and every change.

DROP VIEW live_references;

-- The number of the state, which takes no room while it is 1, and its name for people. The claim that holds the
-- reference, while it is allocated by one.
ALTER TABLE "references" ADD COLUMN state_number INTEGER NOT NULL DEFAULT 1 CHECK (state_number BETWEEN 1 AND 8);
ALTER TABLE "references" ADD COLUMN state TEXT GENERATED ALWAYS AS (CASE state_number
    WHEN 1 THEN 'available' WHEN 2 THEN 'allocated' WHEN 3 THEN 'encoded' WHEN 4 THEN 'commissioned'
    WHEN 5 THEN 'released' WHEN 6 THEN 'decommissioned' WHEN 7 THEN 'destroyed' WHEN 8 THEN 'void' END) VIRTUAL;
ALTER TABLE "references" ADD COLUMN claim_id INTEGER;

-- References that were never touched are not in it.
CREATE INDEX references_by_state ON "references" (state_number) WHERE state_number > 1;

-- Runs of available live rows, whole ones: what is issued and not touched is one run, however much it is. The lowest
-- run of a group begins with the reference that is claimed next.
CREATE TABLE available_runs (
    first_id INTEGER PRIMARY KEY,
    last_id  INTEGER NOT NULL CHECK (last_id >= first_id)
) STRICT;

INSERT INTO available_runs (first_id, last_id)
SELECT min(id), max(id)
FROM (SELECT id, id - row_number() OVER (ORDER BY id) AS run FROM "references" WHERE deleted = 0)
GROUP BY run;

-- The fields are an array of objects, in the order of their ids. How many live references are in each state: together
-- they are live.
ALTER TABLE groups ADD COLUMN fields TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(fields));
ALTER TABLE groups ADD COLUMN warranty TEXT NOT NULL DEFAULT 'none';
ALTER TABLE groups ADD COLUMN public_name TEXT NOT NULL DEFAULT '';
ALTER TABLE groups ADD COLUMN public_description TEXT NOT NULL DEFAULT '';
ALTER TABLE groups ADD COLUMN low_stock INTEGER;
ALTER TABLE groups ADD COLUMN events INTEGER NOT NULL DEFAULT 0 CHECK (events >= 0);
ALTER TABLE groups ADD COLUMN claims INTEGER NOT NULL DEFAULT 0 CHECK (claims >= 0);
ALTER TABLE groups ADD COLUMN available INTEGER NOT NULL DEFAULT 0 CHECK (available >= 0);
ALTER TABLE groups ADD COLUMN allocated INTEGER NOT NULL DEFAULT 0 CHECK (allocated >= 0);
ALTER TABLE groups ADD COLUMN encoded INTEGER NOT NULL DEFAULT 0 CHECK (encoded >= 0);
ALTER TABLE groups ADD COLUMN commissioned INTEGER NOT NULL DEFAULT 0 CHECK (commissioned >= 0);
ALTER TABLE groups ADD COLUMN released INTEGER NOT NULL DEFAULT 0 CHECK (released >= 0);
ALTER TABLE groups ADD COLUMN decommissioned INTEGER NOT NULL DEFAULT 0 CHECK (decommissioned >= 0);
ALTER TABLE groups ADD COLUMN destroyed INTEGER NOT NULL DEFAULT 0 CHECK (destroyed >= 0);
UPDATE groups SET available = live;
ALTER TABLE groups ADD COLUMN void INTEGER NOT NULL DEFAULT 0 CHECK (void >= 0 AND
    available + allocated + encoded + commissioned + released + decommissioned + destroyed + void = live);

ALTER TABLE batches ADD COLUMN available INTEGER NOT NULL DEFAULT 0 CHECK (available >= 0);
ALTER TABLE batches ADD COLUMN allocated INTEGER NOT NULL DEFAULT 0 CHECK (allocated >= 0);
ALTER TABLE batches ADD COLUMN encoded INTEGER NOT NULL DEFAULT 0 CHECK (encoded >= 0);
ALTER TABLE batches ADD COLUMN commissioned INTEGER NOT NULL DEFAULT 0 CHECK (commissioned >= 0);
ALTER TABLE batches ADD COLUMN released INTEGER NOT NULL DEFAULT 0 CHECK (released >= 0);
ALTER TABLE batches ADD COLUMN decommissioned INTEGER NOT NULL DEFAULT 0 CHECK (decommissioned >= 0);
ALTER TABLE batches ADD COLUMN destroyed INTEGER NOT NULL DEFAULT 0 CHECK (destroyed >= 0);
UPDATE batches SET available = live;
ALTER TABLE batches ADD COLUMN void INTEGER NOT NULL DEFAULT 0 CHECK (void >= 0 AND
    available + allocated + encoded + commissioned + released + decommissioned + destroyed + void = live);

-- What happened to groups and references, numbered 1, 2, 3 ... in each group in the order of commits; the id is that of
-- the reference. Which columns a kind has: the guide says it.
CREATE TABLE events (
    group_id  INTEGER NOT NULL,
    event_id  INTEGER NOT NULL,
    at        TEXT NOT NULL,
    kind      TEXT NOT NULL CHECK (kind IN ('group created', 'group changed', 'group deleted', 'issued', 'moved',
                                            'attribute set', 'warranty set', 'deleted')),
    id        INTEGER,
    row_id    INTEGER GENERATED ALWAYS AS (id & 4294967295) VIRTUAL,
    count     INTEGER,
    number    INTEGER,
    setting   TEXT,
    old_value TEXT,
    new_value TEXT,
    actor     TEXT,
    reason    TEXT,
    note      TEXT,
    PRIMARY KEY (group_id, event_id)
) STRICT, WITHOUT ROWID;

-- Of what was done before there were events, what can still be seen: groups that were created and references that were
-- issued, but neither changes of settings nor deletions.
INSERT INTO events (group_id, event_id, at, kind) SELECT group_id, 1, created_at, 'group created' FROM groups;

INSERT INTO events (group_id, event_id, at, kind, id, count, number)
SELECT group_id, 1 + row_number() OVER (PARTITION BY group_id ORDER BY first_row), created_at, 'issued',
       (group_id << 32) + first_row, size, batch_id
FROM batches;

INSERT INTO events (group_id, event_id, at, kind, id, count)
-- Rows have no gaps, and the event of the group comes before theirs.
SELECT id >> 32, 1 + (id & 4294967295), created_at, 'issued', id, 1
FROM "references" WHERE batch_id IS NULL;

UPDATE groups SET events = (SELECT count(*) FROM events AS e WHERE e.group_id = groups.group_id);

CREATE INDEX events_of_references ON events (id, event_id) WHERE id IS NOT NULL;

CREATE TRIGGER events_stay_as_they_are BEFORE UPDATE ON events
BEGIN SELECT raise(ABORT, 'events are never changed'); END;

CREATE TRIGGER events_stay BEFORE DELETE ON events
BEGIN SELECT raise(ABORT, 'events are never removed'); END;

-- Who claimed references, and until when what is still only allocated is held; is_over once it fell back.
CREATE TABLE claims (
    group_id   INTEGER NOT NULL,
    claim_id   INTEGER NOT NULL,
    holder     TEXT NOT NULL,
    claimed_at TEXT NOT NULL,
    expires_at TEXT,
    size       INTEGER NOT NULL CHECK (size > 0),
    is_over    INTEGER NOT NULL DEFAULT 0 CHECK (is_over IN (0, 1)),
    PRIMARY KEY (group_id, claim_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX claims_that_end ON claims (group_id, expires_at) WHERE expires_at IS NOT NULL AND is_over = 0;

-- Which references a claim took.
CREATE TABLE claim_rows (
    group_id  INTEGER NOT NULL,
    claim_id  INTEGER NOT NULL,
    first_row INTEGER NOT NULL,
    last_row  INTEGER NOT NULL CHECK (last_row >= first_row),
    PRIMARY KEY (group_id, claim_id, first_row)
) STRICT, WITHOUT ROWID;

-- The values that references were given in fields of their group; where there is none, the field's default holds.
CREATE TABLE field_values (
    id       INTEGER NOT NULL,
    group_id INTEGER GENERATED ALWAYS AS (id >> 32) VIRTUAL,
    row_id   INTEGER GENERATED ALWAYS AS (id & 4294967295) VIRTUAL,
    field_id INTEGER NOT NULL,
    value    TEXT NOT NULL,
    PRIMARY KEY (id, field_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX references_by_value ON field_values (field_id, value, id);

-- The warranties that references have of their own; where there is none, the group's holds.
CREATE TABLE warranties (
    id       INTEGER PRIMARY KEY,
    group_id INTEGER GENERATED ALWAYS AS (id >> 32) VIRTUAL,
    row_id   INTEGER GENERATED ALWAYS AS (id & 4294967295) VIRTUAL,
    policy   TEXT NOT NULL
) STRICT;

-- What was done under a request id: an append has the rows that it issued, a claim its claim, a change how many
-- references it reached and how many it left.
CREATE TABLE new_requests (
    request_id TEXT PRIMARY KEY,
    digest     INTEGER NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('append', 'claim', 'change')),
    group_id   INTEGER CHECK (kind = 'change' OR group_id IS NOT NULL),
    first_row  INTEGER CHECK (kind <> 'append' OR first_row IS NOT NULL),
    size       INTEGER CHECK (kind <> 'append' OR coalesce(size, 0) > 0),
    batch_id   INTEGER,
    claim_id   INTEGER CHECK (kind <> 'claim' OR claim_id IS NOT NULL),
    changed    INTEGER CHECK (kind <> 'change' OR changed IS NOT NULL),
    unchanged  INTEGER CHECK (kind <> 'change' OR unchanged IS NOT NULL),
    created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO new_requests (request_id, digest, kind, group_id, first_row, size, batch_id, created_at)
SELECT request_id, digest, 'append', group_id, first_row, size, batch_id, created_at FROM requests;

DROP TABLE requests;
ALTER TABLE new_requests RENAME TO requests;

-- What a person or a reporting tool wants to see.
CREATE VIEW live_references AS
SELECT g.group_id, g.name AS group_name, r.batch_id, b.name AS batch_name, r.row_id, r.code, r.created_at,
       r.state, r.claim_id, c.holder
FROM groups AS g
JOIN "references" AS r ON r.id BETWEEN (g.group_id << 32) AND (g.group_id << 32) + 4294967295
LEFT JOIN batches AS b ON b.group_id = g.group_id AND b.batch_id = r.batch_id
LEFT JOIN claims AS c ON c.group_id = g.group_id AND c.claim_id = r.claim_id
WHERE g.deleted = 0 AND NOT r.deleted;

-- The same with a row for each field of each reference.
CREATE VIEW live_attributes AS
SELECT r.group_id, r.group_name, r.row_id, r.code, json_extract(f.value, '$.id') AS field_id,
       json_extract(f.value, '$.name') AS field,
       coalesce(v.value, json_extract(f.value, '$.default')) AS value
FROM live_references AS r
JOIN groups AS g ON g.group_id = r.group_id
JOIN json_each(g.fields) AS f ON NOT json_extract(f.value, '$.is_retired')
LEFT JOIN field_values AS v ON v.id = (r.group_id << 32) + r.row_id AND v.field_id = json_extract(f.value, '$.id');
