//! The user's own settings: config file and environment.
