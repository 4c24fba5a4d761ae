//! The console, in six modules; each uses only those declared before it.
//!
//! ```text
//! terminal ─runtime─▶ Msg ─update─▶ App ─layout, view─▶ cells
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
