//! telecast: a campaign console for Telegram in the terminal.
//!
//! Dependencies point one way: a module uses only modules above it in this list.

#![warn(unreachable_pub)]

// 0: shared basics
pub mod text;

pub mod help;

pub mod diagnostic;

pub mod json;

pub mod toml;

pub mod dialect;

// 1: the core, without files, network, clock, or async code
pub mod profile;

pub mod segment;

pub mod telegram;

pub mod template;

pub mod campaign;

pub mod compose;

pub mod prose;

pub mod editor;

pub mod complete;

// 2: the modules that do I/O
pub mod clock;

pub mod disk;

pub mod paths;

pub mod state;

pub mod settings;

pub mod secrets;

pub mod workspace;

pub mod store;

pub mod botapi;

pub mod sandbox;

pub mod capture;

pub mod service;

// 3: the command line and the console
pub mod cli;

pub mod ui;
