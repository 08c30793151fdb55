-- The life of a reference: states, claims, events, attributes.

ALTER TABLE serialref.groups
    -- What the group records of each reference, as JSON.
    ADD COLUMN fields             jsonb  NOT NULL DEFAULT '[]',
    -- How long products are covered, as people say it.
    ADD COLUMN warranty           text   NOT NULL DEFAULT 'none',
    ADD COLUMN public_name        text   NOT NULL DEFAULT '',
    ADD COLUMN public_description text   NOT NULL DEFAULT '',
    -- Fewer available references than this are low stock, as the bits of an unsigned number.
    ADD COLUMN low_stock          bigint,
    -- Events ever written; also the newest event_id.
    ADD COLUMN events             bigint NOT NULL DEFAULT 0,
    -- Claims ever made; also the newest claim_id.
    ADD COLUMN claims             bigint NOT NULL DEFAULT 0,
    -- Every reference beyond this row is live and available. Which of those up to it are, is in stock.
    ADD COLUMN frontier           bigint NOT NULL DEFAULT 0,
    -- How many live references are in which state.
    ADD COLUMN available          bigint NOT NULL DEFAULT 0,
    ADD COLUMN allocated          bigint NOT NULL DEFAULT 0 CHECK (allocated >= 0),
    ADD COLUMN encoded            bigint NOT NULL DEFAULT 0 CHECK (encoded >= 0),
    ADD COLUMN commissioned       bigint NOT NULL DEFAULT 0 CHECK (commissioned >= 0),
    ADD COLUMN released           bigint NOT NULL DEFAULT 0 CHECK (released >= 0),
    ADD COLUMN decommissioned     bigint NOT NULL DEFAULT 0 CHECK (decommissioned >= 0),
    ADD COLUMN destroyed          bigint NOT NULL DEFAULT 0 CHECK (destroyed >= 0),
    ADD COLUMN void               bigint NOT NULL DEFAULT 0 CHECK (void >= 0);

ALTER TABLE serialref.batches
    ADD COLUMN available      bigint NOT NULL DEFAULT 0,
    ADD COLUMN allocated      bigint NOT NULL DEFAULT 0 CHECK (allocated >= 0),
    ADD COLUMN encoded        bigint NOT NULL DEFAULT 0 CHECK (encoded >= 0),
    ADD COLUMN commissioned   bigint NOT NULL DEFAULT 0 CHECK (commissioned >= 0),
    ADD COLUMN released       bigint NOT NULL DEFAULT 0 CHECK (released >= 0),
    ADD COLUMN decommissioned bigint NOT NULL DEFAULT 0 CHECK (decommissioned >= 0),
    ADD COLUMN destroyed      bigint NOT NULL DEFAULT 0 CHECK (destroyed >= 0),
    ADD COLUMN void           bigint NOT NULL DEFAULT 0 CHECK (void >= 0);

-- A row for every reference that ever left the state it was issued in, or has a warranty of its own. All others are
-- available.
CREATE TABLE serialref.lives (
    group_id bigint NOT NULL,
    row_id   bigint NOT NULL,
    state    text   COLLATE "C" NOT NULL CHECK (state IN ('available', 'allocated', 'encoded', 'commissioned', 'released',
        'decommissioned', 'destroyed', 'void')),
    -- The claim that holds it, as long as it is allocated.
    claim_id bigint,
    -- Its own warranty; NULL where its group's holds.
    warranty text,
    PRIMARY KEY (group_id, row_id)
);

CREATE INDEX lives_state ON serialref.lives (group_id, state, row_id);

-- The live references up to the frontier of their group that are available, as ranges of rows that do not overlap. A range
-- that was used up stays, with a first row beyond its last.
CREATE TABLE serialref.stock (
    group_id  bigint NOT NULL,
    last_row  bigint NOT NULL,
    first_row bigint NOT NULL,
    PRIMARY KEY (group_id, last_row)
);

CREATE INDEX stock_left ON serialref.stock (group_id, last_row) WHERE first_row <= last_row;

CREATE TABLE serialref.claims (
    group_id   bigint      NOT NULL,
    claim_id   bigint      NOT NULL,
    holder     text        COLLATE "C" NOT NULL,
    claimed_at timestamptz NOT NULL,
    expires_at timestamptz,
    -- References ever taken by it, and those of them that it still holds.
    size       bigint      NOT NULL,
    held       bigint      NOT NULL CHECK (held >= 0),
    PRIMARY KEY (group_id, claim_id)
);

CREATE INDEX claims_expiry ON serialref.claims (group_id, expires_at) WHERE held > 0;

