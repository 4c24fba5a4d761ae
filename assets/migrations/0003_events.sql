-- What people did and what happened to them. Events are only added, and deleted with their profile.
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    profile_id INTEGER NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    name TEXT NOT NULL CHECK (name <> ''),
    -- Seconds since 1970.
    at INTEGER NOT NULL,
    -- The same for the same event of the same source, so that importing it again adds nothing.
    key BLOB NOT NULL UNIQUE,
    -- A JSONB object; dates are "$D_<epoch seconds>".
    properties BLOB NOT NULL
) STRICT;

-- Selects the profiles that did something within a period without reading the events.
CREATE INDEX events_by_name ON events (name, at, profile_id);

CREATE INDEX events_by_profile ON events (profile_id, at);

-- One row for each property of the events with a name, and one with an empty property for the name itself. Rows are
-- kept when the last such event is deleted.
CREATE TABLE event_properties (
    event TEXT NOT NULL,
    property TEXT NOT NULL,
    PRIMARY KEY (event, property)
) STRICT, WITHOUT ROWID;
