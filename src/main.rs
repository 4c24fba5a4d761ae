//! The `telecast` program.

fn main() {}