-- What a claim took, as ranges of rows.
CREATE TABLE serialref.claimed (
    group_id  bigint NOT NULL,
    claim_id  bigint NOT NULL,
    first_row bigint NOT NULL,
    last_row  bigint NOT NULL,
    PRIMARY KEY (group_id, claim_id, first_row)
);

-- The values that references were given in fields of their group. NULL is the default of the field again.
CREATE TABLE serialref.attributes (
    group_id bigint NOT NULL,
    row_id   bigint NOT NULL,
    field_id bigint NOT NULL,
    value    text   COLLATE "C",
    PRIMARY KEY (group_id, row_id, field_id)
);

-- By the beginning of the value, because an index does not take texts of any length.
CREATE INDEX attributes_value ON serialref.attributes (group_id, field_id, left(value, 100), row_id);

-- Everything that happened. Rows are only ever added.
CREATE TABLE serialref.events (
    group_id    bigint      NOT NULL,
    event_id    bigint      NOT NULL,
    happened_at timestamptz NOT NULL,
    kind        text        COLLATE "C" NOT NULL,
    -- The reference; of "issued" the first, and count says how many follow each other.
    row_id      bigint,
    count       bigint,
    -- The batch of "issued", the claim of "moved", the field of "attribute set".
    number      bigint,
    setting     text,
    old_value   text,
    new_value   text,
    actor       text,
    reason      text,
    note        text,
    PRIMARY KEY (group_id, event_id)
);

CREATE INDEX events_row ON serialref.events (group_id, row_id, event_id);

-- Under a request id, references were issued (first_row and size), claimed (claim_id) or changed (changed and unchanged).
ALTER TABLE serialref.requests
    ALTER COLUMN group_id DROP NOT NULL,
    ALTER COLUMN first_row DROP NOT NULL,
    ALTER COLUMN size DROP NOT NULL,
    ADD COLUMN claim_id  bigint,
    ADD COLUMN changed   bigint,
    ADD COLUMN unchanged bigint;

-- What there is already: all that is live is available, and what was deleted cuts it into ranges.
INSERT INTO serialref.stock (group_id, last_row, first_row)
    SELECT group_id, row_id - 1, before + 1
    FROM (
        SELECT group_id, row_id, lag(row_id, 1, 0::bigint) OVER (PARTITION BY group_id ORDER BY row_id) AS before
        FROM serialref."references" WHERE deleted
    ) d
    WHERE row_id - before > 1;

UPDATE serialref.groups g
    SET frontier = coalesce(d.last, 0), available = g.live,
        events = 1 + CASE WHEN g.kind = 'batch' THEN g.batches ELSE g.issued END
    FROM serialref.groups o
    LEFT JOIN (
        SELECT group_id, max(row_id) AS last FROM serialref."references" WHERE deleted GROUP BY group_id
    ) d ON d.group_id = o.group_id
    WHERE o.group_id = g.group_id;

UPDATE serialref.batches SET available = live;

-- Nobody wrote down what happened until now. That groups were created and references issued can be seen; that some were
-- deleted can, too, but neither when nor in which order, so of that there are no events.
INSERT INTO serialref.events (group_id, event_id, happened_at, kind)
    SELECT group_id, 1, created_at, 'group created' FROM serialref.groups;

INSERT INTO serialref.events (group_id, event_id, happened_at, kind, row_id, count, number)
    SELECT group_id, 1 + batch_id, created_at, 'issued', first_row, size, batch_id FROM serialref.batches;

INSERT INTO serialref.events (group_id, event_id, happened_at, kind, row_id, count)
    SELECT group_id, 1 + row_id, created_at, 'issued', row_id, 1 FROM serialref."references" WHERE batch_id IS NULL;

-- They also stop programs of an older version that are still at work: they would leave counts and events as they are.
ALTER TABLE serialref.groups
    ALTER COLUMN events DROP DEFAULT,
    ADD CHECK (available >= 0 AND live =
        available + allocated + encoded + commissioned + released + decommissioned + destroyed + void);

ALTER TABLE serialref.batches
    ADD CHECK (available >= 0 AND live =
        available + allocated + encoded + commissioned + released + decommissioned + destroyed + void);

CREATE OR REPLACE VIEW serialref.live_references AS
    SELECT g.group_id, g.name AS group_name, r.batch_id, b.name AS batch_name, r.row_id, r.code, r.created_at,
        coalesce(l.state, 'available') AS state
    FROM serialref."references" r
    JOIN serialref.groups g ON g.group_id = r.group_id
    LEFT JOIN serialref.batches b ON b.group_id = r.group_id AND b.batch_id = r.batch_id
    LEFT JOIN serialref.lives l ON l.group_id = r.group_id AND l.row_id = r.row_id
    WHERE NOT r.deleted AND NOT g.deleted;
