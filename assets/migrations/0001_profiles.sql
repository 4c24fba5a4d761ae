-- Ids are never reused: events and deliveries of later migrations refer to them.
CREATE TABLE profiles (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    identity TEXT NOT NULL UNIQUE CHECK (identity <> ''),
    -- A JSONB object in the order in which the properties were first set; dates are "$D_<epoch seconds>".
    properties BLOB NOT NULL,
    is_test INTEGER NOT NULL CHECK (is_test IN (0, 1))
) STRICT;

CREATE INDEX test_profiles ON profiles (identity) WHERE is_test = 1;

-- What is known of a profile's chat; no row where nothing is known.
CREATE TABLE reachability (
    profile_id INTEGER PRIMARY KEY REFERENCES profiles (id) ON DELETE CASCADE,
    state TEXT NOT NULL
) STRICT;

-- One row a property that at least one profile has set.
CREATE TABLE properties (
    name TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    n_set INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How many profiles there are: counting a million rows takes longer than a keystroke may.
CREATE TABLE totals (
    name TEXT PRIMARY KEY,
    n INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO totals (name, n) VALUES ('profiles', 0);
