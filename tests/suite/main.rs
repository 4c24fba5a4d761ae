//! The one integration test binary.

#![expect(clippy::unwrap_used, reason = "what tests share fails as a test does")]

mod support;

mod architecture;
mod cli;
mod console;
mod debug_entities;
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
mod store;
mod stranger;
mod terminal;
mod test_send;
mod trust;
mod workspace;
