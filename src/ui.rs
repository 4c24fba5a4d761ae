//! The console: the terminal user interface for editing, previewing, and testing campaigns. It has six modules, and
//! each uses only the modules that are declared before it.
//!
//! ```text
//! terminal ─runtime─▶ Msg ─update─▶ App ─view─▶ cells
//!                      ▲      └▶ Effect ─executor─▶ files, network
//!                      └──────────────── results ◀──┘
//! ```

pub mod widget;

pub mod editor;

pub mod shared;

pub mod screen;

pub mod app;

pub mod runtime;

pub use runtime::start::run;
