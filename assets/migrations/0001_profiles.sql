-- Ids are never reused: events and deliveries of later migrations refer to them. A released statement must never
-- change, not even a comment inside it: SQLite stores its text, and opening a database compares it with this file.
CREATE TABLE profiles (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    identity TEXT NOT NULL UNIQUE CHECK (identity <> ''),
    -- A JSONB object in the order in which the properties were first set; dates are "$D_<epoch seconds>".
    properties BLOB NOT NULL,
    is_test INTEGER NOT NULL CHECK (is_test IN (0, 1))
) STRICT;

CREATE INDEX test_profiles ON profiles (identity) WHERE is_test = 1;

-- Whether a profile's chat can be reached. A profile without a row has the state "unknown".
CREATE TABLE reachability (
    profile_id INTEGER PRIMARY KEY REFERENCES profiles (id) ON DELETE CASCADE,
    state TEXT NOT NULL
) STRICT;

-- One row for each property that at least one profile has.
CREATE TABLE properties (
    name TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    n_set INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The number of profiles. Counting a million rows for each keystroke would be too slow.
CREATE TABLE totals (
    name TEXT PRIMARY KEY,
    n INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO totals (name, n) VALUES ('profiles', 0);
