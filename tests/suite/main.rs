//! The one integration test binary.

mod support;

mod architecture;
mod cli;
mod console;
mod debug_entities;
mod sandbox;
mod store;
mod terminal;
mod workspace;
