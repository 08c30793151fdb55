-- The tables of serialref. In the program, the schema's name takes the place of "serialref" in front of each name.

CREATE TABLE serialref.groups (
    group_id    bigint      NOT NULL PRIMARY KEY,
    name        text        COLLATE "C" NOT NULL,
    description text        NOT NULL,
    kind        text        NOT NULL CHECK (kind IN ('continuous', 'batch')),
    scope       text        NOT NULL CHECK (scope IN ('registry', 'group')),
    format      jsonb       NOT NULL,
    limits      jsonb       NOT NULL,
    created_at  timestamptz NOT NULL,
    -- Grows with every change of name, description or limits.
    revision    bigint      NOT NULL,
    -- References issued and not deleted; references ever issued; also the newest row_id.
    live        bigint      NOT NULL CHECK (live >= 0),
    issued      bigint      NOT NULL,
    -- How far a Sequential group has counted, as the bits of an unsigned number.
    next_index  bigint      NOT NULL,
    -- Batches ever issued; also the newest batch_id.
    batches     bigint      NOT NULL,
    deleted     boolean     NOT NULL DEFAULT false
);

-- A deleted group frees its name and stays as a row, so that no id is given again.
CREATE UNIQUE INDEX groups_name_key ON serialref.groups (name) WHERE NOT deleted;

CREATE TABLE serialref.batches (
    group_id   bigint      NOT NULL,
    batch_id   bigint      NOT NULL,
    name       text        COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    first_row  bigint      NOT NULL,
    size       bigint      NOT NULL,
    live       bigint      NOT NULL CHECK (live >= 0),
    PRIMARY KEY (group_id, batch_id)
);

-- One row for every reference ever issued. A deleted one stays for ever: its code is burned.
CREATE TABLE serialref."references" (
    group_id   bigint      NOT NULL,
    row_id     bigint      NOT NULL,
    batch_id   bigint,
    -- 0 for the codes that all groups of registry scope share, otherwise the group's id.
    namespace  bigint      NOT NULL,
    -- "C", because an upgrade of the system's collations would damage a unique index in any other.
    code       text        COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    deleted    boolean     NOT NULL DEFAULT false,
    PRIMARY KEY (group_id, row_id),
    CONSTRAINT references_code_key UNIQUE (namespace, code)
);

-- What was issued under which request id. Written with the references in one transaction.
CREATE TABLE serialref.requests (
    request_id uuid        NOT NULL PRIMARY KEY,
    -- Tells one request from another, as the bits of an unsigned number.
    digest     bigint      NOT NULL,
    group_id   bigint      NOT NULL,
    first_row  bigint      NOT NULL,
    size       bigint      NOT NULL,
    batch_id   bigint,
    created_at timestamptz NOT NULL
);

-- How many rows of each block of 1000 row ids are deleted; blocks without a deletion have no row. With it the page
-- of any number is found without counting rows.
CREATE TABLE serialref.gaps (
    group_id bigint NOT NULL,
    block    bigint NOT NULL,
    deleted  bigint NOT NULL,
    PRIMARY KEY (group_id, block)
);

-- For reports.
CREATE VIEW serialref.live_references AS
    SELECT g.group_id, g.name AS group_name, r.batch_id, b.name AS batch_name, r.row_id, r.code, r.created_at
    FROM serialref."references" r
    JOIN serialref.groups g ON g.group_id = r.group_id
    LEFT JOIN serialref.batches b ON b.group_id = r.group_id AND b.batch_id = r.batch_id
    WHERE NOT r.deleted AND NOT g.deleted;
