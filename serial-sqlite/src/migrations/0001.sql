-- Groups, deleted ones included: their ids and codes are never used again.
CREATE TABLE groups (
    group_id    INTEGER PRIMARY KEY,
    name        TEXT NOT NULL,
    description TEXT NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('continuous', 'batch')),
    scope       TEXT NOT NULL CHECK (scope IN ('registry', 'group')),
    format      TEXT NOT NULL CHECK (json_valid(format)),
    code_length INTEGER NOT NULL CHECK (code_length > 0),
    limits      TEXT NOT NULL CHECK (json_valid(limits)),
    created_at  TEXT NOT NULL,
    revision    INTEGER NOT NULL,
    live        INTEGER NOT NULL CHECK (live >= 0),
    issued      INTEGER NOT NULL CHECK (issued >= live),
    next_index  INTEGER NOT NULL,
    batches     INTEGER NOT NULL CHECK (batches >= 0),
    deleted     INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1))
) STRICT;

CREATE UNIQUE INDEX group_names ON groups (name) WHERE deleted = 0;

CREATE TABLE batches (
    group_id   INTEGER NOT NULL,
    batch_id   INTEGER NOT NULL,
    name       TEXT NOT NULL,
    created_at TEXT NOT NULL,
    first_row  INTEGER NOT NULL,
    size       INTEGER NOT NULL CHECK (size > 0),
    live       INTEGER NOT NULL CHECK (live BETWEEN 0 AND size),
    PRIMARY KEY (group_id, batch_id)
) STRICT, WITHOUT ROWID;

-- One row for each reference ever issued. The id is group_id * 2^32 + row_id, so that the rows of a group lie
-- together in issue order and need no second index.
CREATE TABLE "references" (
    id         INTEGER PRIMARY KEY,
    group_id   INTEGER GENERATED ALWAYS AS (id >> 32) VIRTUAL,
    row_id     INTEGER GENERATED ALWAYS AS (id & 4294967295) VIRTUAL,
    batch_id   INTEGER,
    code       TEXT NOT NULL,
    created_at TEXT NOT NULL,
    deleted    INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1))
) STRICT;

-- Every code ever issued, once in its namespace: 0 is the registry's, any other the group's of that id.
CREATE TABLE codes (
    code      TEXT NOT NULL,
    namespace INTEGER NOT NULL,
    id        INTEGER NOT NULL,
    PRIMARY KEY (code, namespace)
) STRICT, WITHOUT ROWID;

-- What was issued under a request id. The codes are those of the rows from first_row on.
CREATE TABLE requests (
    request_id TEXT PRIMARY KEY,
    digest     INTEGER NOT NULL,
    group_id   INTEGER NOT NULL,
    first_row  INTEGER NOT NULL,
    size       INTEGER NOT NULL CHECK (size > 0),
    batch_id   INTEGER,
    created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- How many of the rows 1000 * block + 1 to 1000 * block + 1000 of a group are deleted, where any is: finds the row
-- where a page begins.
CREATE TABLE gaps (
    group_id INTEGER NOT NULL,
    block    INTEGER NOT NULL,
    deleted  INTEGER NOT NULL CHECK (deleted BETWEEN 1 AND 1000),
    PRIMARY KEY (group_id, block)
) STRICT, WITHOUT ROWID;

-- What a person or a reporting tool wants to see.
CREATE VIEW live_references AS
SELECT g.group_id, g.name AS group_name, r.batch_id, b.name AS batch_name, r.row_id, r.code, r.created_at
FROM groups AS g
JOIN "references" AS r ON r.id BETWEEN (g.group_id << 32) AND (g.group_id << 32) + 4294967295
LEFT JOIN batches AS b ON b.group_id = g.group_id AND b.batch_id = r.batch_id
WHERE g.deleted = 0 AND NOT r.deleted;

-- Rows that were issued and are not yet in a segment of the search index: first_id and those after it. The row 0 has
-- the count of them all.
CREATE TABLE search_pending (
    first_id INTEGER PRIMARY KEY,
    count    INTEGER NOT NULL CHECK (count >= 0)
) STRICT;

INSERT INTO search_pending (first_id, count) VALUES (0, 0);

-- Parts of the search index: which rows each covers. The runs are pairs of numbers of variable length: ids left out
-- since the run before, ids in the run.
CREATE TABLE search_segments (
    segment  INTEGER PRIMARY KEY,
    first_id INTEGER NOT NULL,
    last_id  INTEGER NOT NULL,
    runs     BLOB NOT NULL
) STRICT;

-- Where in a segment three characters stand together. The id is segment * 2^19 + the first trigram of the lists.
CREATE TABLE search_postings (
    id    INTEGER PRIMARY KEY,
    lists BLOB NOT NULL
) STRICT;
