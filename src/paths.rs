//! The standard directories of the system.
