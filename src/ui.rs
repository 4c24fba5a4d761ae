//! The console, in six modules. Each module uses only the modules that are declared before it.
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
