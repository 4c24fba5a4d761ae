//! Use cases in plain data, called by both front ends.

pub mod sample;
pub mod starter;
