//! Files on disk: discovery, saves, drafts, locks.
