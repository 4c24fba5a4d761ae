//! The one integration test binary.

#![expect(clippy::unwrap_used, reason = "shared test code may panic like a test")]

mod support;

mod architecture;
mod cli;
mod console;
mod debug_entities;
mod debug_liquid;
mod faults;
mod https;
mod licences;
mod linear_time;
mod machine;
mod problems;
mod reading;
mod readme;
mod sandbox;
mod secrets;
mod setup;
mod store;
mod stranger;
mod terminal;
mod test_send;
mod trust;
mod workspace;
