//! What several suites share.
