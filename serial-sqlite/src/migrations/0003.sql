-- The secret keys of Keyed groups, in a table of their own, so that reading groups does not show them. Each is the counter
-- from which it holds, in 8 bytes, and 32 bytes of key.
CREATE TABLE group_keys (
    group_id INTEGER PRIMARY KEY,
    keys     BLOB NOT NULL CHECK (length(keys) > 0 AND length(keys) % 40 = 0)
) STRICT;
