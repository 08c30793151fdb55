-- The secret keys of Keyed groups, in a table of their own, so that reading groups does not show them and the right to read
-- them can be kept back. Each is the counter from which it holds, in 8 bytes, and 32 bytes of key.
CREATE TABLE serialref.group_keys (
    group_id bigint NOT NULL PRIMARY KEY,
    keys     bytea  NOT NULL CHECK (length(keys) > 0 AND length(keys) % 40 = 0)
);

-- How many characters each code of the group has.
ALTER TABLE serialref.groups ADD COLUMN code_length bigint NOT NULL DEFAULT 0;

UPDATE serialref.groups SET code_length =
    char_length(format ->> 'prefix') + (format ->> 'length')::bigint + char_length(format ->> 'suffix');
