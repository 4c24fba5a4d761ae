//! The store against real SQLite.
