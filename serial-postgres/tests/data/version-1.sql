SELECT pg_catalog.set_config('search_path', '', false);
CREATE SCHEMA serialref;
CREATE TABLE serialref.batches (
    group_id bigint NOT NULL,
    batch_id bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    first_row bigint NOT NULL,
    size bigint NOT NULL,
    live bigint NOT NULL,
    CONSTRAINT batches_live_check CHECK ((live >= 0))
);
CREATE TABLE serialref.gaps (
    group_id bigint NOT NULL,
    block bigint NOT NULL,
    deleted bigint NOT NULL
);
CREATE TABLE serialref.groups (
    group_id bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    description text NOT NULL,
    kind text NOT NULL,
    scope text NOT NULL,
    format jsonb NOT NULL,
    limits jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    revision bigint NOT NULL,
    live bigint NOT NULL,
    issued bigint NOT NULL,
    next_index bigint NOT NULL,
    batches bigint NOT NULL,
    deleted boolean DEFAULT false NOT NULL,
    CONSTRAINT groups_kind_check CHECK ((kind = ANY (ARRAY['continuous'::text, 'batch'::text]))),
    CONSTRAINT groups_live_check CHECK ((live >= 0)),
    CONSTRAINT groups_scope_check CHECK ((scope = ANY (ARRAY['registry'::text, 'group'::text])))
);
CREATE TABLE serialref."references" (
    group_id bigint NOT NULL,
    row_id bigint NOT NULL,
    batch_id bigint,
    namespace bigint NOT NULL,
    code text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    deleted boolean DEFAULT false NOT NULL
);
CREATE VIEW serialref.live_references AS
 SELECT g.group_id,
    g.name AS group_name,
    r.batch_id,
    b.name AS batch_name,
    r.row_id,
    r.code,
    r.created_at
   FROM ((serialref."references" r
     JOIN serialref.groups g ON ((g.group_id = r.group_id)))
     LEFT JOIN serialref.batches b ON (((b.group_id = r.group_id) AND (b.batch_id = r.batch_id))))
  WHERE ((NOT r.deleted) AND (NOT g.deleted));
CREATE TABLE serialref.requests (
    request_id uuid NOT NULL,
    digest bigint NOT NULL,
    group_id bigint NOT NULL,
    first_row bigint NOT NULL,
    size bigint NOT NULL,
    batch_id bigint,
    created_at timestamp with time zone NOT NULL
);
CREATE TABLE serialref.schema_version (
    only_row boolean NOT NULL,
    version bigint NOT NULL,
    CONSTRAINT schema_version_only_row_check CHECK (only_row)
);
INSERT INTO serialref.batches VALUES (1, 1, 'Order 4711', '2026-11-23 11:18:58.123456+00', 1, 3, 2);
INSERT INTO serialref.batches VALUES (1, 2, '2026-11-23 11:18:58', '2026-11-23 11:18:58.123456+00', 4, 50, 49);
INSERT INTO serialref.batches VALUES (3, 1, 'Last', '2026-11-23 11:18:58.123456+00', 1, 5, 5);
INSERT INTO serialref.gaps VALUES (1, 0, 2);
INSERT INTO serialref.groups VALUES (1, 'Pumpe ÄX-100 🏭', 'Kreiselpumpe', 'batch', 'registry', '{"order": {"sequential": {"start": "1"}}, "length": 6, "prefix": "AX-", "suffix": "", "alphabet": "0123456789"}', '{"max_live": null, "max_batch": null, "min_search_term": null}', '2026-11-23 11:18:58.123456+00', 1, 51, 53, 53, 2, false);
INSERT INTO serialref.groups VALUES (2, 'Service tags', '', 'continuous', 'group', '{"order": {"sequential": {"start": "1"}}, "length": 4, "prefix": "ST-", "suffix": "", "alphabet": "0123456789"}', '{"max_live": null, "max_batch": null, "min_search_term": null}', '2026-11-23 11:18:58.123456+00', 1, 2, 2, 2, 0, false);
INSERT INTO serialref.groups VALUES (3, 'Gone', '', 'batch', 'registry', '{"order": {"sequential": {"start": "1"}}, "length": 3, "prefix": "G", "suffix": "", "alphabet": "0123456789"}', '{"max_live": null, "max_batch": null, "min_search_term": null}', '2026-11-23 11:18:58.123456+00', 1, 5, 5, 5, 1, true);
INSERT INTO serialref."references" VALUES (1, 1, 1, 0, 'AX-000001', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 3, 1, 0, 'AX-000003', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 4, 2, 0, 'AX-000004', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 5, 2, 0, 'AX-000005', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 6, 2, 0, 'AX-000006', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 7, 2, 0, 'AX-000007', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 8, 2, 0, 'AX-000008', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 9, 2, 0, 'AX-000009', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 10, 2, 0, 'AX-000010', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 11, 2, 0, 'AX-000011', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 12, 2, 0, 'AX-000012', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 13, 2, 0, 'AX-000013', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 14, 2, 0, 'AX-000014', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 15, 2, 0, 'AX-000015', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 16, 2, 0, 'AX-000016', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 17, 2, 0, 'AX-000017', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 18, 2, 0, 'AX-000018', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 19, 2, 0, 'AX-000019', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 20, 2, 0, 'AX-000020', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 21, 2, 0, 'AX-000021', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 22, 2, 0, 'AX-000022', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 23, 2, 0, 'AX-000023', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 24, 2, 0, 'AX-000024', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 25, 2, 0, 'AX-000025', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 26, 2, 0, 'AX-000026', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 27, 2, 0, 'AX-000027', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 28, 2, 0, 'AX-000028', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 29, 2, 0, 'AX-000029', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 30, 2, 0, 'AX-000030', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 31, 2, 0, 'AX-000031', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 32, 2, 0, 'AX-000032', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 33, 2, 0, 'AX-000033', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 34, 2, 0, 'AX-000034', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 35, 2, 0, 'AX-000035', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 36, 2, 0, 'AX-000036', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 37, 2, 0, 'AX-000037', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 38, 2, 0, 'AX-000038', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 39, 2, 0, 'AX-000039', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 40, 2, 0, 'AX-000040', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 41, 2, 0, 'AX-000041', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 42, 2, 0, 'AX-000042', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 43, 2, 0, 'AX-000043', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 44, 2, 0, 'AX-000044', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 45, 2, 0, 'AX-000045', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 46, 2, 0, 'AX-000046', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 47, 2, 0, 'AX-000047', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 48, 2, 0, 'AX-000048', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 49, 2, 0, 'AX-000049', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 51, 2, 0, 'AX-000051', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 52, 2, 0, 'AX-000052', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 53, 2, 0, 'AX-000053', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (1, 50, 2, 0, 'AX-000050', '2026-11-23 11:18:58.123456+00', true);
INSERT INTO serialref."references" VALUES (1, 2, 1, 0, 'AX-000002', '2026-11-23 11:18:58.123456+00', true);
INSERT INTO serialref."references" VALUES (2, 1, NULL, 2, 'ST-0001', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (2, 2, NULL, 2, 'ST-0002', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (3, 1, 1, 0, 'G001', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (3, 2, 1, 0, 'G002', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (3, 3, 1, 0, 'G003', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (3, 4, 1, 0, 'G004', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref."references" VALUES (3, 5, 1, 0, 'G005', '2026-11-23 11:18:58.123456+00', false);
INSERT INTO serialref.requests VALUES ('0192f3a4-5b6c-7d8e-9fa0-b1c2d3e4f506', 1799908365338754260, 1, 1, 3, 1, '2026-11-23 11:18:58.123456+00');
INSERT INTO serialref.requests VALUES ('a250feca-969e-7669-ae12-99d586d70340', -8362812916835209971, 1, 4, 50, 2, '2026-11-23 11:18:58.123456+00');
INSERT INTO serialref.requests VALUES ('00000000-0000-0000-0000-000000000001', 8320212057669298785, 2, 1, 1, NULL, '2026-11-23 11:18:58.123456+00');
INSERT INTO serialref.requests VALUES ('f98537bc-42ef-2259-e247-3b00ac9b76db', 8320212057669298785, 2, 2, 1, NULL, '2026-11-23 11:18:58.123456+00');
INSERT INTO serialref.requests VALUES ('460c5e2f-f48c-ceba-5858-e4814bc55fa8', -59942293055072127, 3, 1, 5, 1, '2026-11-23 11:18:58.123456+00');
INSERT INTO serialref.schema_version VALUES (true, 1);
ALTER TABLE ONLY serialref.batches
    ADD CONSTRAINT batches_pkey PRIMARY KEY (group_id, batch_id);
ALTER TABLE ONLY serialref.gaps
    ADD CONSTRAINT gaps_pkey PRIMARY KEY (group_id, block);
ALTER TABLE ONLY serialref.groups
    ADD CONSTRAINT groups_pkey PRIMARY KEY (group_id);
ALTER TABLE ONLY serialref."references"
    ADD CONSTRAINT references_code_key UNIQUE (namespace, code);
ALTER TABLE ONLY serialref."references"
    ADD CONSTRAINT references_pkey PRIMARY KEY (group_id, row_id);
ALTER TABLE ONLY serialref.requests
    ADD CONSTRAINT requests_pkey PRIMARY KEY (request_id);
ALTER TABLE ONLY serialref.schema_version
    ADD CONSTRAINT schema_version_pkey PRIMARY KEY (only_row);
CREATE UNIQUE INDEX groups_name_key ON serialref.groups USING btree (name) WHERE (NOT deleted);
CREATE INDEX references_search ON serialref."references" USING gin (lower(code) public.gin_trgm_ops) WITH (gin_pending_list_limit='16384');
